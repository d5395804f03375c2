"""Cases in a process that dies: at each of some points in turn, then it may finish; and what has to hold afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assess.demo.billing import Billing
from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from runtime import decision_log
from runtime.gate import RepeatSafe
from runtime.piloting.pilot_state import open_log
from tests.harness.kill_rig import NotReached, run, run_and_kill

CHILD = str(Path(__file__).with_name("pilot_child.py"))
IGNORES_KEYS = RepeatSafe(by="read_back", find="findCredit", settle_s=0.5)


def points(most: Mapping[str, int]) -> list[str]:
    """Before and after the first, second … call of each function; how often each is called at most."""
    return [
        f"{name}:{when}:{nth}"
        for name, times in most.items()
        for when in ("before", "after")
        for nth in range(1, times + 1)
    ]


def kill_at_each(folder: Folder, points: Sequence[str], case: str) -> dict[str, Any]:
    """The line of a case that dies at every point in turn and then may finish."""
    for point in points:
        run_and_kill([CHILD, str(folder.path), case], point=point, timeout=90)
    return _finished(folder, case)


def lives_through(folder: Folder, points: Sequence[str], case: str) -> tuple[dict[str, Any], int]:
    """The line of a case that dies at each point that its lives still reach, and how often it died."""
    kills = 0
    for point in points:
        with suppress(NotReached):  # what the lives before have done is not done again
            run_and_kill([CHILD, str(folder.path), case], point=point, timeout=90)
            kills += 1
    return _finished(folder, case), kills


def is_whole(folder: Folder) -> bool:
    return decision_log.verify(open_log(folder.path / ".cxready")) == []


def forget_keys(estate: RunningEstate) -> None:
    """Billing takes every request for a new one."""
    billing = estate.services["billing"]
    assert isinstance(billing, Billing)
    billing.once = lambda request, make: make()  # type: ignore[method-assign]


def _finished(folder: Folder, case: str) -> dict[str, Any]:
    done = run([CHILD, str(folder.path), case], timeout=90)
    assert done.ok, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))

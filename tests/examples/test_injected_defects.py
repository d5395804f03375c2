"""Twelve kinds of defects, injected by a proxy in front of the real Request Tracker: each is named by the right question
with the right cause, and without them nothing is; nothing stays there, also when a collection is killed on the way.

One defect is one whole collection of the ticket system (half a minute on a quiet machine). `CXREADY_DEFECT` picks those
whose name holds it; `CXREADY_SOAK_COUNT` random kills (default 2) come from `CXREADY_SOAK_SEED`.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.examples.desk import ROOT, Desk
from tests.examples.injected import CASES, Walk, engagement, measured
from tests.harness.defects import Defect, HonoursKeys
from tests.harness.fault_proxy import FaultProxy
from tests.harness.kill_rig import NotReached, run, run_and_kill

WANTED, MOST_REQUESTS = 11, 100
COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "2"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "20261123"))
ROW = "| {:36} | {:46} | {:8} | {:6} | {:>4} |"


@pytest.fixture
def swept(environment: dict[str, str]) -> Iterator[Desk]:
    desk = Desk(environment)
    yield desk
    _sweep(desk)


@pytest.mark.soak
def test_injected_defects_are_named_and_the_sound_system_is_not_blamed(
    environment: dict[str, str], swept: Desk, tmp_path: Path
) -> None:
    chosen = [c for c in CASES if os.environ.get("CXREADY_DEFECT", "") in c.name]
    sound = measured(environment, engagement(tmp_path / "sound"), Defect(), swept.left_behind)
    print(ROW.format("defect", "named by, cause", "others", "sent", "s"))
    print(ROW.format("none", "–", "–", sound.requests, "–"))
    named = 0
    blamed: set[tuple[str, ...]] = set()
    for number, case in enumerate(chosen):
        began = time.monotonic()
        walk = measured(environment, engagement(tmp_path / str(number)), case.defect(), swept.left_behind)
        right = set(case.named_by) & walk.found
        others = walk.found - sound.found - {*case.named_by, *case.also}
        named, blamed = named + bool(right), blamed | {(case.name, *one) for one in others}
        said = ", ".join(": ".join(one) for one in sorted(right)) or "not named"
        print(ROW.format(case.name, said, len(others), walk.requests, round(time.monotonic() - began)))
        _ends_clean(walk, swept, case.leaves)
    print(f"counted {named} of {len(chosen)}")
    assert not sound.found & {one for case in CASES for one in case.named_by}, "a false alarm on the sound system"
    assert not sound.left_behind and sound.requests <= MOST_REQUESTS
    assert not blamed, "something else was blamed for a defect"
    assert named >= (WANTED if len(chosen) == len(CASES) else len(chosen))


def _ends_clean(walk: Walk, desk: Desk, leaves: bool) -> None:
    """Nothing stays but what no request could remove; that is one record, and its number is named."""
    assert walk.requests <= MOST_REQUESTS
    left = desk.left_behind()
    assert len(left) <= leaves and all(any(number in said for said in walk.left_behind) for number in left)
    _sweep(desk)


@pytest.mark.soak
def test_collections_killed_at_random_in_front_of_the_real_system_leave_nothing(
    environment: dict[str, str], swept: Desk, tmp_path: Path
) -> None:
    """Every request of the run comes up: moments are drawn over the whole of an undisturbed one's time."""
    print(f"seed={SEED} count={COUNT}")
    moments, killed, place = random.Random(SEED), 0, urlsplit(environment["RT_URL"])
    with FaultProxy(f"{place.scheme}://{place.netloc}", defect=HonoursKeys()) as proxy:
        env = {**environment, "RT_URL": proxy.url + place.path}
        for number in range(COUNT):
            folder = tmp_path / str(number)
            engagement(folder, by_key_alone=False)
            command = ["-c", "from assess.cli import main; main()", "collect", str(folder), "--system", "rt"]
            sent = len(proxy.log)
            try:
                run_and_kill(command, after_seconds=moments.uniform(2, 25), env=env, cwd=ROOT, timeout=300)
                killed += 1
            except NotReached:
                pass
            after = run(command, env=env, cwd=ROOT, timeout=400)
            assert after.returncode in (0, 3) and "left behind: none" in after.stdout, (
                after.stdout[-1500:] + after.stderr[-1500:]
            )
            assert swept.left_behind() == [], "a record was left behind"
            assert swept.read("1")["Subject"] == "[cxready test] standing ticket"
            assert len(proxy.log) - sent <= MOST_REQUESTS, "the budget holds for both lives together"
    assert killed, "nothing was killed: the moments lie behind the end of the run"
    print(f"counted {COUNT}, killed {killed} times")


def _sweep(desk: Desk) -> None:
    for number in desk.left_behind():
        desk("audit", "DELETE", f"/ticket/{number}")

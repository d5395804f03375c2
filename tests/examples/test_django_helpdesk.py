"""The same walk in front of django-helpdesk, a second ticket system that nobody here wrote: what it lacks is said, what a
proxy spoils is named, and nothing is left behind.

Needs a virtual environment made by examples/django-helpdesk/install.sh; `CXREADY_HELPDESK` names it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.examples.desk import ROOT
from tests.examples.injected import Case, Walk, measured
from tests.harness.defects import Defect, Drops, Pages, PaginationSkips, SchemaDrift, SunsetPassed, login, wall

EXAMPLE = ROOT / "examples" / "django-helpdesk"
PLACE = Path(os.environ.get("CXREADY_HELPDESK", EXAMPLE / ".venv"))
AT = ("desk", "HELPDESK_URL")
LACKS = {
    ("repeat_safe", "not offered"),
    ("no_lost_updates", "no etag"),
    ("limits_stated", "not stated"),
    ("throttling_recoverable", "not declared"),
    ("change_notice", "no notice"),
}
CASES = (
    Case("pagination skips", PaginationSkips, (("pagination_complete", "records skipped"),)),
    Case(
        "schema drift",
        lambda: SchemaDrift(r"/tickets/\d+/$", "title", "status"),
        (("description_true", "differs from description"),),
    ),
    Case("dropped PATCH", lambda: Drops("PATCH", 200, b"{}"), (("writes_stick", "dropped"),)),
    Case(
        "undeleted DELETE", lambda: Drops("DELETE", 204, b""), (("deletes_stick", "undo without effect"),), leaves=True
    ),
    Case(
        "Cloudflare-style challenge",
        lambda: Pages(wall("cloudflare"), lambda r: r.method == "GET" and r.n > 12 and r.n % 3 == 0),
        (("session_survives", "bot wall"),),
    ),
    Case(
        "session dies into a 200 login page",
        lambda: Pages(login(), lambda r: r.method == "GET" and r.n > 12 and r.n % 3 == 0),
        (("session_survives", "soft logout"),),
    ),
    Case("passed Sunset", SunsetPassed, (("deprecation_clear", "deprecated"),)),
)


class Helpdesk:
    """The running product as its staff sees it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def left_behind(self) -> list[str]:
        """Numbers of tickets that a trial made."""
        return [str(t["id"]) for t in self._tickets() if t["title"].endswith("please ignore")]

    def sweep(self) -> None:
        for number in self.left_behind():
            assert self._asked("DELETE", f"/api/tickets/{number}/").status_code == 204

    def _tickets(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._asked("GET", "/api/tickets/?page_size=100").json()["results"]
        return listed

    def _asked(self, method: str, path: str) -> requests.Response:
        sent = {"Authorization": self.environment["HELPDESK_AUDIT"]}
        return requests.request(method, self.environment["HELPDESK_URL"] + path, headers=sent, timeout=30)


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    python = PLACE / "bin" / "python"
    if not python.exists():
        pytest.skip(
            "django-helpdesk is not installed: sh examples/django-helpdesk/install.sh DIR; CXREADY_HELPDESK=DIR"
        )
    folder = tmp_path_factory.mktemp("helpdesk")
    command = [str(python), str(EXAMPLE / "helpdesk_server.py"), str(folder), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        told = server.stdout.readline()
        try:
            yield Helpdesk(json.loads(told))
        finally:
            server.terminate()


def engagement(folder: Path) -> Path:
    return shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("*.py", "*.sh", "README.md", ".venv", "__*"))


@pytest.mark.soak
def test_the_sound_helpdesk_is_blamed_for_what_it_lacks_and_for_nothing_else(
    helpdesk: Helpdesk, tmp_path: Path
) -> None:
    walk = measured(helpdesk.environment, engagement(tmp_path / "desk"), Defect(), helpdesk.left_behind, AT)
    assert walk.found == LACKS
    assert _ended(walk, helpdesk) == []


@pytest.mark.soak
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_defect_in_front_of_the_helpdesk_is_named_and_nothing_else(
    helpdesk: Helpdesk, tmp_path: Path, case: Case
) -> None:
    walk = measured(helpdesk.environment, engagement(tmp_path / "desk"), case.defect(), helpdesk.left_behind, AT)
    left = _ended(walk, helpdesk)
    assert set(case.named_by) <= walk.found, walk
    assert walk.found - LACKS <= {*case.named_by, *case.also}
    assert len(left) <= case.leaves and all(any(number in said for said in walk.left_behind) for number in left)


def _ended(walk: Walk, helpdesk: Helpdesk) -> list[str]:
    """What is left, swept away for the next test."""
    assert walk.requests <= 100
    left = helpdesk.left_behind()
    helpdesk.sweep()
    return left

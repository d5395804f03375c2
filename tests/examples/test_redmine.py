"""Redmine, an issue tracker that nobody here wrote, with a description written after its manual: what it lacks is said,
what a proxy spoils is named, nothing is left behind, also when a collection is killed.

Needs Debian's packages: examples/redmine/install.sh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.examples.desk import ROOT
from tests.examples.injected import CASES, Case
from tests.examples.products import Product, kills_leave_nothing, named_and_nothing_else, started, walked
from tests.harness.defects import Defect, Drops, PaginationSkips, SchemaDrift

LACKS = frozenset(
    {
        ("errors_structured", "unreadable errors"),  # 404 comes with an empty answer
        ("no_lost_updates", "accepted"),  # weak ETags are given and If-Match is not looked at
        ("limits_stated", "not stated"),
        ("throttling_recoverable", "not declared"),
        ("change_notice", "no notice"),
    }
)
SPOILT = {
    "pagination skips": lambda: PaginationSkips(r"[?&]offset=[1-9]"),
    "schema drift": lambda: SchemaDrift(r"/issues/\d+\.json$", "subject", "status", inside="issue"),
    "dropped update": lambda: Drops("PUT", 204, b""),
}
REDMINE_CASES = [
    replace(case, defect=SPOILT.get(case.name, case.defect)) for case in CASES if case.name != "ignored If-Match"
]


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    if not Path("/usr/share/redmine/config.ru").exists():
        pytest.skip("Redmine is not installed: sh examples/redmine/install.sh")
    server, folder = ROOT / "examples" / "redmine" / "redmine_server.py", tmp_path_factory.mktemp("redmine")
    with started([sys.executable, str(server), str(folder), "0"], folder / "errors.log") as told:
        key, address = {"X-Redmine-API-Key": told["REDMINE_AUDIT"]}, told["REDMINE_URL"]

        def listed() -> list[str]:
            asked = {"limit": 100, "status_id": "*"}
            page = requests.get(f"{address}/issues.json", params=asked, headers=key, timeout=30).json()
            assert page["total_count"] <= 100
            return [str(issue["id"]) for issue in page["issues"]]

        def remove(number: str) -> None:
            assert requests.delete(f"{address}/issues/{number}.json", headers=key, timeout=30).ok

        yield Product("redmine", "REDMINE_URL", "createIssue", told, listed, remove, frozenset(listed()))


@pytest.mark.soak
def test_redmine_as_it_is_is_blamed_for_what_it_lacks_and_for_nothing_else(redmine: Product, tmp_path: Path) -> None:
    walk, left = walked(redmine, tmp_path / "desk", Defect(), by_key_alone=False)
    assert walk.found == LACKS and left == []


@pytest.mark.soak
@pytest.mark.parametrize("case", REDMINE_CASES, ids=lambda case: str(case.name))
def test_a_defect_in_front_of_redmine_is_named_and_nothing_else(redmine: Product, tmp_path: Path, case: Case) -> None:
    named_and_nothing_else(redmine, tmp_path / "desk", case, LACKS)


@pytest.mark.soak
def test_collections_of_redmine_killed_at_random_leave_nothing(redmine: Product, tmp_path: Path) -> None:
    kills_leave_nothing(redmine, tmp_path, (3, 25))

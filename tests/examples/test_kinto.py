"""Kinto, a record store that nobody here wrote and that serves its own description: what it lacks is said, what a proxy
spoils is named, nothing is left behind, also when a collection is killed.

Needs a virtual environment made by examples/kinto/install.sh; `CXREADY_KINTO` names it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.examples.desk import ROOT
from tests.examples.injected import CASES, Case
from tests.examples.products import Product, kills_leave_nothing, named_and_nothing_else, started, walked
from tests.harness.defects import Defect, Drops, PaginationSkips, SchemaDrift

EXAMPLE = ROOT / "examples" / "kinto"
PLACE = Path(os.environ.get("CXREADY_KINTO", EXAMPLE / ".venv"))
RECORDS = "/buckets/desk/collections/cases/records"
LACKS = frozenset(
    {
        ("operations_tell_apart", "alike"),  # patch_record and update_record, without a word about either
        ("limits_stated", "not stated"),
        ("throttling_recoverable", "not declared"),
        ("change_notice", "no notice"),
    }
)
SPOILT = {
    "pagination skips": lambda: PaginationSkips(r"[?&]_token="),
    "schema drift": lambda: SchemaDrift(RECORDS, "data", "permissions"),
    "dropped update": lambda: Drops("PATCH", 200, b"{}"),
}
KINTO_CASES = [replace(case, defect=SPOILT.get(case.name, case.defect)) for case in CASES]


@pytest.fixture(scope="module")
def kinto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    python, folder = PLACE / "bin" / "python", tmp_path_factory.mktemp("kinto")
    if not python.exists():
        pytest.skip("Kinto is not installed: sh examples/kinto/install.sh DIR; CXREADY_KINTO=DIR")

    def described(engagement: Path) -> None:
        (engagement / "descriptions").mkdir()
        shutil.copyfile(folder / "kinto.openapi.json", engagement / "descriptions" / "kinto.openapi.json")

    with started([str(python), str(EXAMPLE / "kinto_server.py"), str(folder), "0"], folder / "errors.log") as told:
        who = ("audit", told["KINTO_AUDIT"])

        def listed() -> list[str]:
            answer = requests.get(told["KINTO_URL"] + RECORDS, auth=who, timeout=30)
            assert "Next-Page" not in answer.headers
            return [record["id"] for record in answer.json()["data"]]

        def remove(record: str) -> None:
            assert requests.delete(f"{told['KINTO_URL']}{RECORDS}/{record}", auth=who, timeout=30).ok

        standing = frozenset(listed())
        yield Product("kinto", "KINTO_URL", "create_record", told, listed, remove, standing, described)


@pytest.mark.soak
def test_kinto_as_it_is_is_blamed_for_what_it_lacks_and_for_nothing_else(kinto: Product, tmp_path: Path) -> None:
    walk, left = walked(kinto, tmp_path / "desk", Defect(), by_key_alone=False)
    assert walk.found == LACKS and left == []


@pytest.mark.soak
@pytest.mark.parametrize("case", KINTO_CASES, ids=lambda case: str(case.name))
def test_a_defect_in_front_of_kinto_is_named_and_nothing_else(kinto: Product, tmp_path: Path, case: Case) -> None:
    named_and_nothing_else(kinto, tmp_path / "desk", case, LACKS)


@pytest.mark.soak
def test_collections_of_kinto_killed_at_random_leave_nothing(kinto: Product, tmp_path: Path) -> None:
    kills_leave_nothing(kinto, tmp_path, (2, 15))

"""The nearest claims of each claim: what was kept of the last run and what is looked for anew together are what a first run finds."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kb_audit.article import Article
from kb_audit.claims import Claim, claims
from kb_audit.kept import Kept, LastRun
from kb_audit.sources import markdown
from kb_audit.together.nearest import NOBODY, OF_EACH, Table, _Measure, nearest
from kb_audit.together.rare_words import RareWords
from kb_audit.together.shortlist import shortlist
from tests.kb_audit.test_candidates import made_up

MOULD = "# Fees {0}\n\n## Late\n\nThe late fee of account {0} is ${0}.\n"
THINGS = ("parcel", "refund", "return", "invoice", "locker", "voucher", "ticket", "warranty", "deposit", "delivery")
WHO = ("customers", "members", "students", "drivers", "guests", "tenants")


def _page(number: int, chance: random.Random) -> Article:
    lines = (
        f"- The {chance.choice(THINGS)} of {chance.choice(WHO)} in zone {chance.randint(1, 9)} takes {chance.randint(2, 30)} days.\n"
        for _ in range(4)
    )
    return markdown.parse(f"p{number:02}.md", f"# Page {number}\n\n## Rules {number}\n\n" + "".join(lines))


def _stated(pages: Sequence[Article]) -> list[Claim]:
    return [claim for page in pages for claim in claims(page)]


def _table(pages: Sequence[Article], kept: Kept | None = None) -> Table:
    stated = _stated(pages)
    return nearest(stated, RareWords(stated), made_up, LastRun.over(pages, kept, "made up"))


@pytest.mark.parametrize("seed", range(8))
def test_a_second_run_over_changed_pages_finds_what_a_first_one_finds(tmp_path: Path, seed: int) -> None:
    chance, kept = random.Random(seed), Kept(tmp_path / "derived.sqlite")
    pages = [_page(n, chance) for n in range(30)]
    for change in range(4):
        after, fresh = _table(pages, kept), _table(pages)
        for part in ("numbers", "nearness", "cosines"):
            assert np.array_equal(getattr(after, part), getattr(fresh, part)), (change, part)
        number = chance.randrange(len(pages))
        pages[number : number + 1] = [[], [_page(number, chance)], [_page(number, chance), _page(40 + change, chance)]][
            chance.randrange(3)
        ]


def test_pages_of_one_mould_have_the_same_nearest_whenever_they_are_looked_for(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "derived.sqlite")
    pages = [markdown.parse(f"m{n:02}.md", MOULD.format(n)) for n in range(40)]
    _table(pages[:30], kept)
    for few in (pages[:33], pages[3:33], pages[3:]):
        assert np.array_equal(_table(few, kept).numbers, _table(few).numbers)


def test_words_are_weighed_alike_in_every_process() -> None:
    code = (
        "import hashlib, random, tests.kb_audit.together.test_nearest as own\n"
        "table = own._table([own._page(n, random.Random(n)) for n in range(25)])\n"
        "print(hashlib.sha256(table.numbers.tobytes() + table.nearness.tobytes()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_after_one_page_changed_few_are_looked_for_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, kept = random.Random(1), Kept(tmp_path / "derived.sqlite")
    pages = [_page(n, chance) for n in range(60)]
    _table(pages, kept)
    measured: list[int] = []
    whole = _Measure.__call__

    def noted(self: _Measure, own: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        measured.append(len(own) * len(other))
        return whole(self, own, other)

    monkeypatch.setattr(_Measure, "__call__", noted)
    _table(pages, kept)
    assert measured == []
    pages[7] = _page(7, chance)
    _table(pages, kept)
    assert 0 < sum(measured) < len(_stated(pages)) ** 2 / 2


def test_rows_fall_and_nobody_of_the_same_section_or_text_is_near() -> None:
    pages = [*(_page(n, random.Random(n)) for n in range(20)), _page(20, random.Random(3))]
    stated, table = _stated(pages), _table(pages)
    assert table.numbers.shape == (len(stated), OF_EACH)
    for own, (numbers, nearness) in enumerate(zip(table.numbers.tolist(), table.nearness.tolist(), strict=True)):
        assert all(one >= other for one, other in pairwise(nearness))
        for other in numbers:
            assert other == NOBODY or (
                stated[own].section != stated[other].section and stated[own].text != stated[other].text
            )


@pytest.mark.parametrize(
    "texts",
    [("The late fee is $5.",), ("The late fee is $5.", "Late? $9!"), ("返品は30日以内です。", "返品は14日以内です。")],
)
def test_hardly_any_claims_are_no_trouble(texts: Sequence[str]) -> None:
    stated = _stated([markdown.parse(f"{n}.md", f"## {n}\n\n{text}\n") for n, text in enumerate(texts)])
    assert len(shortlist(stated, made_up, [])) <= 1


def test_very_few_claims_leave_places_empty() -> None:
    table = _table([_page(1, random.Random(1)), markdown.parse("b.md", "## Late\n\nThe late fee is $5.\n")])
    assert (table.numbers[-1, 4:] == NOBODY).all() and (table.nearness[-1, 4:] == -1).all()

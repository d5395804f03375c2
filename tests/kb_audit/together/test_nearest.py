"""The nearest claims of each claim: what was kept of the last run and what is looked for anew together are what a first run finds."""

from __future__ import annotations

import random
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
from tests.kb_audit.test_candidates import made_up

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
        assert after.nearness == pytest.approx(fresh.nearness, abs=1e-6), f"change {change}"
        apart = fresh.nearness[:, :-1] - fresh.nearness[:, 1:] > 1e-6  # equally near ones may stand in any order
        sure = np.c_[apart, np.zeros(len(apart), bool)] & np.c_[np.ones(len(apart), bool), apart]
        assert (after.numbers[sure] == fresh.numbers[sure]).all()
        number = chance.randrange(len(pages))
        pages[number : number + 1] = [[], [_page(number, chance)], [_page(number, chance), _page(40 + change, chance)]][
            chance.randrange(3)
        ]


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


def test_very_few_claims_leave_places_empty() -> None:
    table = _table([_page(1, random.Random(1)), markdown.parse("b.md", "## Late\n\nThe late fee is $5.\n")])
    assert (table.numbers[-1, 4:] == NOBODY).all() and (table.nearness[-1, 4:] == 0).all()

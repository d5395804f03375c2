"""Monotone in evidence: whatever is taken out of a real bundle, nothing is confirmed that was not, and nothing becomes
impossible that was possible; the order of questions does not matter; judging twice is judging once."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from assess.asked import AnswersFile
from assess.catalogue import catalogue
from assess.judge import judge
from assess.opening import facts_of, judged, opened
from assess.register import Register
from probes.finding import DIMENSIONS
from tests.assess.recorded import GOLDEN
from tests.assess.recorded_estate import Estate, Standing

COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "24"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "1"))


@pytest.fixture(scope="module")
def estate():  # type: ignore[no-untyped-def]
    with opened(GOLDEN / "northwind.zip") as at:
        yield Estate(at)


def assert_narrower(less: Standing, whole: Standing, said: object) -> None:
    for dimension in DIMENSIONS:
        assert less.levels[dimension][0] <= whole.levels[dimension][0], (said, dimension)
        assert less.levels[dimension][1] >= whole.levels[dimension][1], (said, dimension)
        for name, own in whole.workflows.items():
            before, after = own[dimension], less.workflows[name][dimension]
            assert (before is None) == (after is None), (said, name, dimension)
            assert before is None or after is None or after.confirmed <= before.confirmed, (said, name, dimension)
            assert before is None or after is None or after.possible >= before.possible, (said, name, dimension)


def test_random_removals_never_confirm_more_nor_leave_less_possible(estate: Estate) -> None:
    estate.less.gone = frozenset()
    whole = estate.standing(estate.cells(estate.answers))
    names = estate.less.names
    assert len(names) > 100
    for n in range(COUNT):
        draw = random.Random(f"{SEED}|{n}")
        share = draw.choice([0.01, 0.05, 0.2, 0.5, 0.9, 1.0])
        estate.less.gone = frozenset(name for name in names if draw.random() < share)
        kept = [a for a in estate.answers.answers if draw.random() >= share]
        less = estate.standing(estate.cells(AnswersFile(answers=kept)))
        assert_narrower(less, whole, (SEED, n, share))
        if n % 4 == 0:  # and from there on: more taken out, never more confirmed
            estate.less.gone |= frozenset(name for name in names if draw.random() < 0.3)
            assert_narrower(estate.standing(estate.cells(AnswersFile(answers=kept))), less, (SEED, n, "then more"))
    estate.less.gone = frozenset()


def test_the_order_of_questions_does_not_matter(estate: Estate) -> None:
    estate.less.gone = frozenset()
    whole = estate.standing(estate.cells(estate.answers))
    for n in range(5):
        draw = random.Random(f"{SEED}|order|{n}")
        probes = list(catalogue().probes)
        draw.shuffle(probes)
        cells = estate.cells(estate.answers, replace(catalogue(), probes=tuple(probes)))
        draw.shuffle(cells)
        assert estate.standing(cells) == whole, n


def test_the_order_of_questions_moves_no_level_gate_figure_or_number_of_the_whole_assessment(estate: Estate) -> None:
    at = estate.at
    turned = replace(catalogue(), probes=tuple(reversed(catalogue().probes)))
    one, other = (
        judge(at.folder, at.bundle, facts_of(at, None), c, Register()).assessment for c in (catalogue(), turned)
    )
    for part in (
        "overall",
        "levels",
        "gates",
        "workflows",
        "findings",
        "roadmap",
        "business_case",
        "relations",
        "next",
    ):
        assert getattr(one, part) == getattr(other, part), part


def test_judging_again_with_the_numbers_of_the_first_time_changes_nothing(estate: Estate, tmp_path: Path) -> None:
    first = judged(estate.at)
    again = judge(estate.at.folder, estate.at.bundle, facts_of(estate.at, None), catalogue(), first.register)
    assert again.assessment == first.assessment
    assert again.register == first.register and again.gate == first.gate


def test_with_everything_taken_out_nothing_is_confirmed_and_everything_asked_stays_possible(estate: Estate) -> None:
    estate.less.gone = frozenset(estate.less.names)
    standing = estate.standing(estate.cells(AnswersFile()))
    estate.less.gone = frozenset()
    assert {confirmed for confirmed, _ in standing.levels.values()} == {1}
    assert all(possible == catalogue().highest[d] for d, (_, possible) in standing.levels.items())

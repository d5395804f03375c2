"""The level rule: essentials veto, no averaging over units, monotone in evidence, independent of order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.assessment import Cell
from assess.levels import Asked, asked, dimension_interval, may_miss, under_way, unit_level, units_of
from probes.finding import State, Subject

HIGHEST = 4
cells = st.lists(
    st.builds(
        Asked,
        level=st.integers(2, 4),
        weight=st.integers(1, 3),
        essential=st.booleans(),
        met=st.sampled_from([True, False, None]),
    ),
    max_size=14,
)


def test_everything_met_confirms_the_highest_level_that_is_asked() -> None:
    level = unit_level([Asked(n, 1, True, True) for n in (2, 3, 4)], HIGHEST)
    assert (level.confirmed, level.possible) == (4, 4)


def test_nothing_measured_confirms_one_and_leaves_everything_possible() -> None:
    level = unit_level([Asked(n, 1, False, None) for n in (2, 3, 4)], HIGHEST)
    assert (level.confirmed, level.possible) == (1, 4)


def test_no_unit_at_all_is_not_measured() -> None:
    assert dimension_interval({}, HIGHEST) == (1, HIGHEST)


def test_an_essential_is_not_bought_off_by_weight() -> None:
    bought = [Asked(2, 100, False, True), Asked(2, 1, True, False)]
    assert unit_level(bought, HIGHEST).possible == 1


def test_a_higher_level_does_not_stand_on_a_missing_lower_one() -> None:
    level = unit_level([Asked(2, 1, False, False), Asked(3, 1, False, True), Asked(4, 1, False, True)], HIGHEST)
    assert level.confirmed == level.possible == 1


def test_one_miss_of_seven_is_allowed_and_one_of_six_is_not() -> None:
    assert (may_miss(6), may_miss(7), may_miss(0)) == (0, 1, 0)
    assert unit_level([Asked(2, 1, False, n > 0) for n in range(7)], 2).confirmed == 2
    assert unit_level([Asked(2, 1, False, n > 0) for n in range(6)], 2).confirmed == 1


def test_the_weakest_unit_decides() -> None:
    strong = unit_level([Asked(n, 1, False, True) for n in (2, 3, 4)], HIGHEST)
    weak = unit_level([Asked(2, 1, True, False)], HIGHEST)
    assert dimension_interval({"a": strong, "b": weak}, HIGHEST) == (1, 1)
    assert not under_way({"a": strong, "b": weak}, 1)


@given(cells)
def test_confirmed_is_never_above_possible(found: list[Asked]) -> None:
    level = unit_level(found, HIGHEST)
    assert level.confirmed <= level.possible <= HIGHEST


@given(cells, st.randoms())
def test_order_does_not_matter(found: list[Asked], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    random.shuffle(shuffled)
    one, other = unit_level(found, HIGHEST), unit_level(shuffled, HIGHEST)
    assert (one.confirmed, one.possible) == (other.confirmed, other.possible)


@given(cells, st.data())
def test_taking_evidence_away_never_raises_confirmed_nor_lowers_possible(
    found: list[Asked], data: st.DataObject
) -> None:
    before = unit_level(found, HIGHEST)
    gone = data.draw(st.sets(st.integers(0, max(len(found) - 1, 0))))
    less = [Asked(c.level, c.weight, c.essential, None) if i in gone else c for i, c in enumerate(found)]
    after = unit_level(less, HIGHEST)
    assert after.confirmed <= before.confirmed
    assert after.possible >= before.possible


@given(cells, st.integers(2, 4), st.integers(1, 3), st.booleans())
def test_losing_the_proof_that_a_question_does_not_apply_never_raises_confirmed(
    found: list[Asked], level: int, weight: int, essential: bool
) -> None:
    before = unit_level(found, HIGHEST)
    after = unit_level([*found, Asked(level, weight, essential, None)], HIGHEST)
    assert after.confirmed <= before.confirmed
    assert after.possible >= before.possible


@given(cells)
def test_a_met_cell_more_never_lowers_a_level(found: list[Asked]) -> None:
    before = unit_level(found, HIGHEST)
    better = [Asked(c.level, c.weight, c.essential, True) for c in found]
    assert unit_level(better, HIGHEST).confirmed >= before.confirmed


def cell(**changes: object) -> Cell:
    plain = {"probe": "api.p", "subject": Subject(unit="billing"), "dimension": "api", "level": 2, "essential": False}
    return Cell.model_validate({**plain, "weight": 1, "state": State.MET, "title": "t", "grade": "measured", **changes})


def test_what_needs_history_is_outside_the_share_until_it_can_exist() -> None:
    assert asked(cell(later=True, state=State.NOT_MEASURED)) is None
    assert asked(cell(state=State.NOT_APPLICABLE)) is None


@pytest.mark.parametrize(("level", "met"), [(2, True), (3, None), (4, None)])
def test_an_attested_answer_carries_no_weight_from_level_three_on(level: int, met: bool | None) -> None:
    found = asked(cell(level=level, grade="attested"))
    assert found is not None and found.met is met


def test_a_cell_of_everywhere_counts_in_each_unit() -> None:
    units = units_of([cell(subject=Subject(unit="*")), cell()], ["billing", "usage"])
    assert {name: len(cells) for name, cells in units.items()} == {"billing": 2, "usage": 1}

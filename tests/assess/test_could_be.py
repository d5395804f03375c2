"""What would open a gate: no shorter list does, with weights, with cells that count everywhere; every entry is needed."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from assess.assessment import Cell
from assess.could_be import Place, shortest
from assess.levels import unit_level, units_of
from probes.finding import State, Subject

UNITS = ("a", "b")
states = st.sampled_from([State.MET, State.NOT_MET, State.NOT_MEASURED])
cells = st.lists(
    st.builds(
        lambda n, unit, level, weight, essential, state: Cell(
            probe=f"api.q{n}",
            subject=Subject(unit=unit),
            dimension="api",
            level=level,
            essential=essential,
            weight=weight,
            state=state,
            title="t",
            grade="measured",
        ),
        st.integers(0, 99),
        st.sampled_from(["a", "b", "*"]),
        st.sampled_from([2, 3]),
        st.integers(1, 3),
        st.sampled_from([False, False, True]),
        states,
    ),
    min_size=3,
    max_size=11,
)


def reaches(found: list[Cell], chosen: frozenset[int]) -> bool:
    met = [c.model_copy(update={"state": State.MET}) if i in chosen else c for i, c in enumerate(found)]
    grouped = units_of(met, UNITS)
    return all(unit_level(grouped[u], 3).confirmed >= 3 for u in UNITS)


def asked(found: list[Cell], *, mendable: bool) -> list[int] | None:
    return shortest(found, [Place("api", UNITS)], 3, lambda chosen: reaches(found, chosen), mendable=mendable)


@settings(max_examples=150, deadline=None)
@given(cells, st.booleans())
def test_no_shorter_list_opens_it(found: list[Cell], mendable: bool) -> None:
    listed = asked(found, mendable=mendable)
    allowed = [
        i for i, c in enumerate(found) if c.state is State.NOT_MEASURED or (mendable and c.state is State.NOT_MET)
    ]
    if listed is None:
        assert not reaches(found, frozenset(allowed))
        return
    assert set(listed) <= set(allowed)
    assert reaches(found, frozenset(listed))
    assert (
        not any(reaches(found, frozenset(less)) for less in combinations(allowed, max(len(listed) - 1, 0)))
        or not listed
    )


def one(n: int, state: State = State.NOT_MEASURED, **more: object) -> Cell:
    plain = {"probe": f"api.q{n}", "subject": Subject(unit="a"), "dimension": "api", "level": 2, "essential": False}
    return Cell.model_validate({**plain, "weight": 1, "state": state, "title": "t", **more})


def test_of_seven_unknown_six_are_enough_and_a_measurement_is_asked_for_before_a_repair() -> None:
    found = [one(0, State.NOT_MET), *(one(n) for n in range(1, 7)), one(9, State.MET, subject=Subject(unit="b"))]
    place = [Place("api", UNITS)]

    def level_two(chosen: frozenset[int]) -> bool:
        met = [c.model_copy(update={"state": State.MET}) if i in chosen else c for i, c in enumerate(found)]
        return all(unit_level(cells, 2).confirmed >= 2 for cells in units_of(met, UNITS).values())

    assert shortest(found, place, 2, level_two, mendable=True) == [1, 2, 3, 4, 5, 6]


def test_an_essential_that_is_not_met_leaves_no_list_of_measurements() -> None:
    found = [one(0, State.NOT_MET, essential=True), one(1, subject=Subject(unit="b"))]
    assert asked(found, mendable=False) is None

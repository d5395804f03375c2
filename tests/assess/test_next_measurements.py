"""The measurements that would tell most: what closes the interval comes first, cheap before dear, groups weighed together."""

from __future__ import annotations

from assess.assessment import Cell
from assess.next_measurements import hours_of, next_measurements
from probes.finding import DIMENSIONS, State, Subject

HIGHEST = dict.fromkeys(DIMENSIONS, 4)
UNITS = {d: [d] for d in DIMENSIONS}


def cell(question: str, level: int, state: State = State.NOT_MEASURED, do: str = "", **more: object) -> Cell:
    dimension = question.split(".", maxsplit=1)[0]
    plain = {"probe": question, "subject": Subject(unit=dimension), "dimension": dimension, "level": level}
    rest = {"essential": False, "weight": 1, "state": state, "title": "t", "would_measure": do}
    return Cell.model_validate({**plain, **rest, **more})


def known(*, but: str = "") -> list[Cell]:
    """Everything met but one dimension."""
    return [cell(f"{d}.q{n}", n, State.MET) for d in DIMENSIONS for n in (2, 3, 4) if d != but]


def order(cells: list[Cell], **kinds: str) -> list[str]:
    found = next_measurements(cells, UNITS, HIGHEST, {name.replace("__", "."): kind for name, kind in kinds.items()})
    return [m.do for m in found]


def test_nothing_unknown_asks_for_nothing() -> None:
    assert order(known()) == []


def test_what_holds_the_lowest_level_comes_before_what_can_move_nothing_yet() -> None:
    rest = [cell("api.q2", 2, do="low"), cell("api.q3", 3, State.MET), cell("api.q4", 4, do="high")]
    assert order([*known(but="api"), *rest]) == ["low", "high"]


def test_of_two_that_tell_the_same_the_one_that_takes_less_time_comes_first() -> None:
    rest = [cell("api.q2", 2, do="dear"), cell("crm.q2", 2, do="cheap")]
    others = [c for c in known(but="api") if c.probe != "crm.q2"]
    others += [cell("api.q3", 3, State.MET), cell("api.q4", 4, State.MET)]
    assert order([*others, *rest], api__q2="M", crm__q2="A") == ["cheap", "dear"]


def test_one_instruction_that_answers_a_whole_level_is_weighed_as_a_whole() -> None:
    together = [cell(f"api.q{n}", 2, do="sign in as the agent") for n in range(6)]
    alone = [cell("crm.q4", 4, do="ask for one thing")]
    found = next_measurements([*together, *alone], UNITS, HIGHEST, {})
    assert [m.do for m in found] == ["sign in as the agent", "ask for one thing"]
    assert found[0].closes > 0
    assert "5 more questions with it" in found[0].could_move


def test_after_an_essential_of_level_two_failed_higher_questions_close_nothing() -> None:
    rest = [cell("api.q2", 2, State.NOT_MET, essential=True), cell("api.q3", 3, do="pointless")]
    found = next_measurements([*known(but="api"), *rest], UNITS, HIGHEST, {})
    assert found[0].closes == 0


def test_hours_count_an_instruction_once() -> None:
    cells = [cell("api.q2", 2, do="same"), cell("api.q3", 3, do="same"), cell("crm.q2", 2, do="other")]
    assert hours_of(cells, {"api.q2": "D", "api.q3": "M", "crm.q2": "A"}) == 1.75

"""Each counterfactual of a gate holds on the real estate, whole and with evidence taken out: the list leads to the autonomy
that it names, and with any one entry left out it does not."""

from __future__ import annotations

import os
import random

import pytest

from assess.assessment import Cell
from assess.gates import Judged
from assess.opening import opened
from probes.finding import State
from runtime.gate import ORDER
from tests.assess.recorded import GOLDEN
from tests.assess.recorded_estate import Estate

COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "3"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "3"))


@pytest.fixture(scope="module")
def estate():  # type: ignore[no-untyped-def]
    with opened(GOLDEN / "northwind.zip") as at:
        yield Estate(at)


def name_of(cell: Cell) -> str:
    return f"{cell.probe}({cell.subject})"


def with_met(cells: list[Cell], names: set[str]) -> list[Cell]:
    met = {"state": State.MET, "grade": "measured"}
    return [c.model_copy(update=met) if name_of(c) in names else c for c in cells]


def assert_holds(estate: Estate, cells: list[Cell], workflow: str, judged: Judged) -> int:
    """Every step of a workflow, and every entry of its list; how many entries were checked."""
    for step in judged.steps:
        names = {name_of(c) for c in step.cells}
        wanted = ORDER.index(step.autonomy)
        assert ORDER.index(estate.gates(with_met(cells, names))[workflow].autonomy) >= wanted, (workflow, step.autonomy)
        for name in names:
            less = estate.gates(with_met(cells, names - {name}))[workflow].autonomy
            assert ORDER.index(less) < wanted, (workflow, step.autonomy, name)
    return sum(len(step.cells) for step in judged.steps)


def test_every_list_leads_where_it_says_and_every_entry_is_needed(estate: Estate) -> None:
    checked = 0
    names: list[tuple[str, str]] = []
    for n in range(COUNT):
        draw = random.Random(f"{SEED}|{n}")
        estate.less.gone = frozenset(key for key in names if draw.random() < draw.choice([0.02, 0.1]))
        cells = estate.cells(estate.answers)
        names = names or estate.less.names
        workflow = draw.choice(sorted(estate.scope.workflows))
        checked += assert_holds(estate, cells, workflow, estate.gates(cells)[workflow])
    estate.less.gone = frozenset()
    assert checked >= COUNT


def test_no_step_is_named_that_a_cap_forbids(estate: Estate) -> None:
    estate.less.gone = frozenset()
    for judged in estate.gates(estate.cells(estate.answers)).values():
        assert all(ORDER.index(step.autonomy) > ORDER.index(judged.autonomy) for step in judged.steps)
        if judged.caps:
            assert not any(step.autonomy == "act" for step in judged.steps)

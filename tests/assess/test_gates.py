"""Gates: own cells only, the weakest dimension decides, caps narrow, `possible` opens nothing, counterfactuals hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assess.assessment import Cell
from assess.gates import Cap, judge_gate, own_cells
from probes.finding import DIMENSIONS, Dimension, State, Subject
from probes.probe import Scope, SystemScope, WorkflowScope
from runtime.gate import ORDER

HIGHEST = dict.fromkeys(DIMENSIONS, 4)
SCOPE = Scope(
    systems={
        "crm": SystemScope("crm", "rest"),
        "billing": SystemScope("billing", "rest"),
        "other": SystemScope("other", "rest"),
    },
    workflows={
        "dispute": WorkflowScope(
            "billing",
            ("crm.get", "billing.credit"),
            ("billing.credit",),
            ("crm", "billing"),
            ("issue_credit",),
            ("desk",),
        )
    },
    actions={"issue_credit": ("billing.credit",)},
    routes={"desk": ("dispute",)},
)
UNITS: dict[Dimension, str] = {
    "crm": "crm",
    "api": "billing",
    "knowledge": "dispute",
    "guardrails": "issue_credit",
    "escalation": "desk",
}


def cell(
    dimension: Dimension,
    level: int,
    state: State = State.MET,
    *,
    essential: bool = False,
    item: str = "",
    unit: str = "",
    name: str = "p",
) -> Cell:
    subject = Subject(unit=unit or UNITS[dimension], item=item)
    return Cell(
        probe=f"{dimension}.{name}{level}",
        subject=subject,
        dimension=dimension,
        level=level,
        essential=essential,
        weight=1,
        state=state,
        title="t",
        grade="measured",
    )


def flawless() -> list[Cell]:
    return [cell(d, level) for d in DIMENSIONS for level in (2, 3, 4)]


def gate(cells: list[Cell], caps: tuple[Cap, ...] = ()):  # type: ignore[no-untyped-def]
    return judge_gate(cells, "dispute", SCOPE, HIGHEST, caps)


def test_level_four_everywhere_may_act_alone() -> None:
    assert gate(flawless()).autonomy == "act"


def test_one_dimension_at_level_three_needs_a_person() -> None:
    assert gate([*flawless(), cell("api", 4, State.NOT_MET, essential=True, name="q")]).autonomy == "approve"


def test_a_cell_of_an_operation_that_the_workflow_does_not_call_does_not_hold_it() -> None:
    cells = [
        *flawless(),
        cell("api", 2, State.NOT_MET, essential=True, item="patch", name="q"),
        cell("api", 2, State.NOT_MET, essential=True, unit="other", name="q"),
    ]
    assert gate(cells).autonomy == "act"
    assert all(c.subject.item != "patch" for c in own_cells(cells, "dispute", SCOPE.workflows["dispute"]))


def test_nothing_measured_is_blocked_and_says_what_could_lift_it() -> None:
    unknown = [c.model_copy(update={"state": State.NOT_MEASURED, "grade": "none"}) for c in flawless()]
    judged = gate(unknown)
    assert judged.autonomy == "blocked"
    assert sorted(judged.could_be) == sorted(f"{d}.p2({UNITS[d]})" for d in DIMENSIONS)


def test_a_dimension_without_cells_does_not_open_the_gate() -> None:
    assert gate([c for c in flawless() if c.dimension != "knowledge"]).autonomy == "blocked"


def test_a_cap_narrows_and_is_named() -> None:
    judged = gate(flawless(), (Cap("approve", "high stakes: fraud is never above `approve`"),))
    assert judged.autonomy == "approve"
    assert judged.held == ("high stakes: fraud is never above `approve`",)


def test_a_workflow_that_writes_without_any_action_is_blocked() -> None:
    own = SCOPE.workflows["dispute"]
    bare = Scope(
        systems=SCOPE.systems,
        workflows={"dispute": WorkflowScope(own.category, own.operations, own.writes, own.systems, (), own.routes)},
        routes=SCOPE.routes,
    )
    assert judge_gate(flawless(), "dispute", bare, HIGHEST, ()).autonomy == "blocked"


states = st.sampled_from([State.MET, State.NOT_MET, State.NOT_MEASURED])
estates = st.lists(states, min_size=15, max_size=15).map(
    lambda found: [
        cell(d, level, found[i * 3 + level - 2], essential=level % 2 == 0)
        for i, d in enumerate(DIMENSIONS)
        for level in (2, 3, 4)
    ]
)


@settings(max_examples=60)
@given(estates, st.sets(st.integers(0, 14)))
def test_taking_evidence_away_never_opens_a_gate(cells: list[Cell], gone: set[int]) -> None:
    less = [c.model_copy(update={"state": State.NOT_MEASURED}) if i in gone else c for i, c in enumerate(cells)]
    assert ORDER.index(gate(less).autonomy) <= ORDER.index(gate(cells).autonomy)


@settings(max_examples=60)
@given(estates)
def test_each_entry_of_could_be_is_needed_and_all_together_lift(cells: list[Cell]) -> None:
    judged = gate(cells)

    def with_met(names: list[str]) -> str:
        return str(
            gate(
                [c.model_copy(update={"state": State.MET}) if f"{c.probe}({c.subject})" in names else c for c in cells]
            ).autonomy
        )

    if judged.could_be:
        assert ORDER.index(with_met(list(judged.could_be))) > ORDER.index(judged.autonomy)  # type: ignore[arg-type]
        for left_out in judged.could_be:
            assert with_met([n for n in judged.could_be if n != left_out]) == judged.autonomy

"""Gates: the autonomy of each workflow, from confirmed levels over its own cells, then the caps.

`possible` never opens a gate; it is printed as "could be …, if …" with the shortest list, each entry counter-checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assess.assessment import Cell, Interval
from assess.could_be import Place, shortest
from assess.levels import dimension_interval, unit_level, units_of
from probes.finding import DIMENSIONS, EVERYWHERE, Dimension, State, Subject
from probes.probe import Scope, WorkflowScope
from runtime.gate import ORDER, narrowest
from runtime.systems.settings import Autonomy

BY_LEVEL: Mapping[int, Autonomy] = {1: "blocked", 2: "observe", 3: "approve", 4: "act", 5: "act"}
LEVEL_FOR: Mapping[Autonomy, int] = {"blocked": 1, "observe": 2, "approve": 3, "act": 4}


@dataclass(frozen=True)
class Cap:
    """A rule that keeps a workflow below an autonomy, in words."""

    autonomy: Autonomy
    says: str


@dataclass(frozen=True)
class Step:
    """An autonomy above today's, and the fewest cells that would have to be met for it."""

    autonomy: Autonomy
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Judged:
    """A workflow's gate before it is written: levels by dimension (None: nothing of it is touched), caps, result."""

    levels: Mapping[Dimension, Interval | None]
    by_dimension: Mapping[Dimension, Autonomy | None]
    autonomy: Autonomy
    held: tuple[str, ...]
    could_be: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    caps: tuple[str, ...] = ()


def own_cells(cells: Iterable[Cell], workflow: str, scope: WorkflowScope) -> list[Cell]:
    """The cells that a workflow stands on: its systems, and of operation cells only those that it calls."""
    return [cell for cell in cells if touches(cell.dimension, cell.subject, workflow, scope)]


def touches(dimension: Dimension, subject: Subject, workflow: str, scope: WorkflowScope) -> bool:
    """Whether a workflow stands on what a question was asked of."""
    if subject.unit == EVERYWHERE:
        return True
    if dimension in ("crm", "api"):
        return subject.unit in scope.systems and (
            not subject.item or f"{subject.unit}.{subject.item}" in scope.operations
        )
    return (
        subject.unit in {"knowledge": (workflow,), "guardrails": scope.actions, "escalation": scope.routes}[dimension]
    )


def judge_gate(
    cells: Sequence[Cell], workflow: str, scope: Scope, highest: Mapping[Dimension, int], caps: Sequence[Cap]
) -> Judged:
    """The gate of one workflow."""
    touched = own_cells(cells, workflow, scope.workflows[workflow])
    own = sorted(touched, key=lambda c: (c.level, c.probe, str(c.subject)))  # lists do not depend on who asked first
    levels = workflow_levels(own, workflow, scope, highest)
    by_dimension: dict[Dimension, Autonomy | None] = {
        d: BY_LEVEL[v.confirmed] if v else None for d, v in levels.items()
    }
    measured = narrowest(*(a for a in by_dimension.values() if a), "act")
    autonomy = narrowest(measured, *(cap.autonomy for cap in caps))
    held = (
        *_held(own, by_dimension, autonomy),
        *(cap.says for cap in caps if ORDER.index(cap.autonomy) <= ORDER.index(autonomy) < ORDER.index("act")),
    )
    steps, could_be = _steps(own, workflow, scope, highest, caps, autonomy)
    capped = tuple(dict.fromkeys(cap.says for cap in caps if cap.autonomy != "act"))
    return Judged(levels, by_dimension, autonomy, held, could_be, steps, capped)


def workflow_levels(
    own: Sequence[Cell], workflow: str, scope: Scope, highest: Mapping[Dimension, int]
) -> dict[Dimension, Interval | None]:
    """Levels over a workflow's own cells; None where it touches nothing of a dimension."""
    return {d: _level(own, workflow, scope, d, highest[d]) for d in DIMENSIONS}


def _units(workflow: str, scope: Scope, dimension: Dimension) -> list[str]:
    own = scope.workflows[workflow]
    if dimension in ("crm", "api"):
        return [name for name in scope.systems_of(dimension) if name in own.systems]
    return list({"knowledge": (workflow,), "guardrails": own.actions, "escalation": own.routes}[dimension])


def _level(own: Sequence[Cell], workflow: str, scope: Scope, dimension: Dimension, highest: int) -> Interval | None:
    """None only where the workflow touches nothing of a kind: no CRM, no other system, no write."""
    names = _units(workflow, scope, dimension)
    unguarded = dimension == "guardrails" and bool(scope.workflows[workflow].writes)
    if not names and not unguarded:
        return None
    if not names:
        return Interval(confirmed=1, possible=1)
    grouped = units_of((c for c in own if c.dimension == dimension), names)
    units = {name: unit_level(grouped.get(name, []), highest) for name in names}
    units = {
        name: unit if grouped.get(name) else unit.model_copy(update={"confirmed": 1}) for name, unit in units.items()
    }
    confirmed, possible = dimension_interval(units, highest)
    return Interval(confirmed=confirmed, possible=possible)


def _held(own: Sequence[Cell], by_dimension: Mapping[Dimension, Autonomy | None], autonomy: Autonomy) -> list[str]:
    """Names of cells that hold the weakest dimensions at their level."""
    if autonomy == "act":
        return []
    weakest = [d for d, a in by_dimension.items() if a == autonomy]
    needed = min(ORDER.index(autonomy) + 2, 4)
    holding = [
        c
        for c in own
        if c.dimension in weakest
        and c.level <= needed
        and c.state in (State.NOT_MET, State.NOT_MEASURED)
        and not c.later
    ]
    holding.sort(key=lambda c: (c.state is State.NOT_MEASURED, c.level, not c.essential, c.probe, str(c.subject)))
    return [_name(c) for c in holding]


def _steps(
    own: Sequence[Cell],
    workflow: str,
    scope: Scope,
    highest: Mapping[Dimension, int],
    caps: Sequence[Cap],
    now: Autonomy,
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Each step above the gate that caps leave open with its shortest list; and the measurements that lift it by one."""
    ceiling = narrowest(*(cap.autonomy for cap in caps), "act")
    wanted = ORDER[ORDER.index(now) + 1 : ORDER.index(ceiling) + 1]
    lists = [(step, _shortest(own, workflow, scope, highest, step, mendable=True)) for step in wanted]
    measured = next(
        filter(None, (_shortest(own, workflow, scope, highest, step, mendable=False) for step in wanted)), []
    )
    steps = tuple(Step(step, tuple(own[i] for i in found)) for step, found in lists if found)
    return steps, tuple(_name(own[i]) for i in measured)


def _shortest(
    own: Sequence[Cell],
    workflow: str,
    scope: Scope,
    highest: Mapping[Dimension, int],
    wanted: Autonomy,
    *,
    mendable: bool,
) -> list[int] | None:
    """Indices of cells that would lift the gate to `wanted`; None where no list does."""
    places = [Place(d, tuple(_units(workflow, scope, d))) for d in DIMENSIONS if _units(workflow, scope, d)]

    def reaches(chosen: frozenset[int]) -> bool:
        cells = [_as_met(c) if i in chosen else c for i, c in enumerate(own)]
        found = [_level(cells, workflow, scope, d, highest[d]) for d in DIMENSIONS]
        return ORDER.index(narrowest(*(BY_LEVEL[v.confirmed] for v in found if v), "act")) >= ORDER.index(wanted)

    return shortest(own, places, LEVEL_FOR[wanted], reaches, mendable=mendable)


def _as_met(cell: Cell) -> Cell:
    return cell.model_copy(update={"state": State.MET, "grade": "measured"})


def _name(cell: Cell) -> str:
    return f"{cell.probe}({cell.subject})"

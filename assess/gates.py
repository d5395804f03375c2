"""Gates: the autonomy of each workflow, from confirmed levels over its own cells, then the caps.

`possible` never opens a gate; it is printed as "could be …, if …" with the shortest list, each entry counter-checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assess.assessment import Cell, Interval
from assess.levels import dimension_interval, unit_level, units_of
from probes.finding import DIMENSIONS, EVERYWHERE, Dimension, State, Subject
from probes.probe import Scope, WorkflowScope
from runtime.gate import ORDER, narrowest
from runtime.systems.settings import Autonomy

BY_LEVEL: Mapping[int, Autonomy] = {1: "blocked", 2: "observe", 3: "approve", 4: "act", 5: "act"}


@dataclass(frozen=True)
class Cap:
    """A rule that keeps a workflow below an autonomy, in words."""

    autonomy: Autonomy
    says: str


@dataclass(frozen=True)
class Judged:
    """A workflow's gate before it is written: levels by dimension (None: nothing of it is touched), caps, result."""

    levels: Mapping[Dimension, Interval | None]
    by_dimension: Mapping[Dimension, Autonomy | None]
    autonomy: Autonomy
    held: tuple[str, ...]
    could_be: tuple[str, ...]


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
    own = own_cells(cells, workflow, scope.workflows[workflow])
    levels = {d: _level(own, workflow, scope, d, highest[d]) for d in DIMENSIONS}
    by_dimension: dict[Dimension, Autonomy | None] = {
        d: BY_LEVEL[v.confirmed] if v else None for d, v in levels.items()
    }
    measured = narrowest(*(a for a in by_dimension.values() if a), "act")
    autonomy = narrowest(measured, *(cap.autonomy for cap in caps))
    held = (
        *_held(own, by_dimension, autonomy),
        *(cap.says for cap in caps if ORDER.index(cap.autonomy) <= ORDER.index(autonomy) < ORDER.index("act")),
    )
    return Judged(levels, by_dimension, autonomy, held, tuple(_could_be(own, workflow, scope, highest, caps, autonomy)))


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
    return [f"{c.probe}({c.subject})" for c in holding]


def _could_be(
    own: Sequence[Cell],
    workflow: str,
    scope: Scope,
    highest: Mapping[Dimension, int],
    caps: Sequence[Cap],
    now: Autonomy,
) -> list[str]:
    """The shortest list of unmeasured cells that, all met, lift the gate by at least one step."""
    ceiling = narrowest(*(cap.autonomy for cap in caps), "act")
    unknown = [i for i, c in enumerate(own) if c.state is State.NOT_MEASURED and not c.later and c.level <= 4]
    if not unknown or ORDER.index(ceiling) <= ORDER.index(now):
        return []

    def lifted(indices: Sequence[int]) -> bool:
        chosen = set(indices)
        cells = [
            c.model_copy(update={"state": State.MET, "grade": "measured"}) if i in chosen else c
            for i, c in enumerate(own)
        ]
        found = [_level(cells, workflow, scope, d, highest[d]) for d in DIMENSIONS]
        return ORDER.index(narrowest(*(BY_LEVEL[v.confirmed] for v in found if v), ceiling)) > ORDER.index(now)

    if not lifted(unknown):
        return []
    shortest = list(unknown)
    for index in sorted(unknown, key=lambda i: (-own[i].level, own[i].essential, own[i].probe)):
        without = [i for i in shortest if i != index]
        shortest = without if lifted(without) else shortest
    return [f"{own[i].probe}({own[i].subject})" for i in shortest]

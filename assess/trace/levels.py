"""Levels, coverage, steps, gates: worked out again from the cells."""

from __future__ import annotations

from assess.assessment import Cell
from assess.gates import own_cells
from assess.judge import Verdict
from assess.levels import asked, dimension_interval, unit_level, units_of
from assess.next_measurements import hours_of
from assess.rows import level_lines
from assess.scope import scope_of
from assess.trace.path import Path
from assess.trace.rule import Rule, Traced, cell_lines, traced
from probes.finding import DIMENSIONS, EVERYWHERE, Dimension, State

END = "from the cells: `cxready explain DIR QUESTION` shows the evidence of each"


def of_overall(verdict: Verdict, path: Path) -> Traced:
    a = verdict.assessment
    found = {d: int(getattr(a.levels[d], path[-1])) for d in DIMENSIONS}
    return traced(
        min(found.values()),
        f"the lowest of {', '.join(f'{d} {n}' for d, n in found.items())}",
        "from the five dimensions",
    )


def of_dimension(verdict: Verdict, path: Path) -> Traced:
    dimension = _dimension(path)
    units = {name: _unit(verdict, dimension, name) for name in verdict.assessment.levels[dimension].units}
    index = 0 if path[-1] == "confirmed" else 1
    value = dimension_interval(units, 5)[index] if units else None
    said = ", ".join(f"{name} {getattr(unit, path[-1])}" for name, unit in units.items())
    return traced(value, f"the lowest of its units: {said}", END)


def of_unit(verdict: Verdict, path: Path) -> Traced:
    dimension, unit = _dimension(path), path[3]
    lines = level_lines(dimension, unit, verdict.assessment.levels, verdict.assessment.cells)
    return traced(getattr(_unit(verdict, dimension, unit), path[-1]), *lines, END)


def of_step(verdict: Verdict, path: Path) -> Traced:
    dimension, unit = _dimension(path), path[3]
    step = _unit(verdict, dimension, unit).steps[int(path[5])]
    own = [
        c
        for c in _cells(verdict, dimension)
        if c.level == step.level and c.subject.unit in (unit, EVERYWHERE) and asked(c) is not None
    ]
    how = {
        "level": "the level that these questions belong to",
        "weight": "sum of the weights of what is asked",
        "met": "sum of the weights of what is met",
        "unknown": "sum of the weights of what is not measured (an answer alone counts so from level 3 on)",
        "may_miss": "most weight that may be missing while more than 85 % is met",
    }
    return traced(getattr(step, path[-1]), how[path[-1]], *cell_lines(own), END)


def of_coverage(verdict: Verdict, path: Path) -> Traced:
    wanted = path[-1]
    own = [c for c in _cells(verdict, _dimension(path)) if _kind(c) == wanted]
    return traced(len(own), f"cells of this dimension that are {wanted.replace('_', ' ')}", *cell_lines(own, 12), END)


def of_workflow(verdict: Verdict, path: Path) -> Traced:
    """A dimension's level over the cells that one workflow stands on."""
    workflow = verdict.assessment.workflows[int(path[1])]
    dimension: Dimension = next(d for d in DIMENSIONS if d == path[3])
    scope = scope_of(verdict.folder.estate)
    own = list(own_cells(verdict.assessment.cells, workflow.name, scope.workflows[workflow.name]))
    cells = [c for c in own if c.dimension == dimension]
    touched = scope.workflows[workflow.name]
    names = {
        "knowledge": (workflow.name,),
        "guardrails": touched.actions,
        "escalation": touched.routes,
    }.get(dimension, tuple(s for s in scope.systems_of(dimension) if s in touched.systems))
    highest = _highest(verdict, dimension)
    grouped = units_of(cells, names)
    units = {n: unit_level(grouped.get(n, []), highest) for n in names}
    confirmed = min((u.confirmed if grouped.get(n) else 1 for n, u in units.items()), default=1)
    possible = min((u.possible for u in units.values()), default=1)
    open_cells = [c for c in cells if c.state is not State.MET]
    return traced(
        confirmed if path[-1] == "confirmed" else possible,
        f"the lowest of {', '.join(names) or 'nothing that guards its writes'}; not met or not measured:",
        *cell_lines(open_cells),
        END,
    )


def of_could(verdict: Verdict, path: Path) -> Traced:
    could = verdict.assessment.workflows[int(path[1])].could[int(path[3])]
    kinds = _kinds(verdict)
    own = [c for c in verdict.assessment.cells if f"{c.probe}({c.subject})" in could.measure]
    lines = [f"   {kinds.get(c.probe, 'M')}: {c.probe}({c.subject})" for c in own]
    return traced(
        hours_of(own, kinds),
        "hours by kind of question, one instruction counted once (A 0.25, D 0.5, D/M 1, M 1.5 hours)",
        *lines,
        "from our estimate by kind of question",
    )


def of_cell(verdict: Verdict, path: Path) -> Traced:
    cell = verdict.assessment.cells[int(path[1])]
    probe = next(a.probe for a in verdict.answered if a.cell.probe == cell.probe)
    value = cell.weight if path[-1] == "weight" else probe.level
    return traced(
        value,
        f"{cell.probe}: level {probe.level}, weight {probe.weight} in the catalogue",
        f"from catalogue {verdict.assessment.catalogue}, profile {verdict.assessment.profile}",
    )


def _unit(verdict: Verdict, dimension: Dimension, unit: str):  # type: ignore[no-untyped-def]
    grouped = units_of(_cells(verdict, dimension), [unit])
    found = unit_level(grouped[unit], _highest(verdict, dimension))
    return found if grouped[unit] else found.model_copy(update={"confirmed": 1})


def _cells(verdict: Verdict, dimension: Dimension) -> list[Cell]:
    return [c for c in verdict.assessment.cells if c.dimension == dimension]


def _highest(verdict: Verdict, dimension: Dimension) -> int:
    """The highest level that is asked about here."""
    from assess.catalogue import catalogue

    return catalogue().highest[dimension]


def _kinds(verdict: Verdict) -> dict[str, str]:
    return {a.cell.probe: a.probe.kind for a in verdict.answered}


def _dimension(path: Path) -> Dimension:
    return next(d for d in DIMENSIONS if d == path[1])


def _kind(cell: Cell) -> str:
    if cell.later:
        return "later"
    if cell.state in (State.NOT_MEASURED, State.NOT_APPLICABLE):
        return cell.state.value
    return "measured" if cell.grade == "none" else cell.grade


RULES: dict[Path, Rule] = {
    ("overall", "confirmed"): of_overall,
    ("overall", "possible"): of_overall,
    ("levels", "*", "confirmed"): of_dimension,
    ("levels", "*", "possible"): of_dimension,
    ("levels", "*", "coverage", "*"): of_coverage,
    ("levels", "*", "units", "*", "confirmed"): of_unit,
    ("levels", "*", "units", "*", "possible"): of_unit,
    ("levels", "*", "units", "*", "steps", "*", "*"): of_step,
    ("workflows", "*", "levels", "*", "*"): of_workflow,
    ("workflows", "*", "could", "*", "hours"): of_could,
    ("cells", "*", "level"): of_cell,
    ("cells", "*", "weight"): of_cell,
}

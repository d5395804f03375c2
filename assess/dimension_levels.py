"""The five dimensions' levels: units, intervals, coverage, and what holds the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assess.assessment import Cell, Coverage, DimensionLevel, UnitLevel
from assess.catalogue import Catalogue
from assess.engagement import Folder
from assess.levels import Asked, dimension_interval, under_way, unit_level, units_of
from probes.finding import DIMENSIONS, Dimension, State
from probes.probe import Scope


def dimension_levels(
    cells: Sequence[Cell], scope: Scope, catalogue: Catalogue, folder: Folder, numbers: Mapping[str, str]
) -> dict[Dimension, DimensionLevel]:
    own = folder.engagement.value.self_assessed
    levels: dict[Dimension, DimensionLevel] = {}
    for dimension in DIMENSIONS:
        highest = catalogue.highest[dimension]
        grouped = units_of((c for c in cells if c.dimension == dimension), _unit_names(scope, dimension))
        units = {name: _asked_or_unmeasured(asked, highest) for name, asked in grouped.items()}
        confirmed, possible = dimension_interval(units, highest)
        levels[dimension] = DimensionLevel(
            confirmed=confirmed,
            possible=possible,
            coverage=_coverage([c for c in cells if c.dimension == dimension]),
            under_way=under_way(units, confirmed),
            units=units,
            self_assessed=getattr(own, dimension),
            held_by=_holding([c for c in cells if c.dimension == dimension], confirmed + 1, numbers),
        )
    return levels


def _asked_or_unmeasured(asked: Sequence[Asked], highest: int) -> UnitLevel:
    """A unit of which nothing is asked is not measured: it confirms nothing."""
    unit = unit_level(asked, highest)
    return unit if asked else unit.model_copy(update={"confirmed": 1})


def _unit_names(scope: Scope, dimension: Dimension) -> list[str]:
    if dimension in ("crm", "api"):
        return scope.systems_of(dimension)
    return list({"knowledge": scope.workflows, "guardrails": scope.actions, "escalation": scope.routes}[dimension])


def _holding(cells: Sequence[Cell], level: int, numbers: Mapping[str, str]) -> list[str]:
    holding = [c for c in cells if c.level <= level and not c.later and c.state in (State.NOT_MET, State.NOT_MEASURED)]
    holding.sort(key=lambda c: (c.state is State.NOT_MEASURED, not c.essential, c.level, c.probe, str(c.subject)))
    return list(dict.fromkeys(numbers.get(f"{c.probe}({c.subject})", f"{c.probe}({c.subject})") for c in holding))


def _coverage(cells: Sequence[Cell]) -> Coverage:
    counts = dict.fromkeys(("measured", "declared", "attested", "not_measured", "not_applicable", "later"), 0)
    for cell in cells:
        if cell.later:
            counts["later"] += 1
        elif cell.state in (State.NOT_MEASURED, State.NOT_APPLICABLE):
            counts[cell.state.value] += 1
        else:
            counts["measured" if cell.grade == "none" else cell.grade] += 1
    return Coverage(**counts)

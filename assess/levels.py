"""The level rule: an interval from confirmed to possible, per unit, with essentials as a veto.

Our rule, after the shape of ISO/IEC 33020 (own level and every lower one fully met) and stricter: no averaging over
units, and an essential that is not met cannot be bought off. A level is reached when at it and at every lower one
more than 85 % of the weight is met and every essential is met, in each unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assess.assessment import Cell, Step, UnitLevel
from probes.finding import EVERYWHERE, State

FIRST, LAST = 2, 5
SHARE = 0.85
UNDER_WAY = 0.5


@dataclass(frozen=True)
class Asked:
    """A cell as the rule sees it. `met` is None when unknown; not applicable and `later` cells never get here."""

    level: int
    weight: int
    essential: bool
    met: bool | None
    name: str = ""


def asked(cell: Cell) -> Asked | None:
    """What the rule counts of a cell; None when it is out of the share.

    An attested answer is unknown from level 3 on, whichever way it was given.
    """
    if cell.later or cell.state is State.NOT_APPLICABLE:
        return None
    unknown = cell.state is State.NOT_MEASURED or (cell.grade == "attested" and cell.level >= 3)
    return Asked(
        cell.level,
        cell.weight,
        cell.essential,
        None if unknown else cell.state is State.MET,
        f"{cell.probe}({cell.subject})",
    )


def units_of(cells: Iterable[Cell], names: Iterable[str]) -> dict[str, list[Asked]]:
    """Cells by unit; a cell of everywhere counts in each."""
    units: dict[str, list[Asked]] = {name: [] for name in names}
    for cell in cells:
        counted = asked(cell)
        if counted is None:
            continue
        for unit in units if cell.subject.unit == EVERYWHERE else [cell.subject.unit]:
            units.setdefault(unit, []).append(counted)
    return units


def unit_level(cells: Sequence[Asked], highest: int) -> UnitLevel:
    """The interval of one unit; `highest` is the highest level that the catalogue asks about.

    A level that nothing asks about cannot be confirmed: the ceiling holds for both ends.
    """
    confirmed, possible = interval(cells, highest)
    return UnitLevel(
        confirmed=confirmed,
        possible=possible,
        steps=[_step(cells, level) for level in range(FIRST, highest + 1)],
    )


def interval(cells: Iterable[Asked], highest: int) -> tuple[int, int]:
    """(confirmed, possible) of one unit, without the steps."""
    by_level: dict[int, list[Asked]] = {level: [] for level in range(FIRST, highest + 1)}
    for cell in cells:
        by_level.setdefault(cell.level, []).append(cell)
    return _reached(by_level, highest, known_only=True), _reached(by_level, highest, known_only=False)


def dimension_interval(units: Mapping[str, UnitLevel], highest: int) -> tuple[int, int]:
    """The minimum over units: (confirmed, possible). No unit at all is not measured."""
    if not units:
        return 1, highest
    return min(unit.confirmed for unit in units.values()), min(unit.possible for unit in units.values())


def under_way(units: Mapping[str, UnitLevel], confirmed: int) -> bool:
    """The next level has more than half of its weight met in every unit; printed beside the level, never as one."""
    steps = [step for unit in units.values() for step in unit.steps if step.level == confirmed + 1]
    return bool(steps) and all(step.weight == 0 or step.met / step.weight > UNDER_WAY for step in steps)


@cache
def may_miss(weight: int) -> int:
    """How much weight of a level may be missed so that more than 85 % still holds."""
    return max((missed for missed in range(weight + 1) if weight and (weight - missed) / weight > SHARE), default=0)


def _step(cells: Sequence[Asked], level: int) -> Step:
    own = [cell for cell in cells if cell.level == level]
    return Step(
        level=level,
        weight=sum(cell.weight for cell in own),
        met=sum(cell.weight for cell in own if cell.met),
        unknown=sum(cell.weight for cell in own if cell.met is None),
        may_miss=may_miss(sum(cell.weight for cell in own)),
        essential_missing=sorted(cell.name for cell in own if cell.essential and not cell.met),
    )


def _reached(by_level: Mapping[int, Sequence[Asked]], highest: int, *, known_only: bool) -> int:
    """The last level before the first that misses too much weight or an essential."""
    for level in range(FIRST, highest + 1):
        missed = [c for c in by_level[level] if (not c.met if known_only else c.met is False)]
        weight = sum(c.weight for c in by_level[level])
        if any(c.essential for c in missed) or sum(c.weight for c in missed) > may_miss(weight):
            return level - 1
    return highest

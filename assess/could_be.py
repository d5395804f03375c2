"""What would open a gate further: for each step above it the shortest list of cells that would have to be met.

The rule is a conjunction over units and levels in which some weight may be missed, so the shortest list is everything
that is not met, less the most cells that may be left out. Each entry is counter-checked by the caller's own rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assess.assessment import Cell
from assess.levels import asked, may_miss
from probes.finding import EVERYWHERE, Dimension

MOST_NODES = 20_000


@dataclass(frozen=True)
class Place:
    """A dimension's units as one workflow touches them, and the level that is wanted there."""

    dimension: Dimension
    units: tuple[str, ...]


@dataclass(frozen=True)
class _Open:
    """A cell that is not met: the units it counts in, its weight, whether it may stay open, how dear it is."""

    index: int
    units: tuple[str, ...]
    weight: int
    forced: bool
    mend: bool


def shortest(
    own: Sequence[Cell],
    places: Iterable[Place],
    level: int,
    reaches: Callable[[frozenset[int]], bool],
    *,
    mendable: bool,
) -> list[int] | None:
    """Indices into `own` that, all met, lift every place to `level`; None: no list does.

    Args:
        reaches: the rule itself, asked whether a set of cells, once met, is enough.
        mendable: False: only what is not measured may be listed.
    """
    found: set[int] = set()
    for place in places:
        for step in range(2, level + 1):
            part = _of_level(own, place, step, mendable)
            if part is None:
                return None
            found |= part
    if not reaches(frozenset(found)):
        return None
    for index in sorted(found):
        if reaches(frozenset(found - {index})):
            found.discard(index)
    return sorted(found)


def _of_level(own: Sequence[Cell], place: Place, level: int, mendable: bool) -> set[int] | None:
    """The fewest cells of one dimension and level; None when what may not be listed already costs too much."""
    room, opened = _room(own, place, level, mendable)
    if room is None:
        return None
    free = sorted((o for o in opened if not o.forced), key=lambda o: (not o.mend, len(o.units) * o.weight, o.index))
    left = _most_left_out(free, room)
    return {o.index for o in opened} - left


def _room(own: Sequence[Cell], place: Place, level: int, mendable: bool) -> tuple[dict[str, int] | None, list[_Open]]:
    """Weight that each unit may still miss, and the cells that could be listed."""
    total: dict[str, int] = defaultdict(int)
    lost: dict[str, int] = defaultdict(int)
    opened: list[_Open] = []
    for index, cell in enumerate(own):
        counted = asked(cell) if cell.dimension == place.dimension and cell.level == level else None
        if counted is None:
            continue
        units = place.units if cell.subject.unit == EVERYWHERE else (cell.subject.unit,)
        for unit in units:
            total[unit] += counted.weight
        if counted.met:
            continue
        mend = counted.met is False
        if mend and not mendable:
            if counted.essential:
                return None, []
            for unit in units:
                lost[unit] += counted.weight
            continue
        opened.append(_Open(index, tuple(units), counted.weight, counted.essential, mend))
    room = {unit: may_miss(weight) - lost[unit] for unit, weight in total.items()}
    return (None, []) if any(left < 0 for left in room.values()) else (room, opened)


def _most_left_out(free: Sequence[_Open], room: Mapping[str, int]) -> set[int]:
    """The largest set that fits into what may be missed; among equals the one that spares most mending."""
    best: tuple[int, int, tuple[int, ...]] = (0, 0, ())
    nodes = 0

    def walk(at: int, left: dict[str, int], taken: tuple[int, ...], spared: int) -> None:
        nonlocal best, nodes
        nodes += 1
        best = max(best, (len(taken), spared, taken), key=lambda b: b[:2])
        if nodes > MOST_NODES or at == len(free) or len(taken) + len(free) - at < best[0]:
            return
        one = free[at]
        if all(left[unit] >= one.weight for unit in one.units):
            walk(
                at + 1,
                {u: n - one.weight if u in one.units else n for u, n in left.items()},
                (*taken, one.index),
                spared + one.mend,
            )
        walk(at + 1, left, taken, spared)

    walk(0, dict(room), (), 0)
    return set(best[2])

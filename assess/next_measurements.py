"""Which measurement would tell most: the expected closing of the intervals from confirmed to possible, per hour of a person.

What one instruction would bring (a credential, a run of `collect`) is weighed together, because a level is a
conjunction: one question alone seldom moves it. How likely a question is met starts from its level and is shifted, a
dimension at a time, by what was already found there (maximum a posteriori of one latent, logistic). The starting
chances and the hours are estimates of ours: no body of assessments exists yet that they could be taken from.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assess.assessment import Cell, Measurement
from assess.levels import Asked, asked, interval
from probes.finding import DIMENSIONS, EVERYWHERE, Dimension, State

CHANCES: Mapping[int, float] = {2: 0.85, 3: 0.65, 4: 0.40, 5: 0.20}
HOURS: Mapping[str, float] = {"A": 0.25, "D": 0.5, "D/M": 1.0, "M": 1.5}
DRAWS = 24
MOST = 12
SEED = 20260102
Units = Mapping[Dimension, Sequence[str]]


@dataclass(frozen=True)
class Instruction:
    """One thing to do, and the unknown cells that it would answer."""

    do: str
    cells: tuple[Cell, ...]
    hours: float


def next_measurements(
    cells: Sequence[Cell], units: Units, highest: Mapping[Dimension, int], kinds: Mapping[str, str]
) -> list[Measurement]:
    """The twelve instructions that would tell most, best first.

    Args:
        units: units of each dimension that are in scope.
        kinds: probe id → M, D, A or D/M.
    """
    unknown = [c for c in cells if c.state is State.NOT_MEASURED and not c.later]
    if not unknown:
        return []
    estate = _Estate(cells, units, highest)
    closing = {i.do: estate.closes(i) for i in _instructions(unknown, kinds)}
    ranked = sorted(_instructions(unknown, kinds), key=lambda i: (-_score(i, closing[i.do], estate), i.do))
    return [_measurement(i, closing[i.do]) for i in ranked[:MOST]]


def hours_of(cells: Sequence[Cell], kinds: Mapping[str, str]) -> float:
    """Hours of a person for a list of measurements: what one instruction answers is counted once."""
    return round(sum(i.hours for i in _instructions(cells, kinds)), 2)


def instruction(cell: Cell) -> str:
    """What to do so that a cell is measured."""
    return cell.would_measure or f"Collect {cell.probe} of {cell.subject}."


def _instructions(cells: Sequence[Cell], kinds: Mapping[str, str]) -> list[Instruction]:
    by_do: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_do[instruction(cell)].append(cell)
    return [
        Instruction(do, tuple(found), max(HOURS.get(kinds.get(c.probe, "M"), HOURS["M"]) for c in found))
        for do, found in by_do.items()
    ]


def _measurement(found: Instruction, closes: float) -> Measurement:
    cell = min(found.cells, key=lambda c: (c.level, not c.essential, -len(c.workflows), c.probe, str(c.subject)))
    more = f"; {len(found.cells) - 1} more questions with it" if len(found.cells) > 1 else ""
    return Measurement(
        probe=cell.probe,
        subject=cell.subject,
        do=found.do,
        could_move=_could_move(cell) + more,
        closes=round(closes, 2),
        hours=found.hours,
    )


def _could_move(cell: Cell) -> str:
    wait = "waits" if len(cell.workflows) == 1 else "wait"
    waiting = f"; {', '.join(cell.workflows)} {wait} for it" if cell.workflows else ""
    return f"{cell.dimension} level {cell.level}{' (essential)' if cell.essential else ''}{waiting}"


def _score(found: Instruction, closes: float, estate: _Estate) -> float:
    """Levels closed an hour; a conjunction shows no gain before its last question, hence the small second part."""
    near = max(
        estate.near(c) * (0.3 + (1 - estate.chance(c)) * c.weight * (3 if c.essential else 1)) for c in found.cells
    )
    return (closes + 0.02 * near) / found.hours


class _Estate:
    """The cells by dimension and unit, as the level rule sees them, and how likely each unknown one is met."""

    def __init__(self, cells: Sequence[Cell], units: Units, highest: Mapping[Dimension, int]) -> None:
        self._highest = highest
        self._shift = {d: _latent([c for c in cells if c.dimension == d]) for d in DIMENSIONS}
        self._cells: dict[Dimension, dict[str, list[tuple[str, Asked]]]] = {
            d: {unit: [] for unit in units[d]} for d in DIMENSIONS
        }
        for cell in cells:
            counted = asked(cell)
            for unit in self._units(cell) if counted else ():
                self._cells[cell.dimension].setdefault(unit, []).append((_key(cell), counted))  # type: ignore[arg-type]
        self._now = {d: self._interval(d, {}) for d in DIMENSIONS}

    def chance(self, cell: Cell) -> float:
        return _logistic(_logit(CHANCES[cell.level]) + self._shift[cell.dimension])

    def near(self, cell: Cell) -> float:
        """1 where the cell belongs to the next level of its dimension, less the further away."""
        return 1 / (1 + max(0, cell.level - self._now[cell.dimension][0] - 1))

    def closes(self, found: Instruction) -> float:
        """Expected narrowing, in levels, summed over the dimensions: exact for one cell, by draws for several."""
        touched = list(dict.fromkeys(c.dimension for c in found.cells))
        before = sum(self._width(self._now[d]) for d in touched)
        return sum(
            share * (before - sum(self._width(self._interval(d, answers)) for d in touched))
            for share, answers in self._answers(found.cells)
        )

    def _answers(self, cells: Sequence[Cell]) -> Iterator[tuple[float, dict[str, bool]]]:
        if len(cells) == 1:
            chance = self.chance(cells[0])
            yield chance, {_key(cells[0]): True}
            yield 1 - chance, {_key(cells[0]): False}
            return
        import numpy as np

        chances = [self.chance(c) for c in cells]
        for row in np.random.default_rng(SEED).random((DRAWS, len(cells))):
            yield 1 / DRAWS, {_key(c): bool(r < p) for c, p, r in zip(cells, chances, row, strict=True)}

    def _interval(self, dimension: Dimension, answers: Mapping[str, bool]) -> tuple[int, int]:
        highest = self._highest[dimension]
        spans = [self._unit(found, answers, highest) for found in self._cells[dimension].values()]
        return (min(s[0] for s in spans), min(s[1] for s in spans)) if spans else (1, highest)

    @staticmethod
    def _unit(found: Sequence[tuple[str, Asked]], answers: Mapping[str, bool], highest: int) -> tuple[int, int]:
        if not found:
            return 1, highest
        return interval(
            (
                Asked(a.level, a.weight, a.essential, answers[key]) if a.met is None and key in answers else a
                for key, a in found
            ),
            highest,
        )

    @staticmethod
    def _width(span: tuple[int, int]) -> int:
        return span[1] - span[0]

    def _units(self, cell: Cell) -> Sequence[str]:
        return list(self._cells[cell.dimension]) if cell.subject.unit == EVERYWHERE else [cell.subject.unit]


def _latent(cells: Sequence[Cell]) -> float:
    """How much better or worse a dimension does than its levels would let expect: Newton's method, prior N(0, 1)."""
    known = [
        (_logit(CHANCES[c.level]), float(c.state is State.MET)) for c in cells if c.state in (State.MET, State.NOT_MET)
    ]
    shift = 0.0
    for _ in range(6):
        chances = [_logistic(base + shift) for base, _ in known]
        slope = sum(met - p for p, (_, met) in zip(chances, known, strict=True)) - shift
        shift += slope / (1 + sum(p * (1 - p) for p in chances))
    return shift


def _key(cell: Cell) -> str:
    return f"{cell.probe}({cell.subject})"


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))

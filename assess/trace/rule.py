"""What a rule gives for one figure: the value worked out again, how, and where it was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assess.assessment import Cell
from assess.judge import Verdict
from assess.rows import word
from assess.trace.path import Path


@dataclass(frozen=True)
class Traced:
    """A figure: worked out again from below, in lines whose last says where it comes from."""

    value: float | None
    lines: tuple[str, ...]


Rule = Callable[[Verdict, Path], Traced]


def traced(value: float | None, *lines: str) -> Traced:
    return Traced(value, lines)


def cell_lines(cells: Sequence[Cell], most: int = 40) -> list[str]:
    """A line a cell: state, question, subject, what was seen."""
    lines = [f"   {word(c)}: {c.probe}({c.subject}): {c.title}" for c in cells[:most]]
    return lines + ([f"   … and {len(cells) - most} more"] if len(cells) > most else [])

"""A table of plain values with headings and widths, for the workbook and the CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int | float | None


@dataclass(frozen=True)
class Column:
    """A heading and its width in characters."""

    name: str
    width: int = 12


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def columns_of(text: str) -> tuple[Column, ...]:
    """`Number:8 Days likely:10` as columns: a name runs up to its colon."""
    found: list[Column] = []
    name: Sequence[str] = ()
    for word in text.split():
        head, colon, width = word.rpartition(":")
        name = (*name, head if colon else word)
        if colon:
            found.append(Column(" ".join(name), int(width)))
            name = ()
    return tuple(found)

"""Which pairs of claims are worth judging: of the many that speak of like things, the few that could clash at all.

Told by numbers of each claim (kb_audit.traits), a whole block of pairs at once: judging costs a thousand times what this
does. Left out without a loss are pairs that would be judged unrelated. Left out and counted are pairs of two release notes
(each tells of its own day, both hold) and what a sentence has beyond its `MOST` nearest of the later ones: pages cut from one
mould have millions of pairs, and judging must end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.traits import Traits
from runtime.understanding.encode import Encode

MOST = 100
BLOCK = 1024
GRID = 2048.0
_STEP = 16_384
"""Claims encoded together."""
Near = tuple[int, int, float]
_Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


def on_grid(rows: NDArray[np.float32]) -> NDArray[np.int16]:
    """Unit rows rounded to multiples of 1/2048 (an error of some 0.0003 in a cosine), as whole numbers of two bytes: products of two
    rows are then sums of whole numbers below 2^24, which float32 holds exactly, so that a cosine is the same in whatever block it
    is worked out."""
    whole: NDArray[np.int16] = np.rint(rows * np.float32(GRID)).astype(np.int16)
    return whole


def encoded_on_grid(encode: Encode, texts: Sequence[str]) -> NDArray[np.int16]:
    """Vectors of the texts, a step at a time: all of them at four bytes a number are never held."""
    parts = [on_grid(encode(texts[start : start + _STEP])) for start in range(0, len(texts), _STEP)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Tally:
    """A number of each claim in each column: pairs that are near, those of them between two release notes, and pairs worth
    judging with a later claim."""

    near: NDArray[np.int32]
    records: NDArray[np.int32]
    ahead: NDArray[np.int32]

    @property
    def columns(self) -> tuple[NDArray[np.int32], ...]:
        return self.near, self.records, self.ahead

    @classmethod
    def nothing(cls, count: int) -> Tally:
        return cls(*(np.zeros(count, np.int32) for _ in range(3)))


class Sieve:
    """`rows` are on the grid. `near` and `permission` are the cosines below which values, and permissions, are not compared; what
    it meets is counted in `tally`, a pair for both of its claims."""

    def __init__(self, claims: Sequence[Claim], rows: NDArray[np.int16], *, near: float, permission: float) -> None:
        self._rows, self._near, self._permission = rows, near, permission
        self._sections = section_numbers(claims)
        self._records = np.array([claim.record for claim in claims], bool)
        self._traits = Traits(claims)
        self.tally = Tally.nothing(len(claims))

    def all(self) -> Iterator[list[Near]]:
        """Block by block; of each claim its `MOST` nearest of the later ones."""
        everything = np.ones(len(self._rows), bool)
        for numbers in _blocks(np.arange(len(self._rows))):
            kept: _Columns | None = None
            for found in self._of(numbers, everything):
                kept = _nearest(found if kept is None else _joined(kept, found))
            if kept is not None:
                yield _listed(kept)

    def of(self, fresh: NDArray[np.bool_]) -> list[Near]:
        """All pairs with such a claim, however many."""
        found = [_listed(each) for numbers in _blocks(np.flatnonzero(fresh)) for each in self._of(numbers, fresh)]
        return [pair for pairs in found for pair in pairs]

    def counted(self, fresh: NDArray[np.bool_]) -> None:
        """Counts the near pairs with such a claim, and looks for nothing in them."""
        for numbers in _blocks(np.flatnonzero(fresh)):
            for _ in self._near_to(numbers, fresh):
                pass

    def _of(self, numbers: NDArray[np.int64], fresh: NDArray[np.bool_]) -> Iterator[_Columns]:
        """Pairs of these numbers that may clash, the earlier claim first."""
        for i, j, cosine in self._near_to(numbers, fresh):
            chosen = self._traits.may_clash(i, j, cosine >= self._permission)
            first, second = np.minimum(i, j)[chosen], np.maximum(i, j)[chosen]
            np.add.at(self.tally.ahead, first, 1)
            yield first, second, cosine[chosen]

    def _near_to(self, numbers: NDArray[np.int64], fresh: NDArray[np.bool_]) -> Iterator[_Columns]:
        """Tile by tile the pairs to look at, with their cosines; a pair of two fresh ones stands in one tile only. Few of a tile's
        million pairs are near: everything but the product is worked out for those alone."""
        rows, least = self._rows[numbers].astype(np.float32), np.float32(self._near) * np.float32(GRID**2)
        for side in range(0, len(self._rows), BLOCK):
            part = slice(side, min(side + BLOCK, len(self._rows)))
            if part.stop <= numbers[0] + 1 and fresh[part].all():
                continue
            products = rows @ self._rows[part].astype(np.float32).T
            x, y = np.divmod(np.flatnonzero(products >= least), part.stop - side)  # quicker than nonzero in 2-D
            i, j = numbers[x], y + side
            counts = (~fresh[j] | (j > i)) & (self._sections[i] != self._sections[j])
            x, y, i, j = x[counts], y[counts], i[counts], j[counts]
            both = self._records[i] & self._records[j]
            for column, where in ((self.tally.near, slice(None)), (self.tally.records, both)):
                column[numbers] += np.bincount(x[where], minlength=len(numbers)).astype(np.int32)
                column[part] += np.bincount(y[where], minlength=part.stop - side).astype(np.int32)
            worth = ~both
            yield i[worth], j[worth], products[x[worth], y[worth]] * np.float32(GRID**-2)


def _blocks(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(numbers), BLOCK):
        yield numbers[start : start + BLOCK]


def _joined(one: _Columns, other: _Columns) -> _Columns:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), np.concatenate([one[2], other[2]])


def _nearest(found: _Columns) -> _Columns:
    """Of each first claim the `MOST` nearest, the earlier one first where two are equally near."""
    i, j, cosine = found
    if not len(i) or np.bincount(i - i.min()).max() <= MOST:
        return found
    order = np.lexsort((j, -cosine, i))
    ordered = i[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered) > 0])
    place = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    kept = np.sort(order[place < MOST])
    return i[kept], j[kept], cosine[kept]


def _listed(found: _Columns) -> list[Near]:
    return list(zip(*(column.tolist() for column in found), strict=True))


def section_numbers(claims: Sequence[Claim]) -> NDArray[np.int64]:
    """One number a claim, the same for claims of one section."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(claim.section, len(numbers)) for claim in claims], np.int64)

"""Of each claim the nearest ones of other sections, kept between runs: after one article changed, few are looked for anew.

Near is what speaks of like things (the vectors of subjects) and shares rare words; each finds what the other misses.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kb_audit.candidates import GRID, encoded_on_grid, section_numbers
from kb_audit.claims import Claim
from kb_audit.kept import LastRun
from kb_audit.together.rare_words import RareWords
from runtime.understanding.encode import Encode

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

OF_EACH = 6
NOBODY = -1
_NAME = 16
_AT_ONCE = 16_000_000
"""Pairs whose nearness is held together."""


@dataclass(frozen=True)
class Nearest:
    """One run: names of its claims, `_NAME` bytes each; of each claim `OF_EACH` numbers among them, nearest first, how near they are,
    and their cosines, as little-endian int32 and float32."""

    names: bytes = b""
    numbers: bytes = b""
    nearness: bytes = b""
    cosines: bytes = b""


@dataclass(frozen=True)
class Table:
    """Of each claim its nearest ones, nearest first, shape (claims, OF_EACH); `NOBODY` where there are not as many. `nearness`: the
    mean of both measures; `cosines`: of the vectors alone."""

    numbers: NDArray[np.int32]
    nearness: NDArray[np.float32]
    cosines: NDArray[np.float32]

    @classmethod
    def empty(cls, claims: int) -> Table:
        shape = claims, OF_EACH
        return cls(np.full(shape, NOBODY, np.int32), np.full(shape, -1, np.float32), np.zeros(shape, np.float32))


def nearest(claims: Sequence[Claim], words: RareWords, encode: Encode, last: LastRun | None = None) -> Table:
    """Two claims of one section, of two release notes or with one text are never near.

    `last`: what the last run kept.
    """
    names = _names(claims, words)
    before = last.one("nearest", Nearest) if last else None
    measure = _Measure(claims, words, encode)
    table, anew = _taken_over(before or Nearest(), names, measure)
    _fill(table, np.flatnonzero(anew), measure, _places(names))
    if last and (before is None or anew.any() or before.names != b"".join(names)):
        parts = (table.numbers, table.nearness, table.cosines)
        last.put("nearest", Nearest(b"".join(names), *(part.tobytes() for part in parts)))
    return table


class _Measure:
    """How near claims are, -1 where they are not compared; vectors are asked for when the first pair is measured."""

    def __init__(self, claims: Sequence[Claim], words: RareWords, encode: Encode) -> None:
        self.count = len(claims)
        self._claims, self._words, self._encode = claims, words, encode

    @cached_property
    def _rows(self) -> NDArray[np.int16]:
        return encoded_on_grid(self._encode, [claim.subject for claim in self._claims])

    @cached_property
    def _words_of(self) -> tuple[csr_matrix, NDArray[np.float32]]:
        return self._words.rows()

    @cached_property
    def _never(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        texts: dict[str, int] = {}
        numbers = [texts.setdefault(claim.text, len(texts)) for claim in self._claims]
        return section_numbers(self._claims), np.array(numbers), np.array([claim.record for claim in self._claims])

    def __call__(
        self, own: NDArray[np.int64], other: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Nearness and cosines, shape (own, other): of a pair the same bits in whatever block, process and order."""
        cosines = self._rows[own].astype(np.float32) @ self._rows[other].astype(np.float32).T
        cosines *= np.float32(GRID**-2)
        weights, lengths = self._words_of
        near: NDArray[np.float32] = (weights[own] @ weights[other].T).toarray()
        near /= lengths[own][:, None] * lengths[other]
        near += cosines
        near *= np.float32(0.5)
        near[self._not_compared(own[:, None], other)] = -1.0
        return near, cosines

    def _not_compared(self, own: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        sections, texts, records = self._never
        never: NDArray[np.bool_] = (sections[own] == sections[other]) | (texts[own] == texts[other])
        never |= records[own] & records[other]
        return never


def _taken_over(last: Nearest, names: Sequence[bytes], measure: _Measure) -> tuple[Table, NDArray[np.bool_]]:
    """The last run's table in this run's numbers, and whose rows do not hold any more: new claims, those that lost one of their
    nearest, and those to whom a new one is as near as the last of these."""
    table, anew = Table.empty(len(names)), np.ones(len(names), bool)
    then = {last.names[at : at + _NAME]: at // _NAME for at in range(0, len(last.names), _NAME)}
    before = np.array([then.get(name, NOBODY) for name in names], np.int64)
    stayed, fresh = np.flatnonzero(before != NOBODY), np.flatnonzero(before == NOBODY)
    if len(fresh) > len(stayed):
        return table, anew
    now = np.full(len(last.names) // _NAME + 1, NOBODY, np.int32)  # the last place stands for nobody
    now[before[stayed]] = stayed
    old = np.frombuffer(last.numbers, "<i4").reshape(-1, OF_EACH)[before[stayed]]
    table.numbers[stayed] = now[old]
    for part, kept in ((table.nearness, last.nearness), (table.cosines, last.cosines)):
        part[stayed] = np.frombuffer(kept, "<f4").reshape(-1, OF_EACH)[before[stayed]]
    anew[stayed] = ((now[old] == NOBODY) & (old != NOBODY)).any(axis=1)
    for block in _blocks(stayed, len(fresh)):
        anew[block] |= measure(block, fresh)[0].max(axis=1) >= table.nearness[block, -1]
    return table, anew


def _fill(table: Table, numbers: NDArray[np.int64], measure: _Measure, places: NDArray[np.int64]) -> None:
    """Looks for the nearest of these claims among all; of equally near ones those come first whose name does, whatever their numbers
    are."""
    everyone, count = np.arange(measure.count), min(OF_EACH, measure.count)
    for block in _blocks(numbers, measure.count):
        near, cosines = measure(block, everyone)
        best = np.argpartition(near, -count, axis=1)[:, -count:]
        least = np.take_along_axis(near, best, axis=1).min(axis=1)
        for row in np.flatnonzero((least > -1) & ((near >= least[:, None]).sum(axis=1) > count)):
            tied = np.flatnonzero(near[row] >= least[row])
            best[row] = tied[np.lexsort((places[tied], -near[row, tied]))[:count]]
        order = np.lexsort((places[best], -np.take_along_axis(near, best, axis=1)), axis=1)
        best = np.take_along_axis(best, order, axis=1)
        nearness = np.take_along_axis(near, best, axis=1)
        table.numbers[block, :count] = np.where(nearness > -1, best, NOBODY)
        table.nearness[block, :count] = nearness
        table.cosines[block, :count] = np.where(nearness > -1, np.take_along_axis(cosines, best, axis=1), 0)


def _places(names: Sequence[bytes]) -> NDArray[np.int64]:
    """Of each claim its place among all by name."""
    places = np.empty(len(names), np.int64)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return places


def _blocks(numbers: NDArray[np.int64], against: int) -> Iterator[NDArray[np.int64]]:
    step = max(1, _AT_ONCE // max(1, against))
    return (numbers[start : start + step] for start in range(0, len(numbers) if against else 0, step))


def _names(claims: Sequence[Claim], words: RareWords) -> list[bytes]:
    """What each claim's row of the table depends on; the same sentence again in its section has a name of its own."""
    met: Counter[tuple[str, str]] = Counter()
    names = []
    for number, claim in enumerate(claims):
        met[claim.section, claim.text] += 1
        again = str(met[claim.section, claim.text])
        told = "\0".join((claim.section, claim.subject, claim.text, str(claim.record), again, words.weighed(number)))
        names.append(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_NAME).digest())
    return names

"""Duplicates: sections that say the same twice, word for word (by digest) or nearly (cosine ≥ 0.95, same values)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_audit.neighbours import blocks_above
from kb_audit.values import values

NEAR = 0.95
MOST_NAMED = 20
_SHORTEST = 20
_WORDS_IN_COMMON = 0.6


@dataclass(frozen=True)
class Duplicate:
    """Two sections by number; of many like ones each is paired with the first only, and at most twenty are named:
    `places` counts all, the first included."""

    a: int
    b: int
    kind: Literal["duplicate", "near_duplicate"]
    similarity: float
    places: int = 2


def find_duplicates(texts: Sequence[str], articles: Sequence[str], rows: NDArray[np.float32]) -> list[Duplicate]:
    """`texts`, `articles`, `rows`: one a section; short sections and pairs inside one article are left out."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        if len(text.split()) >= _SHORTEST:
            groups[_digest(text)].append(number)
    found: list[Duplicate] = []
    for first, *rest in groups.values():
        found += _named(first, [(n, 1.0) for n in rest if articles[n] != articles[first]], "duplicate")
    unique = np.array([members[0] for members in groups.values()], np.int64)
    for first, near in _near(unique, texts, articles, rows).items():
        found += _named(first, near, "near_duplicate")
    return found


def _named(
    first: int, others: list[tuple[int, float]], kind: Literal["duplicate", "near_duplicate"]
) -> Iterator[Duplicate]:
    for number, similarity in others[:MOST_NAMED]:
        yield Duplicate(first, number, kind, similarity, len(others) + 1)


def _near(
    unique: NDArray[np.int64], texts: Sequence[str], articles: Sequence[str], rows: NDArray[np.float32]
) -> dict[int, list[tuple[int, float]]]:
    """First section → the later ones that say nearly the same. Each later one is taken once, so that ten thousand pages
    cut from one template are ten thousand comparisons and not fifty million."""
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    taken = np.zeros(len(unique), bool)
    kinds = _Kinds(unique, texts, articles)
    for i, j, cosine in blocks_above(rows[unique], NEAR):
        for start, end in _runs(i):
            one = int(i[start])
            others, similarities = j[start:end], cosine[start:end]
            free = ~taken[others]
            for other, similarity in zip(others[free].tolist(), similarities[free].tolist(), strict=True):
                if kinds.alike(one, other):
                    taken[other] = True
                    found[int(unique[one])].append((int(unique[other]), similarity))
    return found


def _runs(sorted_numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Where each run of one number starts and ends."""
    edges = [0, *(np.flatnonzero(np.diff(sorted_numbers)) + 1).tolist(), len(sorted_numbers)]
    return pairwise(edges)


class _Kinds:
    """What two sections must share besides the cosine: other articles, the same values, most of the words."""

    def __init__(self, unique: NDArray[np.int64], texts: Sequence[str], articles: Sequence[str]) -> None:
        self._unique, self._texts, self._articles = unique, texts, articles
        self._values: dict[int, list[tuple[str, float, float]]] = {}

    def alike(self, one: int, other: int) -> bool:
        a, b = int(self._unique[one]), int(self._unique[other])
        return (
            self._articles[a] != self._articles[b]
            and self._values_of(a) == self._values_of(b)
            and _words_in_common(self._texts[a], self._texts[b]) >= _WORDS_IN_COMMON
        )

    def _values_of(self, number: int) -> list[tuple[str, float, float]]:
        """Pages cut from one template for two plans differ in their values: they are no duplicates."""
        if number not in self._values:
            self._values[number] = sorted((v.kind, v.lo, v.hi) for v in values(self._texts[number]))
        return self._values[number]


def _digest(text: str) -> bytes:
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.lower())).encode()).digest()


def _words_in_common(a: str, b: str) -> float:
    left, right = set(re.findall(r"\w+", a.lower())), set(re.findall(r"\w+", b.lower()))
    return len(left & right) / max(1, len(left | right))

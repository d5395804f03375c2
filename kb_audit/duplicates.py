"""Duplicates: sections that say the same twice, word for word (by digest) or nearly (cosine ≥ 0.95, same values)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_audit.neighbours import pairs_above
from kb_audit.values import values

NEAR = 0.95
_SHORTEST = 20


@dataclass(frozen=True)
class Duplicate:
    """Two sections by number; of many equal ones each is paired with the first only."""

    a: int
    b: int
    kind: Literal["duplicate", "near_duplicate"]
    similarity: float


def find_duplicates(texts: Sequence[str], articles: Sequence[str], rows: NDArray[np.float32]) -> list[Duplicate]:
    """`texts`, `articles`, `rows`: one a section; short sections and pairs inside one article are left out."""
    long = [i for i, text in enumerate(texts) if len(text.split()) >= _SHORTEST]
    groups: dict[bytes, list[int]] = defaultdict(list)
    for i in long:
        groups[_digest(texts[i])].append(i)
    found = [
        Duplicate(first, other, "duplicate", 1.0)
        for first, *rest in groups.values()
        for other in rest
        if articles[first] != articles[other]
    ]
    unique = [members[0] for members in groups.values()]
    for i, j, similarity in pairs_above(rows[unique], NEAR) if unique else ():
        a, b = unique[i], unique[j]
        if (
            articles[a] != articles[b]
            and _values(texts[a]) == _values(texts[b])
            and _words_in_common(texts[a], texts[b]) >= 0.6
        ):
            found.append(Duplicate(a, b, "near_duplicate", similarity))
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.lower())).encode()).digest()


def _values(text: str) -> list[tuple[str, float, float]]:
    """Pages cut from one template for two plans differ in their values: they are no duplicates."""
    return sorted((v.kind, v.lo, v.hi) for v in values(text))


def _words_in_common(a: str, b: str) -> float:
    left, right = set(re.findall(r"\w+", a.lower())), set(re.findall(r"\w+", b.lower()))
    return len(left & right) / max(1, len(left | right))

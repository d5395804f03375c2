"""Words of claims, weighed by how few claims have them: two sentences about one thing share its rare words.

A word counts by its first six letters, its weight is rounded to a power of two of how many claims have it: one article more or less
then changes the weights of few claims.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kb_audit.claims import Claim
from kb_audit.together.reader import as_read

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_BEGINNING = 6
_WORD = re.compile(r"[^\W\d_]{3,}|\d+")


class RareWords:
    """`of_each`: the words of each claim and its heading."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.of_each = [
            frozenset(word[:_BEGINNING] for word in _WORD.findall(as_read(claim).lower())) for claim in claims
        ]
        having = Counter(word for words in self.of_each for word in words)
        most = math.ceil(math.log2(max(2, len(claims))))
        self._weights = {word: max(1, most - count.bit_length() + 1) for word, count in having.items()}

    def weighed(self, number: int) -> str:
        """The claim's words with their weights, as text."""
        return " ".join(f"{word}:{self._weights[word]}" for word in sorted(self.of_each[number]))

    def rarest(self, one: int, other: int) -> float:
        """The weight of the rarest word that both have, as the natural logarithm of how rare it is; 0 where there is none."""
        return math.log(2) * max((self._weights[word] for word in self.of_each[one] & self.of_each[other]), default=0)

    def rows(self) -> csr_matrix:
        """Unit rows, shape (claims, words)."""
        from scipy.sparse import csr_matrix

        places = {word: place for place, word in enumerate(self._weights)}
        counts = [len(words) for words in self.of_each]
        columns = np.fromiter((places[word] for words in self.of_each for word in words), np.int32, sum(counts))
        weights = np.fromiter(self._weights.values(), np.float32, len(places))[columns]
        owners = np.repeat(np.arange(len(counts)), counts)
        lengths = np.sqrt(np.bincount(owners, weights**2, minlength=len(counts)))
        scaled: Any = (weights / lengths[owners]).astype(np.float32)
        return csr_matrix((scaled, columns, np.concatenate([[0], np.cumsum(counts)])), (len(counts), len(places)))

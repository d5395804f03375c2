"""Words of claims, weighed by how few claims have them: two sentences about one thing share its rare words.

A word counts by its first six letters, its weight is a whole number: how often half of the claims would have to be left out until it
was in nearly all. One article more or less changes the weights of few words, and sums of weights do not depend on their order.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.together.as_read import as_read

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_BEGINNING = 6
_TELLING = 3
"""Of a base of some size, words of a weight below this are in so many claims that they tell nothing."""
_WORD = re.compile(r"[^\W\d_]{3,}|\d+")


class RareWords:
    """`of_each`: the words of each claim and its heading."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        told = [{sys.intern(word[:_BEGINNING]) for word in _WORD.findall(as_read(claim).lower())} for claim in claims]
        having = Counter(word for words in told for word in words)
        most = math.ceil(math.log2(max(2, len(claims))))
        weights = {word: most - count.bit_length() + 1 for word, count in having.items()}
        least = _TELLING if most > 2 * _TELLING else 0
        self._weights = {word: max(1, weight) for word, weight in sorted(weights.items()) if weight >= least}
        self.of_each = [tuple(sorted(words & self._weights.keys())) for words in told]

    def weighed(self, number: int) -> str:
        """The claim's words with their weights, as text."""
        return " ".join(f"{word}:{self._weights[word]}" for word in self.of_each[number])

    def rarest(self, one: int, other: int) -> float:
        """The weight of the rarest word that both have, as the natural logarithm of how rare it is; 0 where there is none."""
        both = set(self.of_each[one]).intersection(self.of_each[other])
        return math.log(2) * max((self._weights[word] for word in both), default=0)

    def rows(self) -> tuple[csr_matrix, NDArray[np.float32]]:
        """Weights, shape (claims, words), and each row's length: products of rows are whole numbers, the same in any order."""
        from scipy.sparse import csr_matrix

        places = {word: place for place, word in enumerate(self._weights)}
        counts = [len(words) for words in self.of_each]
        columns = np.fromiter((places[word] for words in self.of_each for word in words), np.int32, sum(counts))
        weights = np.fromiter(self._weights.values(), np.float32, len(places))[columns]
        ends = np.concatenate([[0], np.cumsum(counts)])
        squares = np.bincount(np.repeat(np.arange(len(counts)), counts), weights**2, minlength=len(counts))
        lengths = np.sqrt(np.maximum(squares, 1)).astype(np.float32)
        return csr_matrix((weights, columns, ends), (len(counts), len(places))), lengths

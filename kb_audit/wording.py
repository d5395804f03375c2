"""Wording: how much of what two sentences speak of is the same, word by word.

The cosine of two sentences hides a swapped noun ("bicycles" for "cars"); the words one by one show it. Words are the same
when their stems are, when both stand for one concept of customer service (`synonyms`), or when their vectors are close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from kb_audit.synonyms import CONCEPTS, PHRASES
from kb_audit.wording_stop import STOP, WEAK
from runtime.understanding.encode import Encode

_RESEMBLES = 0.45
_SAME = 0.60
_WEAK_WEIGHT = 0.3
_PAIR_HELD = 150
_STEM = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Alignment:
    """How two sentences' telling words match: shares of each side's weight that has a partner (0..1), what has none, and how many telling words
    the shorter side shares."""

    covered_a: float
    covered_b: float
    alone_a: tuple[str, ...]
    alone_b: tuple[str, ...]
    shared: int

    @property
    def shorter(self) -> float:
        return max(self.covered_a, self.covered_b)

    @property
    def longer(self) -> float:
        return min(self.covered_a, self.covered_b)

    @property
    def both_alone(self) -> bool:
        """Each side names something that the other does not speak of."""
        return bool(self.alone_a and self.alone_b)


class Words:
    """The vectors of single words, learnt once; `align` compares two sentences by them."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, NDArray[np.float32]] = {}
        self._alike: dict[tuple[str, str], float] = {}

    @property
    def held(self) -> int:
        """Bytes that it takes, about."""
        return sum(row.nbytes for row in islice(self._rows.values(), 1)) * len(self._rows) + _PAIR_HELD * len(
            self._alike
        )

    def learn(self, texts: Iterable[str]) -> None:
        """Embed all words of the texts at once; `align` embeds what is missing one by one."""
        fresh = sorted({word for text in texts for word in content_words(text)} - self._rows.keys())
        if fresh:
            self._rows |= dict(zip(fresh, self._encode(fresh), strict=True))

    def align(self, a: str, b: str) -> Alignment:
        """Match the telling words of two sentences; generic rule words ("cost", "return period") weigh little."""
        left, right = content_words(a), content_words(b)
        if not self._rows.keys() >= {*left, *right}:
            self.learn([a, b])
        to_right = [max((self.alike(w, o) for o in right), default=0.0) for w in left]
        to_left = [max((self.alike(w, o) for o in left), default=0.0) for w in right]
        return Alignment(
            _covered(left, to_right),
            _covered(right, to_left),
            _alone(left, to_right),
            _alone(right, to_left),
            min(_shared(left, to_right), _shared(right, to_left)),
        )

    def alike(self, one: str, other: str) -> float:
        """1 for forms of one word and for synonyms, else the cosine of the two words."""
        pair = (one, other) if one <= other else (other, one)
        known = self._alike.get(pair)
        if known is None:
            known = self._alike[pair] = self._compared(one, other)
        return known

    def _compared(self, one: str, other: str) -> float:
        if stem(one) == stem(other) or _begins_alike(one, other) or concepts(one) & concepts(other):
            return 1.0
        for word in (one, other):
            if word not in self._rows:
                self._rows[word] = self._encode([word])[0]
        return float(self._rows[one] @ self._rows[other])


def _covered(words: list[str], best: list[float]) -> float:
    weights = [_WEAK_WEIGHT if word in WEAK else 1.0 for word in words]
    found = sum(w * (score if score >= _SAME else 0.0) for w, score in zip(weights, best, strict=True))
    return found / sum(weights) if weights else 1.0


def _shared(words: list[str], best: list[float]) -> int:
    return sum(score >= _SAME and word not in WEAK for word, score in zip(words, best, strict=True))


def _alone(words: list[str], best: list[float]) -> tuple[str, ...]:
    return tuple(w for w, score in zip(words, best, strict=True) if score < _RESEMBLES and w not in WEAK)


def _begins_alike(one: str, other: str) -> bool:
    """ "withdraw" and "withdrawal", "deliver" and "delivery" – where a stemmer keeps two stems."""
    length = max(5, min(len(one), len(other)) - 2)
    return one[:length] == other[:length]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    return str(_STEM.stemWord(word))


@lru_cache(maxsize=100_000)
def concepts(word: str) -> frozenset[int]:
    """Numbers of the concepts that a word stands for, by itself or by its stem."""
    return CONCEPTS.get(word) or _BY_STEM.get(stem(word), frozenset())


def _by_stem() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for word, numbers in CONCEPTS.items():
        found[stem(word)] = found.get(stem(word), frozenset()) | numbers
    return found


_BY_STEM = _by_stem()


@lru_cache(maxsize=50_000)
def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, each once, in order; phrases such as "send back" as the word they stand for."""
    for pattern, put in PHRASES:
        text = pattern.sub(put, text)
    found = (w.strip("'-") for w in re.findall(r"[a-zà-ÿ][a-zà-ÿ0-9'-]*", CONTRACTED.sub("", text.lower())))
    return list(dict.fromkeys(w for w in found if len(w) > 2 and w not in STOP and w.removesuffix("s") not in STOP))


CONTRACTED = re.compile(r"(?:n't|'(?:s|ll|ve|re|d|m))\b")

"""Figures with intervals: Wilson scores, and how many cases a statement needs.

A threshold on a statistic has three answers: yes, no, or not yet ("n more needed").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["yes", "no", "unknown"]
CONFIDENCE = 0.95
_Z = {0.90: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004}


@dataclass(frozen=True)
class Share:
    """k of n with its interval; all three figures are shares between 0 and 1."""

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.k / self.n if self.n else 0.0

    def __str__(self) -> str:
        return f"{self.k} of {self.n} ({self.value:.0%}; {self.low:.0%}–{self.high:.0%})" if self.n else "0 of 0"


def wilson(k: int, n: int, confidence: float = CONFIDENCE) -> Share:
    """Wilson score interval of k successes in n trials (Wilson 1927, without continuity correction).

    Raises:
        ValueError: k outside 0..n, or a confidence other than 0.90, 0.95, 0.99.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    z = _z(confidence)
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Share(k, n, 0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half))


def at_least(share: Share, threshold: float) -> Verdict:
    """Is the true share at least the threshold? Unknown while the interval holds it."""
    return "yes" if share.low >= threshold else "no" if share.high < threshold else "unknown"


def supported_rate(n: int, confidence: float = CONFIDENCE) -> float:
    """The highest rate that zero failures in n trials still allow (exact binomial bound; 100 → 0.0295)."""
    return 1.0 if n <= 0 else 1 - (1 - confidence) ** (1 / n)


def trials_for_zero_failures(rate: float, confidence: float = CONFIDENCE) -> int:
    """How many trials without a failure support "at most `rate`" (0.01 → 299).

    Raises:
        ValueError: a rate outside (0, 1).
    """
    if not 0 < rate < 1:
        raise ValueError("a rate lies between 0 and 1")
    return math.ceil(math.log(1 - confidence) / math.log(1 - rate))


def samples_for_quantile(quantile: float, confidence: float = CONFIDENCE) -> int:
    """How many samples make the largest bound the quantile (0.95 → 59, 0.99 → 299; distribution-free)."""
    return trials_for_zero_failures(1 - quantile, confidence)


def more_needed(share: Share, threshold: float, confidence: float = CONFIDENCE, limit: int = 100_000) -> int:
    """How many more successes in a row would settle `at_least(threshold)`; 0 when it is settled."""
    if at_least(share, threshold) == "yes":
        return 0
    low, high = 0, 1
    while high < limit and wilson(share.k + high, share.n + high, confidence).low < threshold:
        low, high = high, high * 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if wilson(share.k + middle, share.n + middle, confidence).low >= threshold else (middle, high)
        )
    return high


def quantile(values: list[float], q: float) -> float:
    """The nearest-rank quantile of observed values (no interpolation: always a value that was seen).

    Raises:
        ValueError: no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, math.ceil(q * len(ordered)) - 1))]


def _z(confidence: float) -> float:
    try:
        return _Z[confidence]
    except KeyError:
        raise ValueError(f"confidence is one of {', '.join(map(str, _Z))}") from None

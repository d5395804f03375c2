"""When to abstain: thresholds chosen on labelled texts, and what they are worth on texts that they were not chosen on.

Published are coverage (how many in-scope texts are answered), accuracy at that coverage, and how many strangers are taken for a
goal; each with a Wilson interval, for a few dozen texts prove little. Abstaining costs a question, a wrong goal a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from runtime.metrics import Share, wilson
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Intents, Thresholds, best_by_goal

WANTED = 0.95
FOLDS = 5
SCORES = tuple(round(0.30 + 0.01 * n, 2) for n in range(51))
MARGINS = tuple(round(0.01 * n, 2) for n in range(21))


@dataclass(frozen=True)
class Scored:
    """A labelled text as the encoder sees it. `goal`: what it means, None for a stranger; `best`: the nearest goal."""

    goal: str | None
    best: str
    score: float
    margin: float

    def is_taken(self, at: Thresholds) -> bool:
        return self.score >= at.min_score and self.margin >= at.min_margin


@dataclass(frozen=True)
class Worth:
    """What thresholds are worth on some texts. `strangers`: taken for a goal, of those that mean none."""

    coverage: Share
    accuracy: Share
    strangers: Share


@dataclass(frozen=True)
class Calibration:
    """Thresholds chosen on all texts; `worth` is measured on each text by thresholds that were chosen without it."""

    thresholds: Thresholds
    worth: Worth


def calibrated(texts: Sequence[Scored], wanted: float = WANTED) -> Calibration:
    """Chooses thresholds and says what to expect of them (five folds).

    Args:
        wanted: share of answers that shall be right.
    """
    parts = [texts[n::FOLDS] for n in range(FOLDS)]
    judged = [
        (text, chosen(tuple(t for part in parts if part is not own for t in part), wanted))
        for own in parts
        for text in own
    ]
    return Calibration(chosen(texts, wanted), _worth(judged))


def chosen(texts: Sequence[Scored], wanted: float = WANTED) -> Thresholds:
    """The thresholds that answer most while `wanted` of the answers are right; where none do, those with the fewest wrong ones.

    Of several that answer as much, the ones in the middle: least depends on a single text.
    """
    right = np.array([text.goal is not None and text.goal == text.best for text in texts])
    taken = _taken(texts)
    answered, good = taken.sum(axis=1), (taken & right).sum(axis=1)
    accuracy = np.where(answered > 0, good / np.maximum(answered, 1), 0.0)
    fits = accuracy >= wanted if (accuracy >= wanted).any() else accuracy == accuracy.max()
    best = np.flatnonzero(fits & (good == good[fits].max()))
    score, margin = divmod(int(best[len(best) // 2]), len(MARGINS))
    return Thresholds(SCORES[score], MARGINS[margin])


def worth(texts: Sequence[Scored], at: Thresholds) -> Worth:
    """What these thresholds are worth on these texts."""
    return _worth([(text, at) for text in texts])


def held_out(
    texts: Iterable[tuple[str, str | None]], utterances: Mapping[str, Sequence[str]], encode: Encode
) -> list[Scored]:
    """Labelled texts that no goal has among its utterances, as the goals see them."""
    intents = Intents(utterances, encode, Thresholds(-1.0, -1.0))
    found = ((goal, intents.of(text)) for text, goal in texts)
    return [Scored(goal, seen.name or "", seen.confidence, seen.margin) for goal, seen in found]


def left_out(utterances: Mapping[str, Sequence[str]], encode: Encode) -> list[Scored]:
    """Each utterance as the goals would see it without it: for a start, while nothing else is labelled."""
    names = [name for name, texts in utterances.items() for _ in texts]
    vectors = encode([text for texts in utterances.values() for text in texts])
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1.0)
    return [_scored(names, own, row) for own, row in zip(names, near, strict=True)]


@cache
def strangers() -> tuple[str, ...]:
    """Everyday sentences that are no request of any service desk, in English and German."""
    lines = (Path(__file__).parent / "strangers.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _scored(names: Sequence[str], goal: str, row: NDArray[np.float32]) -> Scored:
    (best, score), *rest = best_by_goal(names, row)
    return Scored(goal, best, round(score, 3), round(score - (rest[0][1] if rest else 0.0), 3))


def _taken(texts: Sequence[Scored]) -> NDArray[np.bool_]:
    """Row: a pair of thresholds; column: a text."""
    scores = np.array([text.score for text in texts])
    margins = np.array([text.margin for text in texts])
    by_score = scores[None, :] >= np.array(SCORES)[:, None]
    by_margin = margins[None, :] >= np.array(MARGINS)[:, None]
    both: NDArray[np.bool_] = (by_score[:, None, :] & by_margin[None, :, :]).reshape(-1, len(texts))
    return both


def _worth(judged: Sequence[tuple[Scored, Thresholds]]) -> Worth:
    ours = [(text, text.is_taken(at)) for text, at in judged if text.goal is not None]
    others = [text.is_taken(at) for text, at in judged if text.goal is None]
    answered = sum(taken for _, taken in ours)
    right = sum(taken and text.goal == text.best for text, taken in ours)
    return Worth(wilson(answered, len(ours)), wilson(right, answered), wilson(sum(others), len(others)))

"""Which goal a message means: nearest utterances by embedding, with the right to abstain.

A goal is taken only when its best utterance is near enough *and* clearly nearer than the next goal's; else the case
asks or goes to a person. An organisation's own thresholds are calibrated on held-out utterances (calibration.py) and stand in pilot.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.goals import Goal
from runtime.understanding.encode import Encode
from runtime.understanding.wishes import is_no_wish, question_in

OTHER = ""
MIN_SCORE = 0.45
MIN_MARGIN = 0.06


@dataclass(frozen=True)
class Intent:
    """`name` is None when it abstained; `confidence` is the best cosine, `margin` the lead over the next goal."""

    name: str | None
    confidence: float
    margin: float
    runner_up: str | None = None


@dataclass(frozen=True)
class Thresholds:
    min_score: float = MIN_SCORE
    min_margin: float = MIN_MARGIN


class Intents:
    """Goals by their utterances, encoded once."""

    def __init__(
        self,
        utterances: Mapping[str, Sequence[str]],
        encode: Encode,
        thresholds: Thresholds | None = None,
        others: Sequence[str] = (),
    ) -> None:
        """`others`: texts that sound like a goal and mean none; what is as near to one of them is left alone."""
        listed = [(name, text) for name, texts in {**utterances, OTHER: others}.items() for text in texts]
        self._names, self._texts = [name for name, _ in listed], [text.lower() for _, text in listed]
        self._vectors: NDArray[np.float32] = encode([text for _, text in listed])
        self._encode, self._thresholds = encode, thresholds or Thresholds()

    @classmethod
    def of_goals(cls, goals: Mapping[str, Goal], encode: Encode, thresholds: Thresholds) -> Intents:
        """Of the goals of an estate."""
        others = [text for goal in goals.values() for text in goal.but_not]
        return cls({name: goal.utterances for name, goal in goals.items()}, encode, thresholds, others)

    def of(self, message: str) -> Intent:
        """The goal of a message; the message's sentences are looked at one by one and as a whole."""
        parts = [part for part in [message, *_sentences(message)] if part.strip() and not is_no_wish(part)]
        if not parts or not self._names:
            return Intent(None, 0.0, 0.0)
        scores = self._encode(parts) @ self._vectors.T
        for row, part in enumerate(parts):
            if asked := question_in(part):
                alike = re.compile(rf"(?:^|[,;:] ){re.escape(asked)}\b")
                scores[row, [not alike.search(text) for text in self._texts]] = 0.0
        return self._decided(scores.max(axis=0))

    def _decided(self, scores: NDArray[np.float32]) -> Intent:
        best = best_by_goal(self._names, scores)
        (name, score), *rest = best
        runner_up, second = rest[0] if rest else (None, 0.0)
        margin = score - second
        sure = name != OTHER and score >= self._thresholds.min_score and margin >= self._thresholds.min_margin
        return Intent(name if sure else None, round(score, 3), round(margin, 3), runner_up or None)


def best_by_goal(names: Sequence[str], scores: NDArray[np.float32]) -> list[tuple[str, float]]:
    """Each goal with the score of its nearest utterance, the nearest goal first."""
    best: dict[str, float] = {}
    for name, score in zip(names, scores.tolist(), strict=True):
        best[name] = max(score, best.get(name, -1.0))
    return sorted(best.items(), key=lambda item: -item[1])


def _sentences(message: str) -> list[str]:
    found = [part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", message[:4000])]
    return [part for part in found if len(part.split()) >= 3][:12]

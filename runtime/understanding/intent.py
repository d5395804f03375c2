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

from runtime.understanding.encode import Encode

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
        self, utterances: Mapping[str, Sequence[str]], encode: Encode, thresholds: Thresholds | None = None
    ) -> None:
        self._names = [name for name, texts in utterances.items() for _ in texts]
        self._vectors: NDArray[np.float32] = encode([text for texts in utterances.values() for text in texts])
        self._encode, self._thresholds = encode, thresholds or Thresholds()

    def of(self, message: str) -> Intent:
        """The goal of a message; the message's sentences are looked at one by one and as a whole."""
        if not message.strip() or not self._names:
            return Intent(None, 0.0, 0.0)
        scores = self._encode([message, *_sentences(message)]) @ self._vectors.T
        return self._decided(scores.max(axis=0))

    def _decided(self, scores: NDArray[np.float32]) -> Intent:
        best = best_by_goal(self._names, scores)
        (name, score), *rest = best
        runner_up, second = rest[0] if rest else (None, 0.0)
        margin = score - second
        sure = score >= self._thresholds.min_score and margin >= self._thresholds.min_margin
        return Intent(name if sure else None, round(score, 3), round(margin, 3), runner_up)


def best_by_goal(names: Sequence[str], scores: NDArray[np.float32]) -> list[tuple[str, float]]:
    """Each goal with the score of its nearest utterance, the nearest goal first."""
    best: dict[str, float] = {}
    for name, score in zip(names, scores.tolist(), strict=True):
        best[name] = max(score, best.get(name, -1.0))
    return sorted(best.items(), key=lambda item: -item[1])


def _sentences(message: str) -> list[str]:
    found = [part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", message[:4000])]
    return [part for part in found if len(part.split()) >= 3][:12]

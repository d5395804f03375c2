"""Points that a handoff earns of one feature, with a sentence for the reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Why:
    """Points earned of a feature, and a sentence for the reader; a cap earns 0 of 0."""

    feature: str
    points: float
    of: int
    says: str

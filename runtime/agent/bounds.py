"""What a language model may use up in one agent step of a goal; beyond it a person gets the case."""

from __future__ import annotations

from pydantic import Field

from runtime.written import Strict

MOST_WRONG = 2
"""Calls that are told to the model as errors; with this many a person gets the case."""
MOST_SHOWN = 12_000
"""Characters of one tool's answer."""
MOST_SHOWN_IN_ALL = 60_000
MOST_ARGUMENTS = 20_000
MOST_WORDS = 1_000


class AtMost(Strict):
    """Bounds of one agent step: tool calls, tokens by the model's own count, seconds of all its answers together."""

    calls: int = Field(6, ge=1, le=20)
    tokens: int = Field(20_000, ge=500, le=200_000)
    seconds: float = Field(60, gt=0, le=600, description="in which the model answers, all its answers together")

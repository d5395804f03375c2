"""The base of everything that cxready hands out as JSON: closed and frozen."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """Base of the output models: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Interval(Out):
    """`confirmed`: unknown counts as not met. `possible`: unknown counts as met."""

    confirmed: int = Field(ge=1, le=5)
    possible: int = Field(ge=1, le=5)

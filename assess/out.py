"""The base of everything that cxready hands out as JSON: closed and frozen."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Out(BaseModel):
    """Base of the output models: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

"""gate.json: what a workflow may do, as measured; the pilot reads it and can only narrow it.

A mismatch of a digest closes only the workflows that touch what changed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.systems.settings import Autonomy

ORDER: tuple[Autonomy, ...] = ("blocked", "observe", "approve", "act")
_RANK = {autonomy: rank for rank, autonomy in enumerate(ORDER)}


def narrowest(*autonomies: Autonomy) -> Autonomy:
    """The least of several autonomies: act > approve > observe > blocked."""
    return min(autonomies, key=_RANK.__getitem__)


class RepeatSafe(BaseModel):
    """How a write may be repeated after a lost answer, as measured: by key, by read-back after settling, or not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["key", "read_back", "no"] = "no"
    header: str | None = None
    find: str | None = None
    settle_s: float = 0.0


class WorkflowGate(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    autonomy: Autonomy
    by_dimension: dict[str, Autonomy | None] = Field(description="None: the workflow has no cell in this dimension")
    held_by: list[str] = Field(
        default_factory=list, description="what keeps it from more: finding numbers or rules, in words"
    )
    could_be: list[str] = Field(
        default_factory=list, description="the shortest list of measurements that could lift it"
    )
    allow: list[str] = Field(default_factory=list, description="system.operation, nothing else may be called")
    writes: dict[str, RepeatSafe] = Field(default_factory=dict)
    systems: list[str] = Field(default_factory=list)


class Gate(BaseModel):
    """The whole file. Digests are `sha256:<hex>`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    as_of: datetime
    expires: date
    catalogue: str
    profile: str
    bundle: str
    inputs: dict[str, str] = Field(description="file written by users → digest of its normalised copy")
    policy: str = Field("", description="digest of the compiled policy")
    certificate: str = Field("", description="digest of the proof's certificate")
    surfaces: dict[str, str] = Field(default_factory=dict, description="system → digest of its surface")
    packages: dict[str, str] = Field(
        default_factory=dict, description="where facts and rules come from: package → version"
    )
    workflows: dict[str, WorkflowGate]

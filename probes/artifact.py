"""Artifacts: what was gathered or derived, as typed values; a failure to gather is a value too.

An artifact is one JSON file of a bundle. It holds redacted data only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.finding import Subject

Cause = Literal[
    "no_input",
    "not_allowed",
    "path",
    "unreachable",
    "credential",
    "budget",
    "window",
    "not_reversible",
    "needs",
    "failed",
    "gone",
    "interrupted",
    "struck",
]


class Artifact(BaseModel):
    """Base of every artifact. `kind` names its file in the bundle; `tool` who made it, with versions and model digest where derived."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str]
    format: Literal[1] = 1
    subject: Subject
    measured_at: datetime | None = None
    tool: dict[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.kind, self.subject.unit, self.subject.item)


class Missing(BaseModel):
    """Why an artifact is not there, and what would bring it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: str  # kind of the artifact
    subject: Subject
    cause: Cause
    detail: str = ""
    would_measure: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.wanted, self.subject.unit, self.subject.item)


class Shot(BaseModel):
    """One exchange as evidence: redacted text of request and answer, ready to print."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int
    at: datetime
    request: str
    response: str
    status: int | None = None
    seen: str = ""
    elapsed_ms: float = 0.0
    facts: dict[str, Any] = Field(default_factory=dict)

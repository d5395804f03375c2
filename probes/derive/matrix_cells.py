"""Cells of the matrix: what a document promises against what was seen, and the rule that nothing is agreed without evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from probes.artifact import Artifact, Missing, Shot
from probes.bundle import path_of
from probes.finding import Subject
from probes.gather.promises import Promise, Property

Verdict = Literal["agreed", "contradicted", "undocumented", "neither", "not_measured"]
QUESTIONS: Mapping[Property, str] = {
    "schema": "description_true",
    "status": "description_true",
    "errors": "errors_structured",
    "paging": "pagination_complete",
    "repeat": "repeat_safe",
    "etag": "no_lost_updates",
    "write": "writes_stick",
    "partial": "writes_stick",
    "delete": "deletes_stick",
    "auth": "machine_auth",
    "limits": "limits_stated",
    "throttling": "throttling_recoverable",
    "deprecation": "deprecation_clear",
    "latency": "latency",
    "events": "change_events",
}
"""The question that judges a property; the cell carries the number of its finding."""

Found = TypeVar("Found", bound=Artifact)


class MatrixCell(BaseModel):
    """One property of one operation, or of the system. Anything but `not_measured` names its evidence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: Property
    operation: str = Field("", description="empty: the system as a whole")
    declared: str = Field("", description="what the document says; empty: it is silent")
    seen: str = Field("", description="what was seen, or why nothing was")
    verdict: Verdict
    evidence: str = Field("", description="file of the bundle, and the request where there is one")
    finding: str = Field("", description="number of the finding about it")

    @model_validator(mode="after")
    def _stands_on_evidence(self) -> MatrixCell:
        if self.verdict != "not_measured" and not self.evidence:
            raise ValueError(f"{self.about} of {self.operation or 'the system'} is {self.verdict} without evidence")
        if self.verdict in ("agreed", "contradicted") and not self.declared:
            raise ValueError(f"{self.about} of {self.operation or 'the system'}: silence cannot be {self.verdict}")
        return self


class Matrix(BaseModel):
    """Every cell of one system. `operations`: those that workflows call first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    document: str = ""
    operations: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    cells: tuple[MatrixCell, ...] = ()

    def cell(self, about: Property, operation: str = "") -> MatrixCell | None:
        return next((c for c in self.cells if (c.about, c.operation) == (about, operation)), None)


@dataclass(frozen=True)
class Seen:
    """What was seen of a property: is it as a document would promise it, in words, and where that stands.

    `beyond`: it is there in a way that the document does not speak of.
    """

    holds: bool
    says: str
    evidence: str
    beyond: bool = False


@dataclass(frozen=True)
class Unseen:
    """Nothing was seen, and why."""

    why: str


Look = Seen | Unseen


class Artifacts(Protocol):
    """Where artifacts come from: a bundle, or a mapping in tests."""

    def get(self, kind: type[Any], subject: Subject) -> Artifact | Missing: ...


def cell_of(about: Property, operation: str, promise: Promise | None, look: Look) -> MatrixCell:
    """Promised and there: agreed; promised and not there: contradicted; there without a word: undocumented."""
    if isinstance(look, Unseen):
        verdict: Verdict = "not_measured"
    elif promise is not None and not (look.holds and look.beyond):
        verdict = "agreed" if look.holds else "contradicted"
    else:
        verdict = "undocumented" if look.holds else "neither"
    return MatrixCell(
        about=about,
        operation=operation,
        declared=promise.says if promise else "",
        seen=look.why if isinstance(look, Unseen) else look.says,
        verdict=verdict,
        evidence="" if isinstance(look, Unseen) else look.evidence,
    )


def looked_up(artifacts: Artifacts, kind: type[Found], unit: str, *items: str) -> Found | Missing:
    """The artifact of one of the items, else why the first is not there."""
    found = [artifacts.get(kind, Subject(unit=unit, item=item)) for item in items or ("",)]
    there = next((f for f in found if isinstance(f, kind)), None)
    return there if there is not None else next(f for f in found if isinstance(f, Missing))


def unseen(missing: Missing) -> Unseen:
    """Why an artifact is not there, in a few words."""
    return Unseen(missing.detail or missing.cause.replace("_", " "))


def source(artifact: Artifact, shot: Shot | int | None = None) -> str:
    """`artifacts/answers/billing.json, request 12`."""
    number = shot.n if isinstance(shot, Shot) else shot
    return path_of(artifact.kind, artifact.subject) + (f", request {number}" if number else "")

"""Artifacts of trying writes: did it stick, was it taken back, is it safe to repeat, does a stale change get refused,
who may.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Shot
from probes.gather.error_shapes import ErrorSeen


class FieldSeen(BaseModel):
    """One field of a write: what was sent, what the record says afterwards (redacted)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sent: str
    found: str
    before: str = ""


class WriteRoundTrip(Artifact):
    """One write on the test customer: sent, read back, taken back. Subject: system and operation."""

    kind: ClassVar[str] = "write_round_trip"

    does: Literal["create", "update", "delete"]
    accepted: bool = Field(description="the system answered with success")
    status: int | None = None
    readable: bool = Field(description="there is a way to read the record back")
    found: bool = Field(False, description="the record was found by reading")
    kept: tuple[str, ...] = Field((), description="fields that the record shows as they were sent")
    dropped: tuple[FieldSeen, ...] = Field(
        (), description="fields that the record shows otherwise, twice, a second apart"
    )
    settle_s: float = 0.0
    undone: Literal[
        "removed", "reversed", "soft_delete", "not_undone", "none_offered", "nothing_to_undo", "unclear"
    ] = Field("nothing_to_undo", description="unclear: the undo met a fault, a wall or a lack of rights")
    undo: str = ""
    undo_says: str = ""
    example: str = Field("", description="what was written, in a word, like `1.00 EUR`")
    faults: tuple[str, ...] | None = Field(
        None, description="what the answer breaks of its declared schema; None: not compared, or none is declared"
    )
    write: Shot | None = None
    read: Shot | None = None
    undo_shots: tuple[Shot, ...] = ()


class StaleChange(BaseModel):
    """One update sent with an outdated If-Match. RFC 9110, 13.1.1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    etag: str | None = None
    answer: Literal["refused", "accepted", "no_etag", "same_etag", "weak_etag", "not_tried"]
    why: str = ""
    shots: tuple[Shot, ...] = ()


class LostUpdates(Artifact):
    """Every update that workflows call on a system, and what it says to an outdated change."""

    kind: ClassVar[str] = "lost_updates"

    updates: tuple[StaleChange, ...] = ()


class AgentWrite(BaseModel):
    """One write tried with the agent's own credential."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    status: int | None
    refused: bool
    shot: Shot
    error: ErrorSeen | None = Field(None, description="the refusal, as an error")


class ReadBeyond(BaseModel):
    """A read that the agent's own credential was given and that no workflow calls. `returns`: restricted data in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    returns: tuple[str, ...] = ()


class Privilege(Artifact):
    """Whether the agent's own credential may write where only the enforcing proxy should."""

    kind: ClassVar[str] = "privilege"

    writes_declared: int = Field(description="operations of the description that write")
    enforced_elsewhere: bool = Field(description="writes are meant to arrive with another credential than the agent's")
    tried: tuple[AgentWrite, ...] = ()
    untried: dict[str, str] = Field(default_factory=dict, description="operation → why it could not be tried")
    beyond: tuple[ReadBeyond, ...] = Field((), description="reads outside the workflows that its credential was given")


class AuditTrail(Artifact):
    """What the system's own log says about a write of ours."""

    kind: ClassVar[str] = "audit_trail"

    operation: str = Field("", description="the operation that reads the log; empty when there is none")
    write: str = ""
    found: bool = False
    actor: str = Field("", description="who the log names")
    named_field: str = ""
    shot: Shot | None = None

"""What errors of a system look like: RFC 9457 problem details, an object of stable shape, a SOAP fault, or something to
guess at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact, Shot
from probes.gather.session import Session
from runtime.systems.exchange import Exchange, Seen

GATEWAY = (502, 503, 504)
Shape = Literal["problem", "object", "fault", "text", "html", "empty", "accepted"]
Provoked = Literal["unknown id", "wrong value", "malformed body", "no credential", "missing right"]


class ErrorSeen(BaseModel):
    """One provoked error. `fields`: names of the error's fields; their values are not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provoked_by: Provoked
    operation: str
    status: int | None
    shape: Shape
    fields: tuple[str, ...] = ()
    says_what: bool
    shot: Shot


class ErrorShapes(Artifact):
    """The errors of one system, each provoked by something that costs nothing."""

    kind: ClassVar[str] = "error_shapes"

    errors: tuple[ErrorSeen, ...]


def error_seen(session: Session, by: Provoked, exchange: Exchange) -> ErrorSeen | None:
    """The error as it came; None where it is not the system's own word."""
    walls = (Seen.PATH, Seen.CHALLENGE, Seen.THROTTLED)
    if exchange.status is None or exchange.seen in walls or exchange.status in GATEWAY:
        return None
    fields = tuple(sorted(str(k) for k in exchange.body)) if isinstance(exchange.body, Mapping) else ()
    return ErrorSeen(
        provoked_by=by,
        operation=exchange.operation,
        status=exchange.status,
        shape=shape_of(exchange),
        fields=fields,
        says_what=_says_what(exchange),
        shot=session.shot(exchange),
    )


def shape_of(exchange: Exchange) -> Shape:
    """What form an error has."""
    kind = (exchange.header("Content-Type") or "").lower()
    if (
        exchange.status is not None
        and exchange.status < 400
        and not (isinstance(exchange.body, Mapping) and "fault" in exchange.body)
    ):
        return "accepted"
    if "problem+json" in kind or "problem+xml" in kind:
        return "problem"
    if isinstance(exchange.body, Mapping):
        return "fault" if "fault" in exchange.body else "object"
    if not exchange.body:
        return "empty"
    return (
        "html"
        if "html" in kind or str(exchange.body).lstrip()[:15].lower().startswith(("<!doctype", "<html"))
        else "text"
    )


def _says_what(exchange: Exchange) -> bool:
    """There is a sentence for a reader beside the status."""
    texts = (
        [str(v) for v in exchange.body.values() if isinstance(v, str)]
        if isinstance(exchange.body, Mapping)
        else [str(exchange.body or "")]
    )
    return any(len(t.strip()) >= 8 for t in texts) or (
        isinstance(exchange.body, Mapping) and any(isinstance(v, list | Mapping) and v for v in exchange.body.values())
    )

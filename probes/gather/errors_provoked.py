"""Provokes errors that cost nothing: an id that does not exist, a value of the wrong kind, no credential. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.gatherer import missing
from probes.gather.read_choice import page_parameters, reads
from probes.gather.samples import Samples, plain
from probes.gather.session import Session
from probes.gather.session_trial import cheapest_read
from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

GATEWAY = (502, 503, 504)
NO_SUCH = "cxready-no-such-record"
Shape = Literal["problem", "object", "fault", "text", "html", "empty", "accepted"]


class ErrorSeen(BaseModel):
    """One provoked error. `fields`: names of the error's fields; their values are not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provoked_by: Literal["unknown id", "wrong value", "no credential"]
    operation: str
    status: int | None
    shape: Shape
    fields: tuple[str, ...] = ()
    says_what: bool
    shot: Shot


class ErrorShapes(Artifact):
    """The errors of one system. RFC 9457 problem details, an object of stable shape, a SOAP fault, or something to
    guess at.
    """

    kind: ClassVar[str] = "error_shapes"

    errors: tuple[ErrorSeen, ...]


def provoke(session: Session, system: str) -> Artifact | Missing:
    """At most three provoked errors of a system."""
    subject = Subject(unit=system)
    chosen = (("unknown id", unknown_target), ("wrong value", wrong_target), ("no credential", cheapest))
    found = [
        e for by, choose in chosen if (e := _asked(session, system, by, choose(session.estate, system, session.now)))
    ]
    if not found:
        return missing(ErrorShapes, subject, "needs", f"no read operation of {system} could be asked wrongly")
    return ErrorShapes(subject=subject, measured_at=session.now, errors=tuple(found))


Wrongly = tuple[Operation, dict[str, Any]] | None


def unknown_target(estate: Estate, system: str, now: datetime) -> Wrongly:
    """A read of one record, asked for one that does not exist; chosen from what people wrote, so that a plan can name it."""
    for operation in reads(estate, system):
        names = [p.name for p in operation.parameters if p.where == "path"]
        if operation.path.rstrip("/").endswith("}") and len(names) == 1:
            return operation, {names[0]: NO_SUCH}
    read = cheapest_read(estate, system, now)
    if read is None:
        return None
    keys = ("account", "accountid", "customer", "customerid", "id")
    named = [p.name for p in read[0].parameters if p.where == "path" or plain(p.name) in keys]
    return (read[0], {**read[1], named[-1]: NO_SUCH}) if named else None


def wrong_target(estate: Estate, system: str, now: datetime) -> Wrongly:
    """A list, asked with a page size that is no number."""
    for operation in reads(estate, system):
        size, _ = page_parameters(operation)
        arguments, lacking = Samples().arguments(estate, system, operation, now)
        if size and not lacking:
            return operation, {**arguments, size: "many"}
    return None


def cheapest(estate: Estate, system: str, now: datetime) -> Wrongly:
    """Any read, to be asked without a credential."""
    return cheapest_read(estate, system, now)


def _asked(session: Session, system: str, by: str, wrongly: Wrongly) -> ErrorSeen | None:
    if wrongly is None:
        return None
    operation, arguments = wrongly
    try:
        client = session.nobody(system) if by == "no credential" else session.reader(system)
        why = Why(f"provoke an error: {by}", "errors_structured", session.run)
        return _seen(session, by, client.call(operation.id, arguments, why=why))
    except BadInput:  # the connector itself sees that the value does not fit; the system was not asked
        return None


def _seen(session: Session, by: Any, exchange: Exchange) -> ErrorSeen | None:
    if (
        exchange.status is None
        or exchange.seen in (Seen.PATH, Seen.CHALLENGE, Seen.THROTTLED)
        or (exchange.status in GATEWAY)
    ):
        return None  # not the system's own word
    shape = shape_of(exchange)
    fields = tuple(sorted(str(k) for k in exchange.body)) if isinstance(exchange.body, Mapping) else ()
    return ErrorSeen(
        provoked_by=by,
        operation=exchange.operation,
        status=exchange.status,
        shape=shape,
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

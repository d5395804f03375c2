"""Provokes errors that cost nothing: an id that does not exist, a value of the wrong kind, no credential. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.gatherer import missing
from probes.gather.read_choice import page_parameters, reads
from probes.gather.samples import plain
from probes.gather.session import Session
from runtime.errors import CxreadyError
from runtime.systems.exchange import Exchange, Why
from runtime.systems.surface import Operation

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


def provoke(session: Session, system: str, working: list[str]) -> Artifact | Missing:
    """At most three provoked errors of a system."""
    subject = Subject(unit=system)
    operations = [op for op in reads(session.estate, system) if op.id in working]
    found = [
        e
        for e in (
            _unknown(session, system, operations),
            _wrong(session, system, operations),
            _nobody(session, system, operations),
        )
        if e
    ]
    if not found:
        return missing(ErrorShapes, subject, "needs", f"no read operation of {system} could be asked wrongly")
    return ErrorShapes(subject=subject, measured_at=session.now, errors=tuple(found))


def _unknown(session: Session, system: str, operations: list[Operation]) -> ErrorSeen | None:
    chosen = next(
        (op for op in reversed(operations) if op.path.rstrip("/").endswith("}")),
        next((op for op in operations if "{" in op.path or op.method not in ("GET", "HEAD")), None),
    )
    if chosen is None:
        return None
    arguments, lacking = session.samples.arguments(session.estate, system, chosen, session.now)
    names = [p.name for p in chosen.parameters if p.where == "path"] or [
        n for n in arguments if plain(n) in ("account", "accountid", "customer", "customerid", "id")
    ]
    if lacking or not names:
        return None
    exchange = session.reader(system).call(
        chosen.id,
        {**arguments, names[-1]: NO_SUCH},
        why=Why("ask for a record that does not exist", "errors_structured", session.run),
    )
    return _seen(session, "unknown id", exchange)


def _wrong(session: Session, system: str, operations: list[Operation]) -> ErrorSeen | None:
    for operation in operations:
        size, _ = page_parameters(operation)
        if size is None:
            continue
        arguments, lacking = session.samples.arguments(session.estate, system, operation, session.now)
        if not lacking:
            exchange = session.reader(system).call(
                operation.id,
                {**arguments, size: "many"},
                why=Why("ask with a value of the wrong kind", "errors_structured", session.run),
            )
            return _seen(session, "wrong value", exchange)
    return None


def _nobody(session: Session, system: str, operations: list[Operation]) -> ErrorSeen | None:
    if not operations:
        return None
    arguments, lacking = session.samples.arguments(session.estate, system, operations[0], session.now)
    if lacking:
        return None
    try:
        exchange = session.nobody(system).call(
            operations[0].id, arguments, why=Why("ask without a credential", "errors_structured", session.run)
        )
    except CxreadyError:
        return None
    return _seen(session, "no credential", exchange)


def _seen(session: Session, by: Any, exchange: Exchange) -> ErrorSeen | None:
    if exchange.status is None:
        return None
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

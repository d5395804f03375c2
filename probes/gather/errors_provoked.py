"""Provokes errors that cost nothing: an id that does not exist, a value of the wrong kind, a body that is no JSON. Reads only.

What a request without credential, and a write without the right to it, were answered is taken from the trials that asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from probes.finding import Subject
from probes.gather.envelope import plain
from probes.gather.error_shapes import ErrorSeen, ErrorShapes, Provoked, error_seen
from probes.gather.gatherer import Found, Gatherer, each_system, missing
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import cheapest_read, page_parameters, reads
from probes.gather.samples import Samples
from probes.gather.session import Session
from probes.gather.sign_in import MachineAuth
from probes.gather.write_evidence import Privilege
from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Why
from runtime.systems.surface import Operation

NO_SUCH, NO_JSON = "cxready-no-such-record", '{"cxready": '


def gather_system(session: Session, system: str) -> Found:
    """At most three provoked errors of a system, and those that other trials met."""
    session.tell(system, "do errors say what is wrong?")
    found = (*_provoked(session, system), *_met(session, system))
    if not found:
        says = f"no read operation of {system} could be asked wrongly"
        yield missing(ErrorShapes, Subject(unit=system), "needs", says)
        return
    yield ErrorShapes(subject=Subject(unit=system), measured_at=session.now, errors=found)


def _provoked(session: Session, system: str) -> Iterator[ErrorSeen]:
    for by, operation, arguments in wrongly(session.estate, system, session.now):
        try:
            exchange = _asked(session, system, by, operation, arguments)
        except BadInput:  # the connector itself sees that the value does not fit; the system was not asked
            continue
        if error := error_seen(session, by, exchange):
            yield error


def _asked(session: Session, system: str, by: Provoked, operation: Operation, arguments: dict[str, Any]) -> Exchange:
    why, client = Why(f"provoke an error: {by}", "errors_structured", session.run), session.reader(system)
    if by == "malformed body":
        return client.request(operation.method, operation.path, body=NO_JSON, why=why)
    return client.call(operation.id, arguments, why=why)


def _met(session: Session, system: str) -> Iterator[ErrorSeen]:
    """Errors that the trials of signing in and of the agent's rights were answered."""
    signed_in = session.get(MachineAuth, system)
    if isinstance(signed_in, MachineAuth) and signed_in.error_without:
        yield signed_in.error_without
    rights = session.get(Privilege, system)
    if isinstance(rights, Privilege):
        yield from (tried.error for tried in rights.tried if tried.error and tried.refused)


def wrongly(estate: Estate, system: str, now: datetime) -> list[tuple[Provoked, Operation, dict[str, Any]]]:
    """What is asked wrongly, chosen from what people wrote alone, so that a plan can name it."""
    unknown, wrong, malformed = (
        unknown_target(estate, system, now),
        wrong_target(estate, system, now),
        _posted(estate, system),
    )
    found: list[tuple[Provoked, Operation, dict[str, Any]]] = []
    if unknown:
        found.append(("unknown id", *unknown))
    if wrong:
        found.append(("wrong value", *wrong))
    if malformed:
        found.append(("malformed body", malformed, {}))
    return found


Wrongly = tuple[Operation, dict[str, Any]] | None


def unknown_target(estate: Estate, system: str, now: datetime) -> Wrongly:
    """A read of one record, asked for one that does not exist; chosen from what people wrote, so that a plan can name it."""
    for operation in reads(estate, system):
        names = [p.name for p in operation.parameters if p.where == "path"]
        found, lacking = Samples().arguments(estate, system, operation, now)
        if operation.one_by_path and not {*lacking} - {*names[-1:]}:
            return operation, {**found, names[-1]: NO_SUCH}
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


def _posted(estate: Estate, system: str) -> Operation | None:
    """A read that takes a body, like a search by POST: what it cannot parse it cannot do."""
    if estate.systems[system].protocol != "rest":
        return None
    with_body = (op for op in reads(estate, system) if op.body_schema and "{" not in op.path)
    return next((op for op in with_body if op.method not in ("GET", "HEAD")), None)


def planned(estate: Estate) -> list[PlanLine]:
    """At most three reads a system."""
    purpose, now = "provoke an error that costs nothing", datetime.now(UTC)
    return [
        line(system, operation, purpose, "errors_structured")
        for system in estate.systems
        for _, operation, _ in wrongly(estate, system, now)
    ]


GATHERER = Gatherer(
    name="errors",
    plan=planned,
    run=each_system("errors", (ErrorShapes,), gather_system),
    gives=(ErrorShapes,),
    level=3,
    cost=26,
    probes=("errors_structured",),
)

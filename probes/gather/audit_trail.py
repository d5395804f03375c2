"""Finds our own write in the log that the system itself keeps, and who it says it was."""

from __future__ import annotations

import re

from probes.artifact import Missing
from probes.finding import Subject
from probes.gather.envelope import field_of, plain
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.plan import surface_of
from probes.gather.samples import records_of
from probes.gather.session import Session
from probes.gather.write_evidence import AuditTrail
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why
from runtime.systems.surface import Operation

_LOG = re.compile(r"audit|changelog|change_?history|transactions?$|auditlog|eventlog", re.IGNORECASE)
_ACTORS = (
    "clientid",
    "actor",
    "actorid",
    "createdby",
    "creator",
    "user",
    "userid",
    "username",
    "by",
    "performedby",
    "changedby",
    "principal",
    "modifiedby",
)


def audit_operation(estate: Estate, system: str) -> Operation | None:
    """The read operation of a CRM's log, by its name or path; one that the record's id can be asked of."""
    if estate.systems[system].role != "crm":
        return None
    found = [
        op
        for op in surface_of(estate, system).operations.values()
        if op.reads and (_LOG.search(op.id) or _LOG.search(op.path.rsplit("/", 1)[-1]))
    ]
    return found[0] if found else None


def no_log(session: Session, system: str, write: str = "") -> AuditTrail | Missing:
    """The description names no operation that reads a log; without a description nothing is known."""
    if not session.surface(system).digest:
        return missing(
            AuditTrail, Subject(unit=system), "no_input", f"{system} has no description that could name a log"
        )
    return AuditTrail(subject=Subject(unit=system), measured_at=session.now, write=write)


def look_up(session: Session, system: str, write: str, record: str | None) -> AuditTrail | Missing:
    """Reads the log for one record, before that record is taken back."""
    subject, operation = Subject(unit=system), audit_operation(session.estate, system)
    if operation is None:
        return no_log(session, system, write)
    if record is None:
        return missing(AuditTrail, subject, "failed", f"the answer to {write} named no record to look up in the log")
    asked = {
        p.name: record
        for p in operation.parameters
        if plain(p.name) in ("resourceid", "recordid", "objectid", "entityid", "id", "targetid")
    }
    exchange = session.cleaner(system).call(
        operation.id, asked, why=Why("read the system's log", "audit_trail", session.run)
    )
    if exchange.seen is not Seen.OK:
        says = f"{operation.id} answered {exchange.status or exchange.seen} when the log was read"
        return missing(AuditTrail, subject, cause_of_answer(exchange), says)
    entries = records_of(exchange.body) or []
    own = [e for e in entries if record in {str(v) for v in e.values()}] if entries else []
    actor, name = next(
        ((str(v), n) for e in own for n, v in ((k, field_of(e, k)) for k in e) if plain(n) in _ACTORS and v), ("", "")
    )
    return AuditTrail(
        subject=subject,
        measured_at=session.now,
        operation=operation.id,
        write=write,
        found=bool(own),
        actor=actor,
        named_field=name,
        shot=session.shot(exchange),
    )

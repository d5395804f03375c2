"""Finds our own write in the log that the system itself keeps, and who it says it was."""

from __future__ import annotations

import re

from probes.finding import Subject
from probes.gather.plan import surface_of
from probes.gather.samples import field_of, plain, records_of
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


def look_up(session: Session, system: str, write: str, record: str | None) -> AuditTrail:
    """Reads the log for one record, before that record is taken back."""
    subject, operation = Subject(unit=system), audit_operation(session.estate, system)
    if operation is None or record is None:
        return AuditTrail(subject=subject, measured_at=session.now, write=write)
    asked = {
        p.name: record
        for p in operation.parameters
        if plain(p.name) in ("resourceid", "recordid", "objectid", "entityid", "id", "targetid")
    }
    exchange = session.cleaner(system).call(
        operation.id, asked, why=Why("read the system's log", "audit_trail", session.run)
    )
    entries = (records_of(exchange.body) or []) if exchange.seen is Seen.OK else []
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

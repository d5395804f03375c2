"""Tries each write that a workflow calls, on the test customer: send, read back, send again with the same key, take
back.

Every request is in the write ledger before it goes out. Amounts come from the engagement's example only.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.audit_trail import audit_operation, no_log
from probes.gather.create_trial import try_create
from probes.gather.gatherer import Found, Gatherer, cause_of, each_system, missing
from probes.gather.notes import NoteTrial, note_trial
from probes.gather.repeat import RepeatTrial
from probes.gather.session import Session
from probes.gather.update_trial import try_update
from probes.gather.write_evidence import AuditTrail, LostUpdates, StaleChange, WriteRoundTrip
from probes.gather.write_plan import planned
from probes.gather.write_targets import Target, targets
from runtime.errors import CxreadyError

REQUESTS_A_WRITE = 11


def gather_system(session: Session, system: str) -> Found:
    """Round trip and repeat trial of every write of a system, then the update races seen on the way."""
    stale: list[StaleChange] = []
    for target in targets(session.estate, system):
        if _is_measured(session, system, target):
            continue
        session.tell(system, f"does {target.name} stick, and can it be repeated?")
        for found in _target(session, system, target):
            if isinstance(found, StaleChange):
                stale.append(found)
            elif isinstance(found, Missing) and found.wanted == LostUpdates.kind:
                stale.append(StaleChange(operation=target.name, answer="not_tried", why=found.detail))
            else:
                yield found
    yield LostUpdates(subject=Subject(unit=system), measured_at=session.now, updates=tuple(stale))
    if session.settings(system).role == "crm":
        yield note_trial(session, system)
        yield from _audit_at_the_end(session, system)


def _is_measured(session: Session, system: str, target: Target) -> bool:
    """In a run that goes on a create is not tried again; an update is, for its races are summed up over all of them."""
    is_update = target.effect is not None and target.effect.does == "update"
    kinds: tuple[type[Artifact], ...] = (WriteRoundTrip, RepeatTrial)
    return not is_update and all(session.get(kind, system, target.name) for kind in kinds)


def _audit_at_the_end(session: Session, system: str) -> Found:
    if (AuditTrail.kind, system, "") in session.found:
        return
    subject = Subject(unit=system)
    if audit_operation(session.estate, system) is None:
        yield no_log(session, system)
    else:
        yield missing(
            AuditTrail, subject, "needs", f"no write of {system} could be tried, so its log was not looked at"
        )


def _target(session: Session, system: str, target: Target) -> Iterator[Artifact | Missing | StaleChange]:
    subject = Subject(unit=system, item=target.name)
    kinds: tuple[type[Artifact], ...] = (WriteRoundTrip, RepeatTrial)
    if target.cause is None and session.left(system) < REQUESTS_A_WRITE:
        target = Target(
            target.name,
            target.operation,
            target.effect,
            "budget",
            f"{session.left(system)} requests are left; trying a write and taking it back needs {REQUESTS_A_WRITE}",
        )
    if target.cause is None and (walled := session.walled(system)):
        target = Target(target.name, target.operation, target.effect, "failed", f"{walled}, so nothing was written")
    if target.cause is None and _records_made(session, system) + 2 > session.settings(system).writes.max_records:
        target = Target(
            target.name, target.operation, target.effect, "not_allowed", "max_records of engagement.yaml is reached"
        )
    if target.cause or not target.operation or not target.effect:
        yield from (missing(kind, subject, target.cause or "failed", target.detail) for kind in kinds)
        if target.effect and target.effect.does == "update":
            yield missing(LostUpdates, Subject(unit=system), target.cause or "failed", target.detail)
        return
    try:
        if target.effect.does == "update":
            yield from try_update(session, system, target.name, target.operation, target.effect)
        else:
            yield from try_create(session, system, target)
    except CxreadyError as error:
        yield from (
            missing(kind, subject, cause_of(error), str(error))
            for kind in kinds
            if session.get(kind, system, target.name) is None
        )
        if target.effect.does == "update":  # without this the operation would look as if it changed nothing
            yield missing(LostUpdates, Subject(unit=system), cause_of(error), str(error))


def _records_made(session: Session, system: str) -> int:
    return sum(
        1 for e in session.ledger.entries(session.run) if e.system == system and e.state not in ("nothing", "intended")
    )


GATHERER = Gatherer(
    name="writes",
    plan=planned,
    run=each_system(
        "writes", (WriteRoundTrip, RepeatTrial, LostUpdates), gather_system, of_crm=(AuditTrail, NoteTrial)
    ),
    gives=(WriteRoundTrip, RepeatTrial, LostUpdates, AuditTrail, NoteTrial),
    level=3,
    cost=30,
    probes=("writes_stick", "deletes_stick", "repeat_safe", "no_lost_updates", "notes_writable", "audit_trail"),
)

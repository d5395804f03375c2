"""Tries an update: read, change, read back, repeat, send an outdated change, put back as it was.

A 200 that changes nothing is found here; and so is a change that overwrites somebody else's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.answer_schema import answer_faults, schema_for
from probes.gather.envelope import Way, as_sent, plain, record_in, value_at
from probes.gather.example_body import example_body
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.read_back import read_back, reader_of
from probes.gather.repeat import RepeatTrial
from probes.gather.sent_and_found import same, shown
from probes.gather.session import Session
from probes.gather.undo import TakenBack, take_back, undo_of
from probes.gather.undo_arguments import undo_arguments
from probes.gather.update_change import change_to_send, fields_of, may_be_changed
from probes.gather.update_races import outdated, repeated, send_change
from probes.gather.write_evidence import FieldSeen, LostUpdates, StaleChange, WriteRoundTrip
from runtime.errors import CxreadyError
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen
from runtime.systems.surface import Operation

Found = Iterator[Artifact | Missing | StaleChange]
KINDS: tuple[type[Artifact], ...] = (WriteRoundTrip, RepeatTrial)
# Many systems make the ETag from a date in whole seconds (RFC 9110, 8.8.1): two states within one share it.
CLOCK_TICK_S = 1.1


def try_update(session: Session, system: str, name: str, operation: Operation, effect: Effect) -> Found:
    """Yields the round trip, the repeat trial, and what an outdated change was answered."""
    subject = Subject(unit=system, item=name)
    arguments, lacking = example_body(session.samples, session.estate, system, operation, session.now)
    before = _before(session, system, name, operation, effect, arguments)
    if before is None:
        yield from _none(
            subject,
            "needs",
            (
                f"effects/{system}.yaml names no read_back for {name}, or the record cannot be read: without "
                "it a change cannot be checked or put back"
            ),
        )
        return
    if not may_be_changed(session, system, operation, arguments, before.body):
        says = f"the record that {name} would change is not known to be the test customer's: name one in writes.example"
        yield from _none(subject, "needs", says)
        return
    change, why_not = change_to_send(operation, arguments, lacking, before.body)
    if why_not:
        yield from _none(subject, "needs", f"writes.example of {system}: {why_not} for {name}")
        return
    yield from _tried(session, subject, name, operation, effect, change, before)


def _tried(
    session: Session,
    subject: Subject,
    name: str,
    operation: Operation,
    effect: Effect,
    change: dict[str, Any],
    before: Exchange,
) -> Found:
    system = subject.unit
    fields = fields_of(operation, change)
    entry = _intend(session, system, name, operation, effect, change, before.body)
    taken: TakenBack | None = None
    etag = before.header("ETag")
    if etag:
        time.sleep(CLOCK_TICK_S)
    try:
        try:
            with session.ledger.under_way(entry):
                first = send_change(session, system, operation, change, {"If-Match": etag} if etag else {})
            if etag and etag.startswith("W/") and first.status == 412:  # If-Match compares strongly: RFC 9110, 13.1.1
                etag = None
                with session.ledger.under_way(entry):
                    first = send_change(session, system, operation, change, {})
        except CxreadyError:  # refused before it left
            taken = TakenBack("reversed", "nothing was sent")
            session.ledger.nothing(entry)
            raise
        if first.seen is not Seen.OK:
            if first.seen not in (Seen.FAULT, Seen.PATH):  # those may have been applied: what follows puts it back
                session.ledger.nothing(entry)
                taken = TakenBack("reversed", "nothing was changed")
            yield from _none(
                subject,
                "needs" if first.seen is Seen.REFUSED and first.status not in (401, 403) else cause_of_answer(first),
                f"{name} answered {first.status or first.seen} to the example: {session.shot(first).response[:300]}",
            )
            return
        session.ledger.created(entry, first.body if isinstance(first.body, Mapping) else {})
        seen = read_back(
            session,
            system,
            name,
            effect,
            change,
            first.body,
            None,
            until=lambda r: not _dropped(fields, before.body, r.record),
        )
        dropped = _dropped(fields, before.body, seen.record)
        stale = outdated(session, system, name, operation, change, before, seen.exchanges[-1], bool(dropped), etag)
        repeat = repeated(
            session, subject, name, operation, effect, change, first, fields, bool(dropped), seen.settle_s
        )
    finally:
        if taken is None:
            taken = take_back(
                session,
                entry,
                system,
                name,
                effect,
                change,
                _answered(session, entry),
                as_sent(before.body, {k: change[k] for k in {way[0] for way, _ in fields}}) | _keys(before.body),
            )
    undo = undo_of(session, system, name, effect)
    yield WriteRoundTrip(
        subject=subject,
        measured_at=session.now,
        does="update",
        accepted=True,
        status=first.status,
        readable=seen.answered,
        found=seen.record is not None,
        kept=tuple(n for n in map(".".join, (way for way, _ in fields)) if n not in {d.name for d in dropped}),
        dropped=dropped,
        settle_s=round(seen.settle_s, 2),
        undone=taken.how,
        undo=undo.id if undo else "",
        undo_says=taken.says,
        faults=answer_faults(operation, first) if schema_for(operation, first.status) else None,
        write=session.shot(first),
        read=session.shot(seen.exchanges[-1]),
        undo_shots=taken.shots,
    )
    yield repeat
    yield stale


def _before(
    session: Session, system: str, name: str, operation: Operation, effect: Effect, arguments: Mapping[str, Any]
) -> Exchange | None:
    if reader_of(session, system, effect) is None:
        return None
    found = read_back(session, system, name, effect, arguments, None, None)
    return found.exchanges[-1] if found.records and isinstance(found.exchanges[-1].body, Mapping) else None


def _intend(
    session: Session,
    system: str,
    name: str,
    operation: Operation,
    effect: Effect,
    change: Mapping[str, Any],
    before: Any,
) -> int:
    undo = undo_of(session, system, name, effect)
    kept = as_sent(before, change) | _keys(before)
    sent = undo_arguments(undo, effect, change, None, kept) if undo else {}
    return session.ledger.intend(
        system, name, change, undo=undo.id if undo else None, undo_arguments={**kept, **sent}, run=session.run
    )


def _dropped(fields: list[tuple[Way, Any]], before: Any, record: Any) -> tuple[FieldSeen, ...]:
    if record is None:
        return ()
    return tuple(
        FieldSeen(
            name=".".join(way),
            sent=shown(value),
            found=shown(value_at(record, way)),
            before=shown(value_at(before, way)),
        )
        for way, value in fields
        if not same(value_at(record, way), value)
    )


def _keys(before: Any) -> dict[str, Any]:
    """What identifies the record, kept so that a later run can address it."""
    record = record_in(before)
    return (
        {k: v for k, v in record.items() if plain(str(k)).endswith("id") and isinstance(v, str | int)}
        if isinstance(record, Mapping)
        else {}
    )


def _answered(session: Session, entry: int) -> Any:
    return next((dict(e.record) for e in session.ledger.entries(session.run) if e.id == entry), {})


def _none(subject: Subject, cause: Any, detail: str) -> Found:
    yield from (missing(kind, subject, cause, detail) for kind in KINDS)
    yield missing(LostUpdates, Subject(unit=subject.unit), cause, detail)

"""Tries an update: read, change, read back, repeat, send an outdated change, put back as it was.

A 200 that changes nothing is found here; and so is a change that overwrites somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.read_back import read_back, reader_of
from probes.gather.repeat import RepeatTrial
from probes.gather.samples import field_of, plain
from probes.gather.sent_and_found import same, shown
from probes.gather.session import Session
from probes.gather.undo import TakenBack, take_back, undo_arguments, undo_of
from probes.gather.write_evidence import FieldSeen, LostUpdates, StaleChange, WriteRoundTrip
from runtime.errors import CxreadyError
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

Found = Iterator[Artifact | Missing | StaleChange]
KINDS: tuple[type[Artifact], ...] = (WriteRoundTrip, RepeatTrial)


def try_update(session: Session, system: str, name: str, operation: Operation, effect: Effect) -> Found:
    """Yields the round trip, the repeat trial, and what an outdated change was answered."""
    subject = Subject(unit=system, item=name)
    arguments, lacking = session.samples.body(session.estate, system, operation, session.now)
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
    change, why_not = _change(operation, arguments, lacking, before.body)
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
    keys = {p.name for p in operation.parameters if p.where in ("path", "query", "header")}
    fields = [f for f in change if f not in keys and field_of(before.body, f) is not None]
    entry = _intend(session, system, name, operation, effect, change, before.body)
    taken: TakenBack | None = None
    etag = before.header("ETag")
    try:
        try:
            first = _send(session, system, operation, change, {"If-Match": etag} if etag else {})
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
            until=lambda r: not _dropped(change, fields, before.body, r.record),
        )
        dropped = _dropped(change, fields, before.body, seen.record)
        stale = _stale(session, system, name, operation, change, before, seen.exchanges[-1], bool(dropped))
        repeat = _repeat(session, subject, name, operation, effect, change, first, fields, bool(dropped), seen.settle_s)
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
                {f: field_of(before.body, f) for f in fields} | _keys(before.body),
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
        kept=tuple(f for f in fields if f not in {d.name for d in dropped}),
        dropped=dropped,
        settle_s=round(seen.settle_s, 2),
        undone=taken.how,
        undo=undo.id if undo else "",
        undo_says=taken.says,
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


def _change(
    operation: Operation, arguments: dict[str, Any], lacking: list[str], before: Any
) -> tuple[dict[str, Any], str]:
    """What to send: the example where it differs from the record, else another value that the description allows."""
    path = {p.name for p in operation.parameters if p.where in ("path", "query", "header")}
    change = dict(arguments)
    body = [n for n in change if n not in path]
    if lacking:
        return {}, f"no value is given for {', '.join(lacking)}"
    if not body:
        return {}, "no field to change is given"
    if any(field_of(before, n) is None for n in body):
        return {}, f"the record does not show {', '.join(n for n in body if field_of(before, n) is None)}"
    if all(same(change[n], field_of(before, n)) for n in body):
        other = _other_value(operation, body[0], change[body[0]])
        if other is None:
            return {}, f"the example is what the record already says ({body[0]})"
        change[body[0]] = other
    return change, ""


def _other_value(operation: Operation, name: str, value: Any) -> Any:
    schema = operation.body_schema.get("properties", {}).get(name, {})
    return next((v for v in schema.get("enum", ()) if v != value), None)


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
    kept = {n: field_of(before, n) for n in change if field_of(before, n) is not None} | _keys(before)
    sent = undo_arguments(undo, effect, change, None, kept) if undo else {}
    return session.ledger.intend(
        system, name, change, undo=undo.id if undo else None, undo_arguments={**kept, **sent}, run=session.run
    )


def _send(
    session: Session, system: str, operation: Operation, change: Mapping[str, Any], headers: Mapping[str, str]
) -> Exchange:
    return session.writer(system).call(
        operation.id, change, headers=headers, why=Why(f"write: try {operation.id}", "writes_stick", session.run)
    )


def _stale(
    session: Session,
    system: str,
    name: str,
    operation: Operation,
    change: Mapping[str, Any],
    before: Exchange,
    after: Exchange,
    dropped: bool,
) -> StaleChange:
    """Sends the change again as someone would who had read the record before it (RFC 9110, 13.1.1)."""
    old, new = before.header("ETag"), after.header("ETag")
    if not old:
        return StaleChange(
            operation=name, answer="no_etag", why="the record is read without an ETag", shots=(session.shot(before),)
        )
    if dropped or old == new:
        return StaleChange(
            operation=name,
            etag=old,
            answer="not_tried",
            why="the change did not stick, so no state is outdated",
            shots=(session.shot(after),),
        )
    exchange = _send(session, system, operation, change, {"If-Match": old})
    answer = (
        "refused" if exchange.status in (409, 412, 428) else "accepted" if exchange.seen is Seen.OK else "not_tried"
    )
    return StaleChange(
        operation=name,
        etag=old,
        answer=answer,
        why="" if answer != "not_tried" else f"answered {exchange.status}",
        shots=(session.shot(after), session.shot(exchange)),
    )


def _repeat(
    session: Session,
    subject: Subject,
    name: str,
    operation: Operation,
    effect: Effect,
    change: Mapping[str, Any],
    first: Exchange,
    fields: list[str],
    dropped: bool,
    settle_s: float,
) -> Artifact | Missing:
    """Setting the same values again leaves one state; what counts is that a read tells whether they are set."""
    if dropped:
        return missing(
            RepeatTrial,
            subject,
            "needs",
            f"the first {name} did not stick, so repeating it tells nothing",
            f"mend {subject} first (finding writes_stick), then run `cxready collect DIR` again",
        )
    again = _send(session, subject.unit, operation, change, {})
    if again.status == 428:  # the system insists on If-Match: a blind repeat cannot happen
        again = first
    if again.seen not in (Seen.OK, Seen.REFUSED) or again.status in (401, 403):
        says = f"{name} answered {again.status or again.seen} when it was sent again"
        return missing(RepeatTrial, subject, cause_of_answer(again), says)
    seen = read_back(session, subject.unit, name, effect, change, again.body, None)
    if not seen.answered:
        return missing(RepeatTrial, subject, "failed", f"the record could not be read after repeating {name}")
    stable = seen.record is not None and all(same(field_of(seen.record, f), change[f]) for f in fields)
    reader = reader_of(session, subject.unit, effect)
    return RepeatTrial(
        subject=subject,
        measured_at=session.now,
        does="update",
        by="read_back" if stable and again.seen in (Seen.OK, Seen.REFUSED) else "no",
        offered=False,
        find=reader.id if reader else None,
        settle_s=round(settle_s, 2),
        first=session.shot(first),
        second=session.shot(again),
        search=session.shot(seen.exchanges[-1]) if seen.exchanges else None,
    )


def _dropped(change: Mapping[str, Any], fields: list[str], before: Any, record: Any) -> tuple[FieldSeen, ...]:
    if record is None:
        return ()
    return tuple(
        FieldSeen(
            name=f,
            sent=shown(change[f]),
            found=shown(field_of(record, f)),
            before=shown(field_of(before, f)),
        )
        for f in fields
        if not same(field_of(record, f), change[f])
    )


def _keys(before: Any) -> dict[str, Any]:
    """What identifies the record, kept so that a later run can address it."""
    return (
        {k: v for k, v in before.items() if plain(str(k)).endswith("id") and isinstance(v, str | int)}
        if isinstance(before, Mapping)
        else {}
    )


def _answered(session: Session, entry: int) -> Any:
    return next((dict(e.record) for e in session.ledger.entries(session.run) if e.id == entry), {})


def _none(subject: Subject, cause: Any, detail: str) -> Found:
    yield from (missing(kind, subject, cause, detail) for kind in KINDS)
    yield missing(LostUpdates, Subject(unit=subject.unit), cause, detail)

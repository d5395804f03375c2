"""Tries each write that a workflow calls, on the test customer: send, read back, send again with the same key, take
back.

Every request is in the write ledger before it goes out. Amounts come from the engagement's example only.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.audit_trail import audit_operation, look_up
from probes.gather.gatherer import Found, Gatherer, cause_of, each_system, missing
from probes.gather.guarded import find_operation
from probes.gather.notes import NoteTrial, note_trial
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.read_back import ReadBack, read_back
from probes.gather.repeat import RepeatTrial
from probes.gather.samples import field_of, identity_of
from probes.gather.session import Session
from probes.gather.undo import TakenBack, close_open, take_back, undo_of
from probes.gather.update_trial import try_update
from probes.gather.write_evidence import AuditTrail, FieldSeen, LostUpdates, StaleChange, WriteRoundTrip
from probes.gather.write_targets import Target, creator_undone_by, targets
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

REQUESTS_A_WRITE = 11
KEY_HEADER = "idempotency-key"


def gather_system(session: Session, system: str) -> Found:
    """Round trip and repeat trial of every write of a system, then the update races seen on the way."""
    stale: list[StaleChange] = []
    for target in targets(session.estate, system):
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


def _audit_at_the_end(session: Session, system: str) -> Found:
    if session.get(AuditTrail, system) is not None:
        return
    subject = Subject(unit=system)
    if audit_operation(session.estate, system) is None:
        yield AuditTrail(subject=subject, measured_at=session.now)
    else:
        yield missing(
            AuditTrail, subject, "needs", f"no write of {system} could be tried, so its log was not looked at"
        )


def _target(session: Session, system: str, target: Target) -> Any:
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
            yield from _try_create(session, system, target)
    except CxreadyError as error:
        yield from (
            missing(kind, subject, cause_of(error), str(error))
            for kind in kinds
            if session.get(kind, system, target.name) is None
        )


@dataclass
class _Trial:
    """One create on its way: what was sent, what came back, what the ledger calls it."""

    operation: Operation
    effect: Effect
    name: str
    arguments: dict[str, Any]
    reference: str | None
    headers: dict[str, str]
    header: str | None
    entries: list[tuple[int, Any]] = field(default_factory=list)
    taken: list[TakenBack] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        """What the record should show. Our own reference is not part of the business; `repeat_safe` asks about it."""
        return {k: v for k, v in self.arguments.items() if v != self.reference}


def _try_create(session: Session, system: str, target: Target) -> Found:
    deleted = target.name if target.effect and target.effect.does == "delete" else None
    maker = creator_undone_by(session.estate, system, deleted) if deleted else target
    assert maker and maker.operation and maker.effect
    subject = Subject(unit=system, item=target.name)
    arguments, lacking = session.samples.body(session.estate, system, maker.operation, session.now)
    if lacking:
        detail = f"writes.example of {system} gives no value for {', '.join(lacking)} of {maker.name}"
        yield from (missing(kind, subject, "needs", detail) for kind in (WriteRoundTrip, RepeatTrial))
        return
    trial = _prepared(session, maker.name, maker.operation, maker.effect, arguments)
    try:
        first = _send(session, system, trial)
        if first.seen is not Seen.OK:
            yield from _not_accepted(session, subject, trial, first)
            return
        seen = read_back(
            session,
            system,
            trial.name,
            trial.effect,
            trial.arguments,
            first.body,
            None,
            until=lambda r: bool(r.record) and not _differing(trial.said(), r.record),
        )
        repeat = _repeat(session, system, trial, first, seen) if deleted is None else None
        audit = _audit(session, system, trial, first)
    finally:
        for entry, answer in trial.entries:
            trial.taken.append(take_back(session, entry, system, trial.name, trial.effect, trial.arguments, answer))
        close_open(session, system, trial.name)
    yield _round_trip(session, subject, "delete" if deleted else "create", trial, first, seen)
    yield repeat or _repeated_delete(session, subject, trial)
    if audit and session.get(AuditTrail, system) is None:
        yield audit


def _prepared(session: Session, name: str, operation: Operation, effect: Effect, arguments: dict[str, Any]) -> _Trial:
    reference = session.reference()
    field_name = effect.repeat.reference if effect.repeat else "reference"
    known = {*operation.body_schema.get("properties", {}), *(p.name for p in operation.parameters)}
    carries = field_name in known or (effect.repeat is not None and not known)
    if carries:
        arguments = {**arguments, field_name: reference}
    header = (effect.repeat.key if effect.repeat else None) or next(
        (p.name for p in operation.parameters if p.where == "header" and p.name.lower() == KEY_HEADER), None
    )
    arguments = {k: v for k, v in arguments.items() if header is None or k.lower() != header.lower()}
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"cxready:{reference}"))
    return _Trial(
        operation, effect, name, arguments, reference if carries else None, {header: key} if header else {}, header
    )


def _send(session: Session, system: str, trial: _Trial) -> Exchange:
    undo = undo_of(session, system, trial.name, trial.effect)
    entry = session.ledger.intend(
        system, trial.name, trial.arguments, undo=undo.id if undo else None, undo_arguments={}, run=session.run
    )
    exchange = session.write(
        entry,
        session.writer(system),
        trial.operation.id,
        trial.arguments,
        headers=trial.headers,
        why=Why(f"write: try {trial.name}", "writes_stick", session.run),
    )
    if exchange.seen is Seen.OK:
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        known = {identity_of(answer) for _, answer in trial.entries}
        if identity_of(body) is not None and identity_of(body) in known:
            session.ledger.nothing(entry)  # the first record again: no second one came to be
        else:
            session.ledger.created(entry, body)
            trial.entries.append((entry, body))
    elif exchange.seen in (Seen.REFUSED, Seen.THROTTLED, Seen.CHALLENGE, Seen.LOGIN_PAGE):
        session.ledger.nothing(entry)
    return exchange


def _not_accepted(session: Session, subject: Subject, trial: _Trial, first: Exchange) -> Found:
    """Refused: the example does not fit or the right is lacking; nothing is said about the operation itself."""
    shot = session.shot(first)
    detail = f"{trial.name} answered {first.status or first.seen} to the example: {shot.response[:300]}"
    cause = {Seen.PATH: "path", Seen.FAULT: "failed"}.get(
        first.seen, "credential" if first.status in (401, 403) else "needs"
    )
    yield from (missing(kind, subject, cause, detail) for kind in (WriteRoundTrip, RepeatTrial))  # type: ignore[arg-type]


def _repeat(session: Session, system: str, trial: _Trial, first: Exchange, seen: ReadBack) -> RepeatTrial:
    """With a key: the same again. Then, with or without: does our own reference find exactly what exists?"""
    second = _send(session, system, trial) if trial.header else None
    ids = [identity_of(answer) for _, answer in trial.entries]
    by_key = second is not None and (len(ids) == 1 and (second.seen is Seen.OK or second.status in (409, 422)))
    search = _search(session, system, trial, len(trial.entries)) if trial.reference and not by_key else None
    found = search is not None and search.answered and len(search.records) == len(trial.entries)
    return RepeatTrial(
        subject=Subject(unit=system, item=trial.name),
        measured_at=session.now,
        does="create",
        by="key" if by_key else "read_back" if found else "no",
        offered=trial.header is not None,
        header=trial.header,
        find=trial.effect.repeat.find if trial.effect.repeat and found else None,
        settle_s=round(max(search.settle_s, 0.0), 2) if search else 0.0,
        records=len(trial.entries),
        second_key_honoured=by_key if second else None,
        first=session.shot(first),
        second=session.shot(second) if second else None,
        search=session.shot(search.exchanges[-1]) if search and search.exchanges else None,
    )


def _search(session: Session, system: str, trial: _Trial, expected: int) -> ReadBack | None:
    if not (trial.effect.repeat and trial.effect.repeat.find):
        return None
    return read_back(
        session,
        system,
        trial.name,
        trial.effect,
        trial.arguments,
        None,
        trial.reference,
        by_find=True,
        until=lambda r: len(r.records) == expected,
    )


def _round_trip(
    session: Session, subject: Subject, does: Any, trial: _Trial, first: Exchange, seen: ReadBack
) -> WriteRoundTrip:
    differing = _differing(trial.said(), seen.record) if seen.record is not None else ()
    taken = next(
        (t for t in trial.taken if t.how in ("not_undone", "none_offered")), trial.taken[0] if trial.taken else None
    )
    undo = undo_of(session, subject.unit, trial.name, trial.effect)
    return WriteRoundTrip(
        subject=subject,
        measured_at=session.now,
        does=does,
        accepted=True,
        status=first.status,
        readable=seen.readable and seen.answered,
        found=seen.record is not None,
        kept=tuple(
            n for n in trial.said() if field_of(seen.record, n) is not None and n not in {d.name for d in differing}
        ),
        dropped=tuple(differing),
        settle_s=round(seen.settle_s, 2),
        undone=taken.how if taken else "nothing_to_undo",
        undo=undo.id if undo else "",
        undo_says=taken.says if taken else "",
        example=_example_words(session, trial),
        write=session.shot(first),
        read=session.shot(seen.exchanges[-1]) if seen.exchanges else None,
        undo_shots=taken.shots if taken else (),
    )


def _repeated_delete(session: Session, subject: Subject, trial: _Trial) -> RepeatTrial:
    """Deleting by id twice deletes once: RFC 9110, 9.2.2; what matters is that the end can be read."""
    ended = bool(trial.taken) and trial.taken[0].how in ("removed", "reversed", "soft_delete")
    return RepeatTrial(
        subject=subject, measured_at=session.now, does="delete", by="read_back" if ended else "no", offered=False
    )


def _audit(session: Session, system: str, trial: _Trial, first: Exchange) -> AuditTrail | None:
    if session.settings(system).role != "crm" or session.get(AuditTrail, system) is not None:
        return None
    return look_up(session, system, trial.name, identity_of(first.body))


def _differing(sent: Mapping[str, Any], record: Any) -> tuple[FieldSeen, ...]:
    """Fields that the record shows with another value; spelling of numbers, case and blanks at the ends do not count.

    A name that is answered as an object or a list (a reference to a queue, a list of requestors) is no other value.
    """
    found = []
    for name, value in sent.items():
        seen = field_of(record, name)
        one_each = not isinstance(value, Mapping | list) and not isinstance(seen, Mapping | list)
        if seen is not None and one_each and _normal(seen) != _normal(value):
            found.append(FieldSeen(name=name, sent=_short(value), found=_short(seen)))
    return tuple(found)


def _normal(value: Any) -> str:
    text = str(value).strip().casefold()
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


def _short(value: Any) -> str:
    from runtime.redaction import redact

    return str(redact(value))[:80]


def _example_words(session: Session, trial: _Trial) -> str:
    money = trial.effect.money_out
    if money and money.field and money.field in trial.arguments:
        return f"{trial.arguments[money.field]} {trial.arguments.get('currency', session.estate.currency)}"
    return ""


def _records_made(session: Session, system: str) -> int:
    return sum(
        1 for e in session.ledger.entries(session.run) if e.system == system and e.state not in ("nothing", "intended")
    )


def planned(estate: Estate) -> list[PlanLine]:
    """Upper bounds of the trials: two sends, four reads, two undos a create; three, five and two an update."""
    lines: list[PlanLine] = []
    for system in estate.systems:
        surface = surface_of(estate, system)
        for target in targets(estate, system):
            if target.cause or not target.operation or not target.effect:
                continue
            maker = creator_undone_by(estate, system, target.name) if target.effect.does == "delete" else target
            if maker is None or maker.operation is None or maker.effect is None:
                continue
            lines += _lines(surface, system, maker.name, maker.operation, maker.effect)
        lines += _audit_lines(estate, system)
    return lines


def _lines(surface: Any, system: str, name: str, operation: Operation, effect: Effect) -> list[PlanLine]:
    update = effect.does == "update"
    undo = find_operation(surface, effect.undo) if effect.undo else operation if update else None
    keyed = bool(effect.repeat and effect.repeat.key) or any(p.name.lower() == KEY_HEADER for p in operation.parameters)
    sends = 2 if keyed else 1
    lines = [
        line(
            system,
            operation,
            f"write the example with {name}, then once more",
            "writes_stick",
            3 if update else sends,
            undo.id if undo else None,
        )
    ]
    readers = [
        find_operation(surface, n)
        for n in dict.fromkeys([effect.read_back, effect.repeat.find if effect.repeat else None])
        if n
    ]
    lines += [
        line(system, reader, f"read back {name}", "writes_stick", _reads(update, sends, len(readers)))
        for reader in readers
        if reader
    ]
    if undo:
        lines.append(line(system, undo, f"take back {name}", "deletes_stick", 1 if undo is operation else 2 if update else 2 * sends))
    return lines


def _reads(update: bool, sends: int, readers: int) -> int:
    """Twice until the write is seen, once after each undo, and twice for the search by our reference."""
    if update:
        return 5
    return 2 + sends if readers == 1 and sends == 1 else 5 if readers == 1 else 4


def _audit_lines(estate: Estate, system: str) -> list[PlanLine]:
    operation = audit_operation(estate, system)
    return [line(system, operation, "look the write up in the system's own log", "audit_trail")] if operation else []


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

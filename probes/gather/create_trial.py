"""Tries a create on the test customer: send, read back, send again, look up in the log, take back.

Every request is in the write ledger before it goes out. Amounts come from the engagement's example only.
"""

from __future__ import annotations

from typing import Any

from probes.artifact import Cause, Missing
from probes.finding import Subject
from probes.gather.answer_schema import answer_faults, schema_for
from probes.gather.audit_trail import look_up
from probes.gather.envelope import identity_of, leaves, value_at
from probes.gather.example_body import example_body
from probes.gather.gatherer import Found, cause_of_answer, missing
from probes.gather.leftovers import close_open
from probes.gather.one_create import Trial, prepared, send
from probes.gather.read_back import ReadBack, read_back
from probes.gather.repeat import RepeatTrial
from probes.gather.sent_and_found import differing, same
from probes.gather.session import Session
from probes.gather.undo import take_back, undo_of
from probes.gather.write_evidence import AuditTrail, WriteRoundTrip
from probes.gather.write_targets import Target, creator_undone_by
from runtime.systems.exchange import Exchange, Seen


def try_create(session: Session, system: str, target: Target) -> Found:
    """Yields round trip, repeat trial and, for a CRM, what its log said; a delete is tried on a record of our own."""
    deleted = target.name if target.effect and target.effect.does == "delete" else None
    maker = creator_undone_by(session.estate, system, deleted) if deleted else target
    assert maker and maker.operation and maker.effect
    subject = Subject(unit=system, item=target.name)
    arguments, lacking = example_body(session.samples, session.estate, system, maker.operation, session.now)
    if lacking:
        detail = f"writes.example of {system} gives no value for {', '.join(lacking)} of {maker.name}"
        yield from (missing(kind, subject, "needs", detail) for kind in (WriteRoundTrip, RepeatTrial))
        return
    trial = prepared(session, system, maker.name, maker.operation, maker.effect, arguments)
    try:
        first = send(session, system, trial)
        if first.seen is not Seen.OK:
            yield from _not_accepted(session, subject, trial, first)
            return
        seen = read_back(
            session,
            system,
            trial.name,
            trial.effect,
            trial.arguments,
            trial.entries[0][1],
            None,
            until=lambda r: bool(r.record) and not differing(trial.said(), r.record),
        )
        repeat = _repeat(session, system, trial, first) if deleted is None else None
        audit = _audit(session, system, trial, first)
    finally:
        for entry, answer in trial.entries:
            trial.taken.append(take_back(session, entry, system, trial.name, trial.effect, trial.arguments, answer))
        close_open(session, system, trial.name)
    yield _round_trip(session, subject, "delete" if deleted else "create", trial, first, seen)
    yield repeat or _repeated_delete(session, subject, trial)
    if audit and session.get(AuditTrail, system) is None:
        yield audit


def _not_accepted(session: Session, subject: Subject, trial: Trial, first: Exchange) -> Found:
    """Refused: the example does not fit or the right is lacking; nothing is said about the operation itself."""
    shot = session.shot(first)
    detail = f"{trial.name} answered {first.status or first.seen} to the example: {shot.response[:300]}"
    unfit = first.seen is Seen.REFUSED and first.status not in (401, 403)
    cause: Cause = "needs" if unfit else cause_of_answer(first)
    do = f"correct writes.example of {subject.unit} so that {trial.name} takes it, and collect again" if unfit else ""
    yield from (missing(kind, subject, cause, detail, do) for kind in (WriteRoundTrip, RepeatTrial))


def _repeat(session: Session, system: str, trial: Trial, first: Exchange) -> RepeatTrial | Missing:
    """With a key: the same again. Then, with or without: does our own reference find exactly what exists?"""
    subject = Subject(unit=system, item=trial.name)
    second = send(session, system, trial) if trial.header else None
    if second is not None and second.seen not in (Seen.OK, Seen.REFUSED):
        says = f"{trial.name} answered {second.status or second.seen} when it was sent again"
        return missing(RepeatTrial, subject, cause_of_answer(second), says)
    ids = [identity_of(answer) for _, answer in trial.entries]
    if len(ids) > 1 and None in ids and not trial.reference:
        says = f"the answers of {trial.name} name no record, so whether one or two came to be cannot be told"
        return missing(RepeatTrial, subject, "needs", says)
    by_key = second is not None and (len(ids) == 1 and (second.seen is Seen.OK or second.status in (400, 409, 422)))
    search = _search(session, system, trial, len(trial.entries)) if trial.reference and not by_key else None
    if search is not None and search.readable and not search.answered:
        says = f"the search for our own reference after {trial.name} was not answered"
        return missing(RepeatTrial, subject, cause_of_answer(search.exchanges[-1]), says)
    found = search is not None and search.answered and len(search.records) == len(trial.entries)
    return RepeatTrial(
        subject=subject,
        measured_at=session.now,
        does="create",
        by="key" if by_key else "read_back" if found else "no",
        offered=trial.header is not None,
        header=trial.header,
        named=trial.header is None or (trial.effect.repeat is not None and trial.effect.repeat.key == trial.header),
        find=trial.effect.repeat.find if trial.effect.repeat and found else None,
        settle_s=round(max(search.settle_s, 0.0), 2) if search else 0.0,
        records=len(trial.entries),
        second_key_honoured=by_key if second else None,
        honoured=int(by_key) if second else None,
        first=session.shot(first),
        second=session.shot(second) if second else None,
        search=session.shot(search.exchanges[-1]) if search and search.exchanges else None,
    )


def _search(session: Session, system: str, trial: Trial, expected: int) -> ReadBack | None:
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
    session: Session, subject: Subject, does: Any, trial: Trial, first: Exchange, seen: ReadBack
) -> WriteRoundTrip:
    other = differing(trial.said(), seen.record) if seen.record is not None else ()
    taken = next(
        (t for t in trial.taken if t.how in ("not_undone", "none_offered", "unclear")),
        trial.taken[0] if trial.taken else None,
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
            ".".join(way)
            for way, v in leaves(trial.said())
            if (seen_v := value_at(seen.record, way)) is not None and same(seen_v, v)
        ),
        dropped=other,
        settle_s=round(seen.settle_s, 2),
        undone=taken.how if taken else "nothing_to_undo",
        undo=undo.id if undo else "",
        undo_says=taken.says if taken else "",
        example=_example_words(session, trial),
        faults=answer_faults(trial.operation, first) if schema_for(trial.operation, first.status) else None,
        write=session.shot(first),
        read=session.shot(seen.exchanges[-1]) if seen.exchanges else None,
        undo_shots=taken.shots if taken else (),
    )


def _repeated_delete(session: Session, subject: Subject, trial: Trial) -> RepeatTrial | Missing:
    """Deleting by id twice deletes once: RFC 9110, 9.2.2; what matters is that the end can be read."""
    if any(t.how == "unclear" for t in trial.taken):
        return missing(RepeatTrial, subject, "failed", trial.taken[0].says)
    ended = bool(trial.taken) and trial.taken[0].how in ("removed", "reversed", "soft_delete")
    return RepeatTrial(
        subject=subject, measured_at=session.now, does="delete", by="read_back" if ended else "no", offered=False
    )


def _audit(session: Session, system: str, trial: Trial, first: Exchange) -> AuditTrail | Missing | None:
    if session.settings(system).role != "crm" or session.get(AuditTrail, system) is not None:
        return None
    return look_up(session, system, trial.name, identity_of(trial.entries[0][1]))


def _example_words(session: Session, trial: Trial) -> str:
    money = trial.effect.money_out
    if money and money.field and money.field in trial.arguments:
        return f"{trial.arguments[money.field]} {trial.arguments.get('currency', session.estate.currency)}"
    return ""

"""An update sent again, and an update that rests on an outdated state of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.envelope import Way, value_at
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.read_back import read_back, reader_of
from probes.gather.repeat import RepeatTrial
from probes.gather.sent_and_found import same
from probes.gather.session import Session
from probes.gather.write_evidence import StaleChange
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation


def outdated(
    session: Session,
    system: str,
    name: str,
    operation: Operation,
    change: Mapping[str, Any],
    before: Exchange,
    after: Exchange,
    dropped: bool,
    old: str | None,
) -> StaleChange:
    """Sends the change again as someone would who had read the record before it (RFC 9110, 13.1.1).

    Args:
        old: the ETag from before, where If-Match takes it.
    """
    new = after.header("ETag")
    if not old:
        weak = before.header("ETag")
        why = f"If-Match refuses even the current ETag {weak}" if weak else "the record is read without an ETag"
        return StaleChange(
            operation=name, answer="weak_etag" if weak else "no_etag", why=why, shots=(session.shot(before),)
        )
    if dropped:
        return StaleChange(
            operation=name,
            etag=old,
            answer="not_tried",
            why="the change did not stick, so no state is outdated",
            shots=(session.shot(after),),
        )
    if old == new:
        return StaleChange(
            operation=name,
            etag=old,
            answer="same_etag",
            why="the record changed and its ETag did not",
            shots=(session.shot(before), session.shot(after)),
        )
    exchange = send_change(session, system, operation, change, {"If-Match": old})
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


def repeated(
    session: Session,
    subject: Subject,
    name: str,
    operation: Operation,
    effect: Effect,
    change: Mapping[str, Any],
    first: Exchange,
    fields: list[tuple[Way, Any]],
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
            f"mend {subject} first, then run `cxready collect DIR` again",
        )
    again = send_change(session, subject.unit, operation, change, {})
    if again.status == 428:  # the system insists on If-Match: a blind repeat cannot happen
        again = first
    if again.seen not in (Seen.OK, Seen.REFUSED) or again.status in (401, 403):
        says = f"{name} answered {again.status or again.seen} when it was sent again"
        return missing(RepeatTrial, subject, cause_of_answer(again), says)
    seen = read_back(session, subject.unit, name, effect, change, again.body, None)
    if not seen.answered:
        return missing(RepeatTrial, subject, "failed", f"the record could not be read after repeating {name}")
    stable = seen.record is not None and all(same(value_at(seen.record, way), value) for way, value in fields)
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


def send_change(
    session: Session, system: str, operation: Operation, change: Mapping[str, Any], headers: Mapping[str, str]
) -> Exchange:
    return session.writer(system).call(
        operation.id, change, headers=headers, why=Why(f"write: try {operation.id}", "writes_stick", session.run)
    )

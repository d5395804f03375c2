"""Taking a written record back, and reading that it is gone: removed, reversed, a soft delete, or left behind.

A soft delete is legitimate (a ticket system keeps closed tickets); it is named, not blamed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from probes.artifact import Shot
from probes.gather.envelope import field_of, identity_of, leaves, plain, record_in, value_at
from probes.gather.guarded import find_operation
from probes.gather.plan import KEPT_FOR_CLEANUP
from probes.gather.read_back import ReadBack, read_back
from probes.gather.session import Session
from probes.gather.undo_arguments import undo_arguments
from runtime.errors import CxreadyError, Refused, Unreachable
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen, System, Why
from runtime.systems.surface import Operation

How = Literal["removed", "reversed", "soft_delete", "not_undone", "none_offered", "unclear"]
NOT_OUR_WORD = (400, 401, 403, 422)  # the undo was asked wrongly or without the right: no word about the operation
_OVER = re.compile(r"revers|void|cancel|delet|clos|inactiv|archiv|withdraw|recall|refunded|remov", re.IGNORECASE)


@dataclass(frozen=True)
class TakenBack:
    """How a record went, in a sentence, with the exchanges that show it.

    `again`: nobody said no; the ledger's entry stays open and the next run tries once more. `soon`: the system answered
    with a fault of its own, so that a moment later may do. `existed`: there was something to take back.
    """

    how: How
    says: str
    shots: tuple[Shot, ...] = field(default_factory=tuple)
    again: bool = False
    soon: bool = False
    existed: bool = True

    @property
    def gone(self) -> bool:
        return self.how in ("removed", "reversed", "soft_delete")


def take_back(
    session: Session,
    entry: int,
    system: str,
    operation: str,
    effect: Effect | None,
    arguments: Mapping[str, Any],
    answer: Any,
    before: Any = None,
) -> TakenBack:
    """Undoes one write and closes its ledger entry by what was read back.

    `before` is the record as it was, for an update; None for a record of our own.
    """
    try:
        taken = _taken(session, system, operation, effect, arguments, answer, before)
    except CxreadyError as error:
        says = f"{system}.{operation}: {named(answer, arguments)} could not be taken back: {error.what}"
        taken = TakenBack("unclear", says, again=isinstance(error, Refused | Unreachable))
    if taken.gone:
        session.ledger.undone(entry, "removed" if taken.how == "removed" else "reversed")
    elif taken.again:
        session.ledger.postponed(entry, taken.says)
    else:
        session.ledger.left_behind(entry, taken.says)
    return taken


def named(answer: Any, arguments: Any = None) -> str:
    """The record as a person can find it: its id, else what it was sent with."""
    found = identity_of(answer) or identity_of(arguments)
    return f"the record {found}" if found else "the record"


def undo_of(session: Session, system: str, operation: str, effect: Effect | None) -> Operation | None:
    """The operation that takes a write back; an update without one is written back by itself."""
    if effect is None:
        return None
    name = effect.undo or (operation if effect.does == "update" else None)
    return find_operation(session.surface(system), name) if name else None


def _taken(
    session: Session,
    system: str,
    operation: str,
    effect: Effect | None,
    arguments: Mapping[str, Any],
    answer: Any,
    before: Any,
) -> TakenBack:
    undo = undo_of(session, system, operation, effect)
    if undo is None or effect is None:
        says = f"{system}.{operation}: no operation takes {named(answer, arguments)} back; it stays"
        return TakenBack("none_offered", says)
    sent = undo_arguments(undo, effect, arguments, answer, before)
    why = Why(f"write: take back {operation}", "writes_stick", session.run)
    exchange = _by_whoever_may(session, system, operation, undo, effect, sent, why)
    shots = [session.shot(exchange)]
    seen = read_back(session, system, operation, effect, arguments, answer, None)
    shots += [session.shot(e) for e in seen.exchanges[-1:]]
    return _judged(system, operation, undo, exchange, seen, answer, before, arguments, tuple(shots))


def _by_whoever_may(
    session: Session, system: str, operation: str, undo: Operation, effect: Effect, sent: Mapping[str, Any], why: Why
) -> Exchange:
    """`audit` removes and reverses; where it may not, the writer does, and from then on at once."""
    other = session.writer(system)
    first: System = session.cleaner(system) if effect.undo and (system, undo.id) not in session.may_not else other
    exchange = first.call(undo.id, sent, why=why)
    if exchange.status not in (401, 403) or other is first:
        return exchange
    session.may_not.add((system, undo.id))
    with session.taking_back(system, KEPT_FOR_CLEANUP):
        return other.call(undo.id, sent, why=why)


def _judged(
    system: str,
    operation: str,
    undo: Operation,
    exchange: Exchange,
    seen: ReadBack,
    answer: Any,
    before: Any,
    arguments: Mapping[str, Any],
    shots: tuple[Shot, ...],
) -> TakenBack:
    name = f"{system}.{undo.id}"
    if exchange.seen is Seen.OK and seen.exchanges and seen.exchanges[-1].status == 403:
        return TakenBack("removed", f"{name} removed the record: reading it is refused from then on", shots)
    if before is None and exchange.seen not in (Seen.OK, Seen.REFUSED) and (over := _over_already(answer, seen)):
        # by an earlier try, whose answer or whose run was lost: some systems answer a second removal with a fault
        how: How = "soft_delete" if undo.method == "DELETE" else "reversed"
        return TakenBack(how, f"{name} answered {exchange.status}; the record is {over} already", shots)
    if _says_nothing(exchange, seen):
        says = (
            f"{name} answered {exchange.status or 'nothing'} to taking {named(answer, arguments)} back; {_looked(seen)}"
        )
        fault = exchange.seen not in (Seen.OK, Seen.REFUSED)
        return TakenBack("unclear", says, shots, again=fault, soon=fault)
    if before is not None:
        same = seen.record is not None and all(
            value_at(seen.record, way) in (None, value)
            for way, value in leaves({k: v for k, v in before.items() if k in arguments})
        )
        return (
            TakenBack("reversed", f"{name} put the record back as it was", shots)
            if same
            else TakenBack("not_undone", f"{name} did not put the record back", shots)
        )
    if seen.gone:
        return TakenBack("removed", f"{name} removed the record: it can no longer be read", shots)
    marked = _mark_of_end(answer, seen.record)
    if marked and undo.method == "DELETE":
        return TakenBack("soft_delete", f"{name} keeps the record and marks it {marked}: a soft delete", shots)
    if marked:
        return TakenBack("reversed", f"{name} reversed the record: it is now {marked}", shots)
    if not seen.readable and exchange.seen is Seen.OK:
        return TakenBack("reversed", f"{name} answered {exchange.status}; the record itself cannot be read back", shots)
    return TakenBack(
        "not_undone",
        f"{name} answered {exchange.status}, and {named(answer, arguments)} of {operation} is still there unchanged",
        shots,
    )


def _over_already(answer: Any, seen: ReadBack) -> str:
    """How a record that was not taken back just now says that it is over; a plain "closed" may be how it began."""
    marked = _mark_of_end(answer, seen.record) if seen.answered else ""
    return marked if re.search(r"delet|remov|revers|void|cancel|withdraw|recall", marked, re.IGNORECASE) else ""


def _says_nothing(exchange: Exchange, seen: ReadBack) -> bool:
    """A fault, a wall, a lack of rights or a read that was not answered: the record may be gone or not."""
    if seen.gone or (seen.answered and seen.record is not None and exchange.seen is Seen.OK):
        return False
    asked_in_vain = exchange.seen not in (Seen.OK, Seen.REFUSED) or exchange.status in NOT_OUR_WORD
    return asked_in_vain or (seen.readable and not seen.answered)


def _looked(seen: ReadBack) -> str:
    if not seen.readable:
        return "the record itself cannot be read back"
    return "the record is still there" if seen.record is not None else "reading it back was not answered"


def _mark_of_end(before: Any, after: Any) -> str:
    """The status word that says that a record is over, when it changed to one; empty otherwise."""
    before, after = record_in(before), record_in(after)
    if not isinstance(after, Mapping):
        return ""
    for name, value in after.items():
        changed = field_of(before, name) != value
        if (
            changed
            and isinstance(value, str)
            and _OVER.search(value)
            and plain(name) in ("status", "state", "lifecycle", "phase", "stage")
        ):
            return f"{name} {value}"
        if (
            changed
            and value not in (None, False, "", 0)
            and re.search(
                r"^(is)?(deleted|archived|voided|cancelled|reversed|closed|inactive)(at|on)?$", plain(str(name))
            )
        ):
            return str(name)
    return ""

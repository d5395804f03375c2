"""Cleaning up what a request without an answer, or a run that died, may have left: found by our own reference, undone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from typing import Any

from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.read_back import read_back
from probes.gather.session import Session
from probes.gather.undo import TakenBack, take_back
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.write_ledger import Entry

_IDENTIFIES = re.compile(r"(?i)(id|key|number|reference|account|queue)$")
PATIENCE = (1.0, 4.0)  # seconds before a second and a third try at the end of a run
LOCAL = "local"  # the queue of a drill, a file in a folder that ends with the run


def clean_up(
    session: Session, kept: int, run: str | None = None, *, pauses: Sequence[float] = ()
) -> dict[int, TakenBack]:
    """Takes back every open write, of one run or of all; what the plan or the budget does not allow stays open.

    Args:
        pauses: seconds before each further try of what a system answered with a fault of its own, like a database that
            was locked for a moment.

    Returns:
        what became of each entry of the ledger, by its number.
    """
    done = _round(session, kept, session.ledger.open(run))
    for pause in pauses:
        faulty = [entry for entry in session.ledger.open(run) if entry.id in done and done[entry.id].soon]
        if not faulty:
            break
        time.sleep(pause)
        done |= _round(session, kept, faulty)
    return done


def left_by(session: Session) -> list[str]:
    """A sentence for each write, of this run or an earlier one, that is not known to be gone."""
    redact = session.trace.redactor.text
    return [redact(in_words(e)) for e in session.ledger.entries() if e.open or _left_now(session, e)]


def planned(estate: Estate, entries: Iterable[Entry]) -> list[PlanLine]:
    """What taking back the open writes of earlier runs would send."""
    lines: list[PlanLine] = []
    for entry in entries:
        effect = estate.effect(f"{entry.system}.{entry.operation}")
        if entry.system not in estate.systems or entry.never_sent or effect is None:
            continue
        surface = surface_of(estate, entry.system)
        finder = effect.repeat.find if effect.repeat and not entry.record else None
        names = dict.fromkeys([finder, effect.undo or entry.undo, effect.read_back])
        purpose = f"take back what run {entry.run} left: {entry.operation}"
        lines += [
            line(entry.system, found, purpose, "clean_up", 1)
            for name in names
            if name and (found := find_operation(surface, name))
        ]
    return lines


def take_back_open(session: Session, entry: Entry) -> TakenBack:
    """Cleans up after a run that died: finds the record by our reference where the answer was lost, undoes it, reads
    back.
    """
    name = f"{entry.system}.{entry.operation}"
    if entry.never_sent:
        session.ledger.nothing(entry.id)
        return TakenBack("removed", f"{name}: it had not been sent", existed=False)
    effect = session.estate.effect(name)
    answer: Any = dict(entry.record) or None
    if effect and effect.does == "update":
        before = dict(entry.undo_arguments)
        return take_back(
            session, entry.id, entry.system, entry.operation, effect, entry.arguments, answer or entry.arguments, before
        )
    if answer:
        return take_back(
            session, entry.id, entry.system, entry.operation, _with_undo(effect, entry), entry.arguments, answer
        )
    return _found_again(session, entry, effect)


def close_open(session: Session, system: str, operation: str) -> None:
    """Looks up and takes back what requests without an answer may have created."""
    for entry in session.ledger.open(session.run):
        if entry.system == system and entry.operation == operation:
            take_back_open(session, entry)


def _round(session: Session, kept: int, entries: Iterable[Entry]) -> dict[int, TakenBack]:
    done = {}
    for entry in entries:
        if entry.system in session.estate.systems:
            session.tell(entry.system, f"taking back {entry.operation}")
            with session.taking_back(entry.system, kept):
                done[entry.id] = _taken_back_now(session, entry)
        elif entry.system == LOCAL:
            session.ledger.nothing(entry.id)  # the drill's own queue went with its folder
    return done


def _found_again(session: Session, entry: Entry, effect: Effect | None) -> TakenBack:
    reference = _own_reference(entry)
    finder = effect.repeat.find if effect and effect.repeat else None
    if not finder or not reference or not effect:
        says = (
            f"{entry.system}.{entry.operation} of {entry.at:%Y-%m-%d %H:%M:%S} UTC: the answer was lost and the effects file "
            f"names no search that finds the record; look for {reference or _words(entry)}"
        )
        session.ledger.left_behind(entry.id, says)
        return TakenBack("not_undone", says)
    found = read_back(session, entry.system, entry.operation, effect, entry.arguments, None, reference, by_find=True)
    if not found.answered:
        shown = " (the search gave records that do not show it)" if found.unproved else ""
        says = f"{entry.system}.{entry.operation}: {reference} could not be looked up{shown}; the next run tries again"
        session.ledger.postponed(entry.id, says)
        return TakenBack("unclear", says, again=True, soon=True)
    if not found.records:
        session.ledger.nothing(entry.id)
        return TakenBack("removed", f"{entry.system}.{entry.operation}: nothing had been created", existed=False)
    taken = [
        take_back(session, entry.id, entry.system, entry.operation, effect, entry.arguments, record)
        for record in found.records
    ]
    return next((t for t in taken if not t.gone), taken[-1])


def _taken_back_now(session: Session, entry: Entry) -> TakenBack:
    try:
        return take_back_open(session, entry)
    except CxreadyError as error:
        says = f"{entry.system}.{entry.operation}: not taken back yet: {error.what}"
        session.ledger.postponed(entry.id, says)
        return TakenBack("unclear", says, again=True)


def _left_now(session: Session, entry: Entry) -> bool:
    """Left behind by this run, or by an earlier one as this run found out."""
    found_out = entry.changed is not None and entry.changed >= session.now
    return entry.state == "left_behind" and (entry.run == session.run or found_out)


def in_words(entry: Entry) -> str:
    """Named so that a person finds it: by what was said, else by the reference or the time."""
    if entry.why:
        return entry.why
    mark = entry.record.get("id") or _own_reference(entry) or _words(entry)
    return f"{entry.system}.{entry.operation} of {entry.at:%Y-%m-%d %H:%M:%S} UTC: {mark} is not taken back yet"


def _words(entry: Entry) -> str:
    """What was sent, in short, where it carries no reference."""
    names = [k for k, v in entry.arguments.items() if _IDENTIFIES.search(k) and isinstance(v, str | int)]
    said = ", ".join(f"{name} {entry.arguments[name]}" for name in names)
    return f"a record made at that time with {said}" if said else "a record made at that time"


def _own_reference(entry: Entry) -> str | None:
    marker = f"cxready-{entry.run}-"
    for value in entry.arguments.values():
        found = re.search(re.escape(marker) + r"\d+", str(value))
        if found:
            return found.group()
    return None


def _with_undo(effect: Effect | None, entry: Entry) -> Effect | None:
    """The ledger's own undo where the effects file does not name one."""
    if effect and (effect.undo or effect.does == "update"):
        return effect
    if not entry.undo:
        return effect
    base = effect or Effect(does="create")
    return base.model_copy(
        update={"undo": entry.undo.rpartition(".")[2] if entry.undo.startswith(f"{entry.system}.") else entry.undo}
    )

"""Cleaning up what a request without an answer, or a run that died, may have left: found by our own reference, undone."""

from __future__ import annotations

import re
from typing import Any

from probes.gather.read_back import read_back
from probes.gather.session import Session
from probes.gather.undo import TakenBack, take_back
from runtime.guardrails.effects import Effect
from runtime.systems.write_ledger import Entry


def take_back_open(session: Session, entry: Entry) -> TakenBack:
    """Cleans up after a run that died: finds the record by our reference where the answer was lost, undoes it, reads
    back.
    """
    effect = session.estate.effect(f"{entry.system}.{entry.operation}")
    answer: Any = dict(entry.record) or None
    if effect and effect.does == "update":
        return take_back(
            session,
            entry.id,
            entry.system,
            entry.operation,
            effect,
            entry.arguments,
            answer or entry.arguments,
            dict(entry.undo_arguments),
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


def _found_again(session: Session, entry: Entry, effect: Effect | None) -> TakenBack:
    reference = _own_reference(entry)
    finder = effect.repeat.find if effect and effect.repeat else None
    if not finder or not reference or not effect:
        says = f"{entry.system}.{entry.operation}: the answer was lost and the system offers no way to find the record"
        session.ledger.left_behind(entry.id, says)
        return TakenBack("not_undone", says)
    found = read_back(session, entry.system, entry.operation, effect, entry.arguments, None, reference, by_find=True)
    if not found.answered:
        return TakenBack(
            "unclear", f"{entry.system}.{entry.operation}: could not be looked up; the next run tries again"
        )
    if not found.records:
        session.ledger.nothing(entry.id)
        return TakenBack("removed", f"{entry.system}.{entry.operation}: nothing had been created")
    taken = [
        take_back(session, entry.id, entry.system, entry.operation, effect, entry.arguments, record)
        for record in found.records
    ]
    return next((t for t in taken if t.how in ("not_undone", "unclear")), taken[-1])


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

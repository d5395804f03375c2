"""The state of a pilot as its files tell it: gates, stages, what waits, what is stuck. Only reads, needs no lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from runtime import decision_log, exactly_once
from runtime.cases.approval import is_approval
from runtime.escalation import answer, outbox
from runtime.estate import Estate
from runtime.gate import Gate
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.reading_back import after_stop, near_misses
from runtime.guardrails.tightened import Tightened
from runtime.piloting import delivery_state
from runtime.piloting.gate_check import allowed
from runtime.piloting.pilot_settings import PilotFile
from runtime.storage import tables
from runtime.storage.database import Connection, place_of


def open_log(home: Path) -> Connection:
    """The pilot's database with all its tables; made when absent."""
    connection = decision_log.connect(place_of(home))
    tables.prepare(connection)
    return connection


@dataclass(frozen=True)
class PilotState:
    """`broken`: what `verify` says of the log's chains; empty is good. `tightened` is in minor units or a count."""

    workflows: Mapping[str, Mapping[str, str]]
    is_stopped: bool
    outcomes: Mapping[str, int]
    waiting: tuple[Mapping[str, str], ...]
    stuck: tuple[Mapping[str, str], ...]
    handoffs: Mapping[str, Any]
    open_effects: tuple[Mapping[str, str], ...]
    tightened: Mapping[str, Mapping[str, int]]
    enforcement: tuple[str, ...]
    broken: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def state_of(estate: Estate, gate: Gate, settings: PilotFile, home: Path, *, today: date) -> PilotState:
    """Reads everything of `DIR/.cxready`."""
    connection = open_log(home)
    try:
        ends = [row.detail.get("outcome", "") for row in decision_log.rows(connection) if row.step == "99 outcome"]
        limits = Tightened(place_of(home))
        return PilotState(
            workflows={name: _workflow(name, gate, estate, settings, today) for name in estate.goals},
            is_stopped=KillSwitch(home).is_on() or settings.stopped,
            outcomes=dict(Counter(map(str, ends))),
            waiting=tuple(_waiting(connection)),
            stuck=tuple(delivery_state.stuck(connection)),
            handoffs=delivery_state.on_their_way(connection),
            open_effects=tuple(
                {"case": run, "operation": operation} for run, operation in exactly_once.open_intents(connection)
            ),
            tightened={name: found for name in estate.guardrails.actions if (found := limits.in_force(name))},
            enforcement=tuple(_enforcement(connection, home)),
            broken=tuple(decision_log.verify(connection)),
        )
    finally:
        connection.close()


def _enforcement(connection: Connection, home: Path) -> Iterator[str]:
    """Sentences: near misses, and what a stop that is set has stopped."""
    yield near_misses(connection).says()
    stopped = after_stop(connection, home)
    if stopped is not None:
        yield stopped.says()


def _workflow(name: str, gate: Gate, estate: Estate, settings: PilotFile, today: date) -> Mapping[str, str]:
    found = allowed(name, gate, estate, settings, today=today)
    own = gate.workflows.get(name)
    stage = settings.workflows[name].stage if name in settings.workflows else "not piloted"
    return {"gate": own.autonomy if own else "blocked", "stage": stage, "now": found.autonomy, "why": found.why}


def _waiting(connection: Connection) -> list[Mapping[str, str]]:
    found = [row.handoff for row in outbox.rows(connection)]
    return [
        {
            "case": h.case,
            "handoff": h.handoff_id,
            "question": h.ask.question,
            "until": h.ask.decide_by.isoformat() if h.ask.decide_by else "",
        }
        for h in found
        if is_approval(h) and answer.decision_of(connection, h.handoff_id) is None
    ]

"""Who speaks while a person has a case, for practice: the runtime's own rule on a disposable table, and one note on the drill's ticket."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from probes.escalation.artifacts import SilenceDrill
from probes.finding import Subject
from probes.gather.drill import Drill
from runtime.escalation import conversation
from runtime.escalation.destinations.destination import DeliveryFailed

CUSTOMER, CHANNEL, CASE = "drill-customer", "chat", "drill-case"
NOTE = "The customer wrote again; the agent has not answered. Quoted, no instruction:\n> “Any news?” [cxready test]"


def silence_drill(drill: Drill, key: str) -> SilenceDrill:
    """Runs the drill on the ticket with this key."""
    noted, unclear = _noted(drill, key)
    place = drill.place_of(key)
    return SilenceDrill(
        subject=Subject(unit="*"),
        measured_at=drill.session.now,
        destination=place.name,
        held=dict(_held(drill, key)),
        noted=noted,
        unclear=unclear,
    )


def _held(drill: Drill, key: str) -> list[tuple[str, bool]]:
    """Each situation, and whether the runtime did what it should: silent while a person has it, and only there."""
    now, hours = drill.session.now, drill.session.estate.escalation.answers.silent_hours
    connection = sqlite3.connect(":memory:")
    conversation.prepare(connection)

    def silent(customer: str = CUSTOMER, channel: str = CHANNEL, case: str = "drill-next", late: float = 0.1) -> bool:
        at = now + timedelta(hours=late)
        return conversation.with_person(connection, customer, channel, case=case, now=at, hours=hours) is not None

    before = silent()
    conversation.give_to_person(connection, key, customer=CUSTOMER, channel=CHANNEL, case=CASE, now=now)
    found = [
        ("before anybody has it, the agent answers", not before),
        ("the customer's next message", silent()),
        ("one more message, a day later", silent(case="drill-third", late=min(24.0, hours / 2))),
        ("another customer is answered", not silent(customer="somebody-else")),
        ("a conversation on another channel is answered", not silent(channel="email")),
        ("after the longest time the agent answers again", not silent(late=hours + 1)),
    ]
    conversation.give_back(connection, case=CASE, why="drill", now=now)
    found.append(("given back, the agent answers again", not silent()))
    connection.close()
    return found


def _noted(drill: Drill, key: str) -> tuple[bool | None, str]:
    """Whether the ticket takes a note, so that the customer's words reach the person who has the case."""
    place, row = drill.place_of(key), drill.row(key)
    if not place.comments:
        return False, ""
    if row is None or not row.remote_id:
        return None, "the drill's ticket is not there"
    try:
        place.comment(row.remote_id, NOTE, f"{key}.said")
    except DeliveryFailed as failed:
        return (False, "") if failed.by_system and not failed.doubt else (None, failed.says)
    return True, ""

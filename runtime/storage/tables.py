"""All parts that keep a table in `pilot.sqlite`; each one's `prepare` makes it when it is absent."""

from __future__ import annotations

from runtime import exactly_once, memory, promises
from runtime.cases import waiting_cases
from runtime.engine import executor
from runtime.escalation import answer, conversation, feedback, notices, outbox, ticket_notes
from runtime.guardrails import confirmations
from runtime.storage.database import Connection

PARTS = (
    exactly_once,
    outbox,
    answer,
    memory,
    promises,
    conversation,
    feedback,
    notices,
    ticket_notes,
    confirmations,
    waiting_cases,
    executor,
)


def prepare(connection: Connection) -> None:
    """Creates what is absent; harmless when all is there."""
    for part in PARTS:
        part.prepare(connection)

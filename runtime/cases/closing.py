"""A case comes back from a person: the result stands on its ticket once, and the agent may speak again; or the customer writes
while a person has the case, and the words go to that person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runtime import decision_log
from runtime.escalation import answer, conversation, outbox, ticket_notes
from runtime.escalation.business_words import spoken
from runtime.escalation.delivery import is_closed
from runtime.escalation.destinations.destination import DeliveryFailed
from runtime.escalation.form import cut
from runtime.escalation.strange_words import quoted, unarmed
from runtime.piloting.pilot import Pilot
from runtime.redaction import redact

LONGEST_MESSAGE = 600


def close_case(pilot: Pilot, run: str, outcome: str) -> None:
    """After a case has ended: what came of a person's decision goes on its ticket, and the conversation is given back.

    One that nobody decided in time stays with the person: the customer waits for them, not for the agent.
    """
    if not pilot.is_live:
        return
    now = datetime.now(UTC)
    for row in outbox.of_case(pilot.connection, run):
        handoff = row.handoff
        if not any(option.effect for option in handoff.ask.options):
            continue
        decided = answer.decision_of(pilot.connection, row.id)
        text = _result(pilot, run, decided["option"] if decided else "", outcome)
        with pilot.connection:
            ticket_notes.add(pilot.connection, row.id, f"{row.id}.result", "result", text, now=now)
        if decided and outcome in ("resolved", "refused"):
            conversation.give_back(pilot.connection, case=run, why="decided", now=now)
    write_notes(pilot)


def still_with_person(pilot: Pilot, case: Mapping[str, Any]) -> conversation.WithPerson | None:
    """The open case of this conversation, if a person still has it: a closed ticket gives it back. In shadow nobody has."""
    if not pilot.is_live:
        return None
    now = datetime.now(UTC)
    hours = pilot.estate.escalation.answers.silent_hours
    found = conversation.with_person(
        pilot.connection, str(case.get("customer") or ""), str(case.get("channel") or ""), case=str(case["case"]), now=now, hours=hours
    )  # fmt: skip
    if found is None:
        return None
    if _is_closed(pilot, found.handoff_id):
        conversation.give_back(pilot.connection, case=found.case, why="ticket closed", now=now)
        return still_with_person(pilot, case)
    return found


def pass_on(pilot: Pilot, case: Mapping[str, Any], found: conversation.WithPerson) -> bool:
    """Puts the customer's words on the person's ticket, quoted and cut; False where no note can be written there."""
    row = outbox.row(pilot.connection, found.handoff_id)
    name = (row.delivered_to or row.destination) if row else ""
    destination = pilot.destinations.get(name)
    if destination is None or not destination.comments:
        return False
    words = cut(unarmed(str(redact(cut(str(case.get("message", "")), LONGEST_MESSAGE * 2)))), LONGEST_MESSAGE)
    text = f"The customer wrote again; the agent has not answered. Quoted, no instruction:\n> {quoted(words)}"
    with pilot.connection:
        ticket_notes.add(
            pilot.connection, found.handoff_id, f"{case['case']}.said", "message", text, now=datetime.now(UTC)
        )
    write_notes(pilot)
    return True


def write_notes(pilot: Pilot) -> int:
    """Writes the notes that are due; in shadow there are none, and no credential for them is loaded."""
    if not pilot.is_live:
        return 0
    return ticket_notes.write(pilot.connection, pilot.destinations, now=datetime.now(UTC))


def _result(pilot: Pilot, run: str, option: str, outcome: str) -> str:
    """What was done after the decision, from the log's rows."""
    rows = [
        row for row in decision_log.rows(pilot.connection, run) if row.operation and not row.step.startswith("proxy.")
    ]
    last = {row.operation: row.effect for row in rows if pilot.estate.is_write(row.operation) and row.effect}
    done = [spoken(name) for name, effect in last.items() if effect == "done"]
    unclear = [spoken(name) for name, effect in last.items() if effect in ("unknown", "intent")]
    says = f"Result: decided “{option}”." if option else "Result: the deadline has passed, nobody decided."
    says += f" Done: {', '.join(done)}." if done else " Nothing was done."
    says += f" Not known whether it was done, please check: {', '.join(unclear)}." if unclear else ""
    return says + (
        " The agent speaks to this customer again."
        if option and outcome in ("resolved", "refused")
        else " The customer waits for your answer."
    )


def _is_closed(pilot: Pilot, handoff_id: str) -> bool:
    """Whether the ticket says that its person is done; what cannot be asked stays open."""
    row = outbox.row(pilot.connection, handoff_id)
    destination = pilot.destinations.get(row.delivered_to) if row else None
    if row is None or destination is None or not destination.reads or row.state != "delivered":
        return False
    try:
        return is_closed(destination.read(row.remote_id))
    except DeliveryFailed:
        return False

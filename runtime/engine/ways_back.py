"""What happens between cases: handoffs and notes go out, people are told and reminded, answers are taken in by every way.

`look_around` is called every few seconds while the console runs, by `cxready pilot deliver`, and before cases are taken up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.cases.approval import is_approval, waiting
from runtime.cases.closing import write_notes
from runtime.cases.hand_off import look_for_decision, rules_of
from runtime.errors import CxreadyError
from runtime.escalation import notices, outbox
from runtime.escalation.answer_settings import Answers
from runtime.escalation.destinations.way import Way
from runtime.escalation.form import Handoff
from runtime.escalation.link_keys import link_keys
from runtime.escalation.mailbox import ImapMailbox, MailboxFailed
from runtime.escalation.reply_mail import take_replies
from runtime.piloting.pilot import Pilot


@dataclass(frozen=True)
class Looked:
    """`decided`: handoffs about which a decision counts that was not there before; `problems` are sentences for the log."""

    delivered: int
    told: int
    notes: int
    decided: tuple[Handoff, ...]
    problems: tuple[str, ...] = ()


def look_around(pilot: Pilot) -> Looked:
    """One round. Nothing that a destination or mailbox does stops the rest."""
    sent = [row for row in pilot.deliver() if row.state in ("delivered", "accepted")]
    told = _tell(pilot)
    before = waiting(pilot)
    problems = _replies(pilot)
    decided = [handoff for handoff in before if look_for_decision(pilot, handoff.handoff_id)]
    return Looked(len(sent), told, write_notes(pilot), tuple(decided), tuple(problems))


def _tell(pilot: Pilot) -> int:
    """Notices about what waits for a decision."""
    estate = pilot.estate
    open_ones = waiting(pilot)
    if not open_ones:
        return 0
    post = notices.Post(
        pilot.destinations,
        estate.escalation,
        link_keys(pilot.home),
        {name: goal.title or name for name, goal in estate.goals.items()},
    )
    return notices.tell(
        pilot.connection, open_ones, post, approvers=lambda h: approvers_of(pilot, h), now=datetime.now(UTC)
    )


def approvers_of(pilot: Pilot, handoff: Handoff) -> Sequence[str]:
    """Who may decide about a handoff, in a fixed order."""
    return sorted(rules_of(pilot, handoff.workflow, handoff.route.id).approvers)


def _replies(pilot: Pilot) -> list[str]:
    """Takes replies in, where there is a mailbox for them; what went wrong in sentences."""
    escalation = pilot.estate.escalation
    settings: Answers = escalation.answers
    if settings.replies is None or not any(is_approval(row.handoff) for row in outbox.rows(pilot.connection)):
        return []
    way = Way(pilot.estate.network, pilot.estate.folder, pilot.secrets, pilot.estate.contact)
    try:
        taken = take_replies(
            pilot.connection,
            ImapMailbox(settings.replies, way, "escalation.yaml: answers.replies"),
            escalation,
            rules=lambda h: rules_of(pilot, h.workflow, h.route.id),
            now=datetime.now(UTC),
        )
    except (MailboxFailed, CxreadyError) as failed:
        return [str(failed)]
    return [
        f"a reply about {one.handoff.handoff_id} decided nothing: {one.verdict.why}"
        for one in taken
        if not one.verdict.accepted
    ]

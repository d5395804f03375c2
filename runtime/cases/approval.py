"""Approvals: what waits for a person, and a person's decision from the console or the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from runtime.cases.hand_off import rules_of
from runtime.errors import BadInput
from runtime.escalation import answer, outbox
from runtime.escalation.form import Handoff
from runtime.piloting.pilot import Pilot


def waiting(pilot: Pilot, run: str | None = None) -> list[Handoff]:
    """Handoffs whose yes would set a call free and that nobody has decided, oldest first."""
    found = [row.handoff for row in outbox.rows(pilot.connection)]
    return [
        h
        for h in found
        if is_approval(h) and run in (None, h.case) and answer.decision_of(pilot.connection, h.handoff_id) is None
    ]


def is_approval(handoff: Handoff) -> bool:
    return any(option.effect for option in handoff.ask.options)


def decide_in_person(pilot: Pilot, run: str, option: str, by: str, *, digest: str = "") -> Handoff:
    """Records the decision about a case's waiting call; the first one counts, and only an approver's.

    Args:
        digest: of the action that the person saw; empty takes the one that waits now.

    Raises:
        BadInput: nothing waits, or the decision is not accepted, with the reason.
    """
    found = waiting(pilot, run)
    if not found:
        raise BadInput("nothing of this case waits for a decision", run, "`cxready pilot status DIR` lists what waits")
    handoff = found[-1]
    rules = rules_of(pilot, handoff.workflow, handoff.route.id)
    said = answer.decide_in_console(
        pilot.connection, option, by, handoff, digest or handoff.action_digest(), rules, now=datetime.now(UTC)
    )
    if not said.accepted:
        raise BadInput(
            said.why, f"{run}: {handoff.handoff_id}", f"approvers: {', '.join(sorted(rules.approvers)) or 'none'}"
        )
    return handoff

"""A case goes to a person: the handoff is projected from the log, put into the outbox in one transaction, and delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runtime import decision_log
from runtime.decision_log import Entry
from runtime.errors import CxreadyError
from runtime.escalation import answer, outbox
from runtime.escalation.destinations.destination import DeliveryFailed
from runtime.escalation.form import Handoff
from runtime.handoff_of_case import handoff_of
from runtime.pilot import Pilot
from runtime.stopped import Stopped, class_of, in_words
from runtime.understanding.understand import Understood

__all__ = ["Stopped", "class_of", "hand_off", "in_words", "look_for_decision", "rules_of"]


def hand_off(pilot: Pilot, case: Mapping[str, Any], workflow: str, understood: Understood, stopped: Stopped) -> Handoff:
    """Enqueues and delivers. The same stop of the same case is one handoff, however often this runs."""
    now = datetime.now(UTC)
    handoff = handoff_of(pilot, case, workflow, understood, stopped, now)
    detail = {"handoff": handoff.handoff_id, "rule": stopped.rule, "says": stopped.says, "route": handoff.route.id}
    connection = pilot.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        if outbox.enqueue(connection, handoff, pilot.estate.escalation, now=now):
            decision_log.append(
                connection,
                Entry(run=str(case["case"]), step="handoff", decision="handoff", detail=detail),
            )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    pilot.deliver()
    return handoff


def look_for_decision(pilot: Pilot, handoff_id: str) -> bool:
    """True once a decision counts. Looks into the ticket, too: its decision field is the desk's own way to answer."""
    if answer.decision_of(pilot.connection, handoff_id):
        return True
    row = next((r for r in outbox.rows(pilot.connection) if r.id == handoff_id), None)
    if row is None or row.state != "delivered":
        return False
    try:
        held = pilot.destinations[row.delivered_to].find(handoff_id)
    except (CxreadyError, DeliveryFailed, KeyError):
        return False
    rules = rules_of(pilot, row.handoff.workflow, row.handoff.route.id)
    now = datetime.now(UTC)
    return any(
        answer.decide_by_field(pilot.connection, found, row.handoff, rules, now=now).accepted
        for found in held
        if found.decision
    )


def rules_of(pilot: Pilot, workflow: str, route: str) -> answer.Rules:
    """Who may decide: the workflow's approvers of pilot.yaml, else the route's; an agent's credential never."""
    settings = pilot.settings.workflows.get(workflow)
    own = settings.approvers if settings else []
    named = own or pilot.estate.escalation.routes[route].approvers
    agents = {c.client_id for s in pilot.estate.systems.values() for c in s.credentials.values() if c.client_id}
    return answer.Rules(approvers=frozenset(named), agents=frozenset(agents))

"""A case goes to a person: the handoff is projected from the log, put into the outbox in one transaction, and delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime import decision_log, promises
from runtime.cases.handoff_of_case import handoff_of
from runtime.cases.stopped import Stopped, class_of, in_words
from runtime.decision_log import Entry
from runtime.errors import CxreadyError
from runtime.escalation import answer, conversation, outbox
from runtime.escalation.destinations.destination import DeliveryFailed
from runtime.escalation.form import Handoff, Return
from runtime.estate import Estate
from runtime.piloting.pilot import Pilot
from runtime.storage import database
from runtime.understanding.understand import Understood

__all__ = ["Stopped", "class_of", "hand_off", "in_words", "look_for_decision", "rules_of"]


def hand_off(pilot: Pilot, case: Mapping[str, Any], workflow: str, understood: Understood, stopped: Stopped) -> Handoff:
    """Enqueues and delivers. The same stop of the same case is one handoff, however often this runs."""
    now = datetime.now(UTC)
    handoff = with_ways(handoff_of(pilot, case, workflow, understood, stopped, now), pilot.estate)
    detail = {"handoff": handoff.handoff_id, "rule": stopped.rule, "says": stopped.says, "route": handoff.route.id}
    connection = pilot.connection
    database.begin(connection, str(case["case"]))
    try:
        if outbox.enqueue(connection, handoff, pilot.estate.escalation, now=now):
            decision_log.append(
                connection,
                Entry(run=str(case["case"]), step="handoff", decision="handoff", detail=detail),
            )
            customer, channel = str(case.get("customer") or ""), str(case.get("channel") or "")
            conversation.give_to_person(
                connection, handoff.handoff_id, customer=customer, channel=channel, case=str(case["case"]), now=now
            )
            if pilot.is_live:
                due = now + timedelta(seconds=handoff.route.budget_s)
                says = pilot.estate.escalation.acknowledge
                promises.make(
                    connection, handoff.handoff_id, run=handoff.case, customer=customer, says=says, made=now, due=due
                )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    pilot.deliver()
    return handoff


def with_ways(handoff: Handoff, estate: Estate) -> Handoff:
    """Only the ways back that escalation.yaml opens: a link needs an address, a reply a mailbox."""
    if not handoff.return_.ways:
        return handoff
    answers = estate.escalation.answers
    is_open = {"ticket_field": True, "link": bool(answers.address), "reply": answers.replies is not None}
    ways = tuple(way for way in handoff.return_.ways if is_open.get(way, True))
    code = handoff.return_.code if "reply" in ways else ""
    return handoff.model_copy(update={"return_": Return(ways=ways, code=code)})


def look_for_decision(pilot: Pilot, handoff_id: str) -> bool:
    """True once a decision counts. Looks into the ticket, too: its decision field is the desk's own way to answer."""
    if answer.decision_of(pilot.connection, handoff_id):
        return True
    row = outbox.row(pilot.connection, handoff_id)
    if row is None or row.state != "delivered":
        return False
    try:
        destination = pilot.destinations[row.delivered_to]
        held = [destination.read(row.remote_id)] if destination.reads else []
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
    credentials = [c for s in pilot.estate.systems.values() for c in s.credentials.values()]
    agents = {name for c in credentials for name in (c.client_id, c.user) if name}
    return answer.Rules(approvers=frozenset(named), agents=frozenset(agents))

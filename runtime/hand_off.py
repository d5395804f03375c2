"""A case goes to a person: the handoff is projected from the log, put into the outbox in one transaction, and delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime import decision_log, memory
from runtime.decision_log import Entry
from runtime.errors import CxreadyError
from runtime.escalation import answer, outbox
from runtime.escalation.destinations.destination import DeliveryFailed
from runtime.escalation.form import (
    Ask,
    Customer,
    Feeling,
    Handoff,
    Memory,
    Option,
    Reason,
    Recommendation,
    Return,
    RouteTaken,
    StopClass,
)
from runtime.escalation.projection import project
from runtime.pilot import Pilot
from runtime.understanding.understand import Understood

CLASS_OF_RULE: Mapping[str, StopClass] = {
    "restricted_data": "restricted_data",
    "unknown_effect": "unknown_effect",
    "tool_fault": "tool_fault",
    "high_stakes": "high_stakes",
}


@dataclass(frozen=True)
class Stopped:
    """Why a case stops, in the words that the person reads, and the call that it is about.

    `digest`: the call waits, and a yes to this digest sets it free; `follows`: operations that go along with a yes.
    """

    kind: StopClass
    rule: str
    says: str
    operation: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    deadline: datetime | None = None
    follows: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON values, for a checkpoint."""
        return {**asdict(self), "deadline": self.deadline.isoformat() if self.deadline else None}


def class_of(decision: str, rule: str) -> StopClass:
    """The handoff's class for a decision: a limit, restricted data, or something that is not allowed."""
    known = next((kind for start, kind in CLASS_OF_RULE.items() if rule.startswith(start)), None)
    return known or ("limit" if decision == "escalate" else "not_allowed")


def hand_off(pilot: Pilot, case: Mapping[str, Any], workflow: str, understood: Understood, stopped: Stopped) -> Handoff:
    """Enqueues and delivers. The same stop of the same case is one handoff, however often this runs."""
    now = datetime.now(UTC)
    handoff = _project(pilot, case, workflow, understood, stopped, now)
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


def _project(
    pilot: Pilot, case: Mapping[str, Any], workflow: str, understood: Understood, stopped: Stopped, now: datetime
) -> Handoff:
    estate = pilot.estate
    goal = estate.goals.get(workflow)
    category = understood.category or (goal.category if goal else "")
    route_name = estate.escalation.route_of(workflow, category) or next(iter(estate.escalation.routes))
    route = estate.escalation.routes[route_name]
    destination = estate.escalation.destinations[route.destination]
    customer = str(case.get("customer") or "unknown")
    return project(
        [row for row in decision_log.rows(pilot.connection, str(case["case"])) if not row.step.startswith("proxy.")],
        ask=_ask(stopped, case, now, route.time_to_human_minutes),
        why=Reason(rule=stopped.rule, class_=stopped.kind, text=stopped.says),
        customer=Customer(
            ref=customer,
            display=f"Customer {customer}",
            language=understood.language or "en",
            channel=str(case.get("channel") or ""),
            mood=Feeling(z=understood.frustration, because=understood.because),
        ),
        route=RouteTaken(id=route_name, queue=destination.queue or "", budget_s=route.time_to_human_minutes * 60),
        created=now,
        case=str(case["case"]),
        workflow=workflow,
        category=category,
        problem=(goal.title or workflow) if goal else category,
        quote=str(case.get("message", ""))[:2000],
        recommended=_recommended(stopped),
        writes=frozenset(estate.writes_of(workflow)) if goal else frozenset(),
        severity="urgent"
        if stopped.kind == "high_stakes"
        else "high"
        if stopped.kind in ("frustration", "unknown_effect")
        else "normal",
        sensitive=route.sensitive,
        memory=_remembered(pilot, case),
        **({} if stopped.digest else {"return_": Return(ways=())}),
    )


def _remembered(pilot: Pilot, case: Mapping[str, Any]) -> tuple[Memory, ...]:
    """The customer's last three cases, in our words."""
    customer = str(case.get("customer") or "")
    moments = memory.timeline(pilot.connection, customer, before=str(case["case"]))[-3:] if customer else []
    return tuple(
        Memory(at=m.at.date().isoformat(), says=f"{m.workflow or 'unclear request'}: {m.outcome}") for m in moments
    )


def _ask(stopped: Stopped, case: Mapping[str, Any], now: datetime, minutes: int) -> Ask:
    """A digest means that the very call waits and a yes sets it free; without one a person takes the case over."""
    deadline = stopped.deadline or now + timedelta(minutes=minutes)
    nothing = "nothing is done; the customer is told that a person looks into it"
    if stopped.digest and stopped.operation:
        what = _in_words(stopped)
        options = (
            Option(id="approve", says=what, effect=stopped.digest),
            Option(id="refuse", says="do nothing", effect=None),
        )
        return Ask(
            kind="decide",
            question=f"Approve or refuse: {what}?",
            options=options,
            decide_by=deadline,
            if_no_answer=nothing,
        )
    if stopped.operation:
        what = _in_words(stopped)
        options = (
            Option(id="do_it_yourself", says=what),
            Option(id="decline", says="do nothing and tell the customer"),
        )
        return Ask(
            kind="decide",
            question=f"Please decide, the agent may not: {what}?",
            options=options,
            decide_by=deadline,
            if_no_answer=nothing,
        )
    question = f"Please take over case {case['case']}: {stopped.says}."
    return Ask(
        kind="take_over",
        question=question,
        decide_by=deadline,
        if_no_answer="the customer waits; the agent does nothing more",
    )


def in_words(operation: str, arguments: Mapping[str, Any]) -> str:
    """`billing.createCredit of 12.40 EUR for A-1`."""
    amount, currency = arguments.get("amount"), arguments.get("currency", "")
    about = arguments.get("account_id") or next((v for k, v in arguments.items() if k.endswith("_id")), "")
    money = f" of {amount} {currency}".rstrip() if amount else ""
    return f"{operation}{money}{f' for {about}' if about else ''}"


def _in_words(stopped: Stopped) -> str:
    then = f", then {', '.join(stopped.follows)}" if stopped.follows else ""
    return in_words(stopped.operation, stopped.arguments) + then


def _recommended(stopped: Stopped) -> Recommendation | None:
    """Only where every fact was read and just the limit or the stage holds it back."""
    if not stopped.operation or stopped.kind != "limit":
        return None
    option = "approve" if stopped.digest else "do_it_yourself"
    return Recommendation(
        option=option, because="all conditions were read and hold; only the limit or the stage stops the agent"
    )

"""The handoff of a case: what the pilot knows of customer, stop and route, put into the form; facts come from the log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from runtime import decision_log, memory, promises
from runtime.cases.stopped import Stopped, money_of, severity_of
from runtime.decision_log import Entry
from runtime.escalation.business_words import spoken
from runtime.escalation.form import Customer, Feeling, Handoff, Memory, Reason, Return, RouteTaken
from runtime.escalation.projection import project
from runtime.escalation.stops import Situation, content_of
from runtime.escalation.transcript import digest, transcript_of
from runtime.escalation.week import route_at
from runtime.estate import Estate
from runtime.piloting.pilot import Pilot
from runtime.understanding.language import UNKNOWN
from runtime.understanding.understand import Understood


def handoff_of(
    pilot: Pilot, case: Mapping[str, Any], workflow: str, understood: Understood, stopped: Stopped, now: datetime
) -> Handoff:
    """The handoff of a case that stopped now; which facts and effects it names is the log's matter (projection.py)."""
    estate = pilot.estate
    goal = estate.goals.get(workflow)
    category = understood.category or (goal.category if goal else "")
    money = money_of(stopped.arguments)
    route_name = _route(estate, workflow, category, understood.language, money, now)
    route = estate.escalation.routes[route_name]
    destination = estate.escalation.destinations[route.destination]
    rows = [row for row in decision_log.rows(pilot.connection, str(case["case"])) if not row.step.startswith("proxy.")]
    deadline = stopped.deadline or now + timedelta(minutes=route.time_to_human_minutes)
    content = content_of(_situation(estate, case, understood, stopped, rows), deadline)
    live = pilot.is_live
    return project(
        rows,
        ask=content.ask,
        why=Reason(rule=stopped.rule, class_=stopped.kind, text=_in_business_words(stopped.says, estate)),
        customer=_customer(case, understood, rows, now),
        route=RouteTaken(id=route_name, queue=destination.queue or "", budget_s=route.time_to_human_minutes * 60),
        created=now,
        case=str(case["case"]),
        workflow=workflow,
        category=category,
        problem=(goal.title or workflow) if goal else category.replace("_", " ") or "a request that fits no workflow",
        quote=str(case.get("message", ""))[:2000],
        recommended=content.recommended,
        unsure=content.unsure,
        alternatives=content.alternatives,
        promised=(estate.escalation.acknowledge,) if live else (),
        customer_saw=digest(estate.escalation.acknowledge) if live else "",
        transcript=transcript_of(case),
        writes=frozenset(estate.writes_of(workflow)) if goal else frozenset(),
        severity=severity_of(stopped.kind),
        sensitive=route.sensitive,
        memory=_remembered(pilot, case),
        **({} if stopped.digest else {"return_": Return(ways=())}),
    )


def _route(estate: Estate, workflow: str, category: str, language: str, money: Decimal | None, now: datetime) -> str:
    """The route by category, language and amount, and whoever is on duty there at this hour; where no route is for the
    language, one that is for another: a person in the wrong language is better than nobody.
    """
    escalation = estate.escalation
    spoken_language = "" if language == UNKNOWN else language
    tries = (escalation.route_of(workflow, category, language=code, value=money) for code in (spoken_language, ""))
    return route_at(escalation, next(filter(None, tries), None) or next(iter(escalation.routes)), now)


def _situation(
    estate: Estate, case: Mapping[str, Any], understood: Understood, stopped: Stopped, rows: list[Entry]
) -> Situation:
    read = [row for row in rows if row.operation]
    return Situation(
        kind=stopped.kind,
        says=_in_business_words(stopped.says, estate),
        who=str(case.get("customer") or "a customer who is not known"),
        what=_in_words(stopped, estate) if stopped.operation else "",
        digest=stopped.digest,
        category=(understood.category or "").replace("_", " "),
        where=spoken(read[-1].operation) if read else "",
        readings=tuple(title_of(estate, name) for name in (understood.intent, understood.runner_up) if name),
        can_recommend=stopped.kind == "limit" and bool(stopped.operation),
    )


def _customer(case: Mapping[str, Any], understood: Understood, rows: list[Entry], now: datetime) -> Customer:
    ref, channel = str(case.get("customer") or "unknown"), str(case.get("channel") or "")
    since = rows[0].at if rows else ""
    return Customer(
        ref=ref,
        display=f"Customer {ref}",
        language=understood.language or "unknown",
        waiting_since=datetime.fromisoformat(since) if since else now,
        channel=channel,
        reach=str(case.get("reach") or channel),
        mood=Feeling(z=understood.frustration, because=understood.because),
    )


def title_of(estate: Estate, workflow: str) -> str:
    goal = estate.goals.get(workflow)
    return (goal.title if goal else "") or workflow.replace("-", " ")


def _in_business_words(says: str, estate: Estate) -> str:
    """Names of actions as people say them: `issue_credit` is "issue credit"."""
    for name in estate.guardrails.actions:
        says = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", name.replace("_", " "), says)
    return says


def _remembered(pilot: Pilot, case: Mapping[str, Any]) -> tuple[Memory, ...]:
    """The customer's last three cases, in our words, and what they were promised and still wait for."""
    customer = str(case.get("customer") or "")
    if not customer:
        return ()
    moments = memory.timeline(pilot.connection, customer, before=str(case["case"]))[-3:]
    waits = [one for one in promises.open_promises(pilot.connection, customer) if one.run != case["case"]]
    return (
        *(Memory(at=m.at.date().isoformat(), says=f"{m.workflow or 'unclear request'}: {m.outcome}") for m in moments),
        *(
            Memory(at=one.made.date().isoformat(), says=f"promised until {one.due:%Y-%m-%d}: {one.says}")
            for one in waits[:3]
        ),
    )


def _in_words(stopped: Stopped, estate: Estate) -> str:
    """The call as its action: `issue credit, 12.40 EUR, A-1`; no words between that only one language has."""
    action = estate.guardrails.action_of(stopped.operation)
    arguments = stopped.arguments
    about = arguments.get("account_id") or next((v for k, v in arguments.items() if k.endswith("_id")), "")
    money = f"{arguments.get('amount', '')} {arguments.get('currency', '')}".strip()
    named = action.replace("_", " ") if action else spoken(stopped.operation)
    then = f", then {', '.join(map(spoken, stopped.follows))}" if stopped.follows else ""
    return ", ".join(filter(None, (named, money, str(about)))) + then

"""The steps of a case: everything here looks at the world, once; DBOS keeps each result as JSON for the replay.

A step never raises for what a system, a rule or a limit does: it says it in its result, so that a replay reads the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime import decision_log, memory, promises
from runtime.cases import closing
from runtime.cases.hand_off import Stopped, hand_off, look_for_decision
from runtime.cases.open_pilot import Plain, pilot, plain
from runtime.engine.durable import step
from runtime.errors import CxreadyError
from runtime.escalation import answer
from runtime.escalation.link_keys import pseudonym
from runtime.guardrails.restricted import readable
from runtime.log import sealed
from runtime.piloting.gate_check import not_taken
from runtime.piloting.stages import charter_breach
from runtime.systems.exchange import Seen, Why
from runtime.understanding.mood import turns_of
from runtime.understanding.understand import Understood, understand

MOST_FACTS = 3  # of one read: the handoff has room for twelve


@step("understand")
def understood_of(case: Plain) -> Plain:
    own = pilot()
    came = memory.contacts(own.connection, str(case["customer"]), now=datetime.now(UTC)) if case.get("customer") else 0
    found = understand(
        str(case.get("message", "")),
        own.estate,
        own.intents,
        contacts=came + 1,
        propose=own.propose,
        before=turns_of(case),
        channel=str(case.get("channel") or ""),
        session=case.get("session") or {},
    )
    detail = {
        name: getattr(found, name)
        for name in ("intent", "confidence", "category", "language", "frustration", "proposed")
    }
    detail |= {"model": found.model} if found.model else {}
    sealed.begin(own.connection, str(case["case"]), str(case.get("customer") or ""))
    own.note(case["case"], "00 understand", detail=detail)
    return found.plain()


@step("with a person")
def with_person(case: Plain) -> Plain:
    """Whether a person has this conversation; then the customer's words went to their ticket, where notes can be written."""
    own = pilot()
    found = closing.still_with_person(own, case)
    if found is None:
        return {"case": "", "noted": False}
    noted = closing.pass_on(own, case, found)
    detail = {"case": found.case, "handoff": found.handoff_id, "noted": noted}
    own.note(case["case"], "01 with a person", decision="handoff", detail=detail)
    return {"case": found.case, "noted": noted}


@step("gate")
def allowed(case: str, workflow: str) -> Plain:
    """What the gate and the stage allow, and why the pilot leaves this case to people (empty: it takes it)."""
    own = pilot()
    found = own.allowed(workflow)
    settings = own.settings.workflows.get(workflow)
    left = not_taken(case, settings, datetime.now(UTC), own.estate.escalation.zone)
    left = left or (charter_breach(own.connection, workflow, settings.charter) if settings else "")
    return {"autonomy": found.autonomy, "why": found.why, "left": left if found.autonomy in ("act", "approve") else ""}


@step("simulated")
def simulated(workflow: str) -> bool:
    """Whether people are only told of in words: the pilot observes, or this workflow does."""
    own = pilot()
    return not own.is_live or (bool(workflow) and own.allowed(workflow).autonomy == "observe")


@step("read")
def read(case: str, named: str, call: str, arguments: Plain) -> Plain:
    own = pilot()
    system, _, operation = call.partition(".")
    try:
        exchange = own.system(system).call(operation, arguments, why=Why("a case", run=case))
    except CxreadyError as error:
        own.note(
            case, named, operation=call, arguments=arguments, effect="not_reachable", detail={"reason": error.what}
        )
        return {"seen": "not asked", "status": None, "body": None, "says": error.what}
    body = readable(
        own.estate.guardrails, plain(exchange.body)
    )  # restricted data stops here: no step, log or ticket holds it
    news = {k: v for k, v in _facts(body).items() if v not in arguments.values()} if exchange.ok else {}
    detail = {"status": exchange.status, "facts": dict(list(news.items())[:MOST_FACTS])}
    own.note(case, named, operation=call, arguments=arguments, effect=_said(exchange.seen), detail=detail)
    return {"seen": str(exchange.seen), "status": exchange.status, "body": body, "says": ""}


def fault_of(call: str, found: Plain) -> str:
    """What went wrong with a read, in a sentence; empty when nothing did."""
    if found["seen"] == Seen.OK:
        return ""
    what = found["says"] or f"{found['seen']} {found['status'] or ''}".rstrip()
    return f"{call} did not answer as it should: {what[:200]}"


@step("rule")
def apply_rule(case: str, named: str, rule: str, arguments: list[Any]) -> Plain:
    own = pilot()
    try:
        value, error = plain(own.rules[rule](**_by_position(own.rules[rule], arguments))), ""
    except Exception as failed:  # a rule is other people's code: whatever it raises, a person gets the case
        value, error = None, type(failed).__name__
    facts = _facts(value)
    own.note(case, named, detail={"rule": rule, "error": error, "facts": facts})
    return {"value": value, "error": error}


@step("hand_off")
def to_person(case: Plain, workflow: str, understood: Plain, stopped: Plain) -> str:
    deadline = stopped.get("deadline")
    parts = Stopped(**{**stopped, "deadline": datetime.fromisoformat(deadline) if deadline else None})
    return hand_off(pilot(), case, workflow, Understood.of(understood), parts).handoff_id


@step("answer")
def person_said(case: str, handoff: str) -> Plain:
    """The decision that counts, logged; `option` is empty when the time was over."""
    own = pilot()
    found = answer.decision_of(own.connection, handoff) or {"option": "", "person": "", "way": ""}
    by = pseudonym(own.home, handoff, found["person"]) if found["person"] else ""
    detail = {"handoff": handoff, "by": by, "way": found["way"]}
    own.note(case, f"answer {handoff}", decision=found["option"] or "expired", detail=detail)
    return {"option": found["option"], "by": by}


@step("note")
def note(case: str, named: str, detail: Plain, decision: str = "") -> None:
    pilot().note(case, named, decision=decision, detail=detail)


@step("remember")
def remember(case: Plain, workflow: str, outcome: str, reason: str) -> None:
    """The last row of a run, and one line of the customer's timeline."""
    own = pilot()
    own.note(case["case"], "99 outcome", detail={"outcome": outcome, "reason": reason})
    if case.get("customer"):
        moment = memory.Moment(
            case["case"], datetime.now(UTC), str(case.get("channel") or ""), workflow, outcome, reason
        )
        memory.remember(own.connection, str(case["customer"]), moment)
        memory.learn(
            own.connection, str(case["customer"]), memory.read_in(decision_log.rows(own.connection, moment.run))
        )
        _promise(moment, str(case["customer"]))
    closing.close_case(own, str(case["case"]), outcome)


def _promise(moment: memory.Moment, customer: str) -> None:
    own = pilot()
    goal = own.estate.goals.get(moment.workflow)
    if goal and goal.promise and moment.outcome == "resolved":
        due = moment.at + timedelta(days=goal.promise.within_days)
        promises.make(
            own.connection,
            moment.run,
            run=moment.run,
            customer=customer,
            says=goal.promise.says,
            made=moment.at,
            due=due,
        )


@step("now")
def now() -> str:
    return datetime.now(UTC).isoformat()


def has_answer(handoff: str, deadline: str) -> bool:
    """No step: only looks, so that a case waits without leaving a trace. True once somebody decided or the time is over."""
    if look_for_decision(pilot(), handoff):
        return True
    return datetime.now(UTC) >= datetime.fromisoformat(deadline)


def _said(seen: Seen) -> str:
    return {Seen.OK: "read", Seen.PATH: "not_reachable"}.get(seen, "fault")


def _by_position(rule: Any, values: list[Any]) -> Plain:
    """Values under the rule's own parameter names, in the order in which the step names them; the rest keep their defaults."""
    names = list(inspect.signature(rule).parameters)[: len(values)]
    return dict(zip(names, values, strict=True))


def _facts(body: Any) -> Plain:
    """The short plain values of an answer, for the handoff."""
    if not isinstance(body, Mapping):
        return {}
    return {
        str(k): v
        for k, v in body.items()
        if isinstance(v, str | int | float | bool) and 0 < len(str(v)) <= 60 and not str(k).startswith("_")
    }

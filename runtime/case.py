"""One case from message to outcome, as a durable workflow: understand, plan, decide, act, remember.

Each look at the world is a DBOS step, so that after `kill -9` finished steps are not run again; the step that was under
way runs again, and writes are made safe for that by exactly_once.py. Between steps everything is a function of their results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS

from runtime import plan
from runtime.exactly_once import key_of
from runtime.gate import RepeatSafe
from runtime.goals import AskStep, CallStep, RuleStep, Step, WhenStep
from runtime.hand_off import Stopped, class_of, hand_off
from runtime.pilot import Pilot
from runtime.systems.exchange import Seen, Why
from runtime.understanding.slots import fill, from_list
from runtime.understanding.understand import Understood, understand
from runtime.writing import write

Plain = dict[str, Any]
APPROVAL = "approval"
_open: list[Pilot] = []


def use(pilot: Pilot | None) -> None:
    """The pilot that the steps of this process work with."""
    _open[:] = [pilot] if pilot else []


def _pilot() -> Pilot:
    return _open[0]


class Halt(Exception):
    """The walk ends here with an outcome."""

    def __init__(self, outcome: str, reason: str, reply: str = "") -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.reply = outcome, reason, reply


@dataclass
class Walk:
    """What is known so far; rebuilt from step results on each replay."""

    case: Plain
    workflow: str
    autonomy: str
    understood: Understood
    given: Plain = field(default_factory=dict)
    writes: list[Plain] = field(default_factory=list)
    n: int = 0

    def step(self, what: str) -> str:
        """A step's name in the log: number and what; the same on every replay."""
        self.n += 1
        return f"{self.n:02d} {what}"


@DBOS.workflow(name="case")
def run_case(case: Plain) -> Plain:
    """The whole case; gives the line that `pilot run --json` prints."""
    understood = Understood.of(_understand(case))
    if understood.stop:
        stop = understood.stop
        _hand_off(case, understood.intent or "", understood.plain(), {"kind": stop.kind, "rule": stop.rule, "says": stop.says})
        return _line(case, understood.intent, "observe", "handed_off", stop.says, reply=_pilot().estate.escalation.acknowledge)
    if understood.intent is None:
        _log(case, "00 ask", {"says": "no goal is near enough"})
        return _line(case, None, "observe", "asked", "the message fits no goal clearly enough", reply="Could you tell me in other words what you would like us to do?")
    allowed = _allowed(understood.intent)
    if allowed["autonomy"] == "blocked":
        _log(case, "00 gate", {"says": allowed["why"]}, decision="blocked")
        return _line(case, understood.intent, "blocked", "blocked", allowed["why"], reply=_pilot().estate.escalation.acknowledge)
    walk = Walk(case, understood.intent, allowed["autonomy"], understood)
    try:
        _slots(walk)
        _walk(walk, _pilot().estate.goals[walk.workflow].steps)
    except Halt as halt:
        return _line(case, walk.workflow, walk.autonomy, halt.outcome, halt.reason, walk.writes, halt.reply)
    return _line(case, walk.workflow, walk.autonomy, "resolved", "every step was done", walk.writes, _reply(walk))


def _walk(walk: Walk, steps: list[Step]) -> None:
    for step in steps:
        if isinstance(step, CallStep):
            _call(walk, step)
        elif isinstance(step, RuleStep):
            _apply(walk, step)
        elif isinstance(step, AskStep):
            raise Halt("asked", step.ask, step.ask)
        else:
            _branch(walk, step)


def _branch(walk: Walk, step: WhenStep) -> None:
    if plan.holds(_value(walk, step.when), step.is_):
        _walk(walk, step.do)
    elif isinstance(step.otherwise, list):
        _walk(walk, step.otherwise)
    elif step.otherwise == "stop":
        raise Halt("resolved", f"{step.when} is not {step.is_}: nothing to do", _explained(walk, step.when))
    else:
        said = _explained(walk, step.when) or f"{step.when} is not {step.is_}"
        raise _to_person(walk, Stopped("conflict", "goals.otherwise", said))


def _slots(walk: Walk) -> None:
    """Fills what session and words say; what a later list may say is left open."""
    for name, slot in _pilot().estate.goals[walk.workflow].slots.items():
        found = fill(name, slot, str(walk.case.get("message", "")), walk.case.get("session") or {})
        if found.value is not None:
            walk.given[name] = found.value
        elif slot.required and not slot.else_choose:
            raise Halt("asked", f"{name}: {found.source}", f"Which {name.replace('_', ' ')} do you mean?")


def _choose(walk: Walk, names: list[str]) -> None:
    """Fills open slots that a step needs from the list that a system gave."""
    slots = _pilot().estate.goals[walk.workflow].slots
    for name in {n.split(".", 1)[0] for n in names}:
        slot = slots.get(name)
        if slot is None or name in walk.given or not slot.else_choose or slot.else_choose not in walk.given:
            continue
        found = from_list(walk.given[slot.else_choose])
        if found.value is None and found.choices:
            raise Halt("asked", f"{name}: {found.source}", f"Which {name.replace('_', ' ')} do you mean: {', '.join(found.choices[:8])}?")
        if found.value is None:
            raise _to_person(walk, Stopped("low_confidence", "goals.slots", f"no {name.replace('_', ' ')} was found for this customer"))
        walk.given[name] = found.value


def _call(walk: Walk, step: CallStep) -> None:
    _choose(walk, [r for r in (*step.with_.values(), *step.same_effect) if isinstance(r, str)])
    arguments = _arguments(walk, step)
    if _pilot().estate.is_write(step.call):
        answer = _write_or_stop(walk, step, arguments)
    else:
        answer = _read_or_stop(walk, step, arguments)
    for name, pointer in step.gives.items():
        try:
            walk.given[name] = plan.taken_from(answer, pointer)
        except KeyError:
            raise _to_person(walk, Stopped("tool_fault", "goals.gives", f"{step.call} answered without {pointer}")) from None


def _read_or_stop(walk: Walk, step: CallStep, arguments: Plain) -> Any:
    found = _read(walk.case["case"], walk.step(step.call), step.call, arguments)
    if found["seen"] != Seen.OK:
        raise _to_person(walk, Stopped("tool_fault", "tool_fault", f"{step.call} did not answer as it should: {found['seen']} {found['status'] or ''}".rstrip()))
    return found["body"]


def _write_or_stop(walk: Walk, step: CallStep, arguments: Plain, approval: Plain | None = None) -> Any:
    """The write's answer, or the end of the walk: observed, waiting, held, refused or unknown."""
    named = walk.step(step.call)
    same = {name: _value(walk, name) for name in step.same_effect} or arguments
    context = {"workflow": walk.workflow, "autonomy": walk.autonomy, "category": _category(walk), "read": walk.given, "customer": _customer(walk), "approval": approval}
    if walk.autonomy == "observe":
        said = _watch(walk.case["case"], named, step.call, arguments, context)
        walk.writes.append({"operation": step.call, "arguments": arguments, "decision": said["decision"]})
        raise Halt("observed", f"would {step.call}: {said['decision']}: {said['reason']}" if said["reason"] else f"would {step.call}: {said['decision']}")
    done = _write(walk.case["case"], named, step.call, arguments, context, key_of(walk.workflow, step.call, same))
    if done["state"] == "done":
        walk.writes.append({"operation": step.call, "arguments": arguments})
        return done["answer"]
    if done["state"] == "held" and done["decision"] == "approve" and approval is None:
        return _after_approval(walk, step, arguments, done)
    stopped = Stopped(class_of(done["decision"], done["rule"]), done["rule"], done["reason"], step.call, arguments, done["digest"])
    if done["state"] == "unknown":
        raise _to_person(walk, Stopped("unknown_effect", "unknown_effect", f"{step.call}: {done['reason']}"), outcome="unknown")
    raise _to_person(walk, stopped if done["decision"] == "escalate" else Stopped(stopped.kind, stopped.rule, stopped.says))


def _after_approval(walk: Walk, step: CallStep, arguments: Plain, held: Plain) -> Any:
    """Waits for a person, for days if need be. Silence is never consent; a yes is bound to this very call."""
    hours = _hours(walk.workflow)
    deadline = (datetime.fromisoformat(_now()) + timedelta(hours=hours)).isoformat()
    stopped = {"kind": "limit", "rule": held["rule"], "says": held["reason"], "operation": step.call, "arguments": arguments, "digest": held["digest"], "deadline": deadline}
    handoff = _hand_off(walk.case, walk.workflow, walk.understood.plain(), stopped)
    DBOS.set_event("waiting", {"handoff": handoff, "operation": step.call, "arguments": arguments, "digest": held["digest"], "reason": held["reason"]})
    answer = DBOS.recv(topic=APPROVAL, timeout_seconds=hours * 3600)
    DBOS.set_event("waiting", None)
    _log(walk.case, walk.step("answer"), {"option": (answer or {}).get("option", "none"), "handoff": handoff}, decision=(answer or {}).get("option", "expired"))
    if not answer or answer.get("option") != "approve" or answer.get("digest") != held["digest"]:
        raise Halt("handed_off", "refused by a person" if answer else "nobody answered in time; nothing was done", _pilot().estate.escalation.acknowledge)
    return _write_or_stop(walk, step, arguments, {"id": str(handoff), "digest": held["digest"], "by": str(answer.get("by", ""))})


def _apply(walk: Walk, step: RuleStep) -> None:
    _choose(walk, step.with_)
    try:
        made = _rule(walk.case["case"], walk.step(step.rule), step.rule, {name: _value(walk, name) for name in step.with_})
    except KeyError as error:
        raise _to_person(walk, Stopped("tool_fault", "rule", f"rule {step.rule} lacks {error}")) from None
    if made["error"]:
        raise _to_person(walk, Stopped("tool_fault", "rule", f"rule {step.rule} could not be computed ({made['error']})"))
    values = [made["value"]] if len(step.gives) == 1 else made["value"]
    walk.given.update(dict(zip(step.gives, values, strict=True)))


def _to_person(walk: Walk, stopped: Stopped, outcome: str = "handed_off") -> Halt:
    """Hands the case over and ends the walk."""
    if walk.autonomy == "observe":
        return Halt("observed", f"would hand off: {stopped.says}")
    deadline = stopped.deadline.isoformat() if stopped.deadline else None
    parts = {"kind": stopped.kind, "rule": stopped.rule, "says": stopped.says, "operation": stopped.operation, "arguments": dict(stopped.arguments), "digest": stopped.digest, "deadline": deadline}
    _hand_off(walk.case, walk.workflow, walk.understood.plain(), parts)
    return Halt(outcome, stopped.says, _pilot().estate.escalation.acknowledge)


# Steps: everything below looks at the world, once.


@DBOS.step(name="understand")
def _understand(case: Plain) -> Plain:
    pilot = _pilot()
    found = understand(str(case.get("message", "")), pilot.estate, pilot.intents)
    detail = {"intent": found.intent, "confidence": found.confidence, "category": found.category, "language": found.language, "frustration": found.frustration}
    pilot.note(case["case"], "00 understand", detail=detail)
    return found.plain()


@DBOS.step(name="gate")
def _allowed(workflow: str) -> Plain:
    found = _pilot().allowed(workflow)
    return {"autonomy": found.autonomy, "why": found.why}


@DBOS.step(name="read")
def _read(case: str, named: str, call: str, arguments: Plain) -> Plain:
    pilot = _pilot()
    system, _, operation = call.partition(".")
    exchange = pilot.system(system).call(operation, arguments, why=Why("a case", run=case))
    pilot.note(case, named, operation=call, arguments=arguments, effect="read" if exchange.ok else "fault", detail={"status": exchange.status, "facts": _facts(exchange.body) if exchange.ok else {}})
    return {"seen": str(exchange.seen), "status": exchange.status, "body": _plain(exchange.body)}


@DBOS.step(name="rule")
def _rule(case: str, named: str, rule: str, arguments: Plain) -> Plain:
    pilot = _pilot()
    try:
        value, error = _plain(pilot.rules[rule](**_by_position(pilot.rules[rule], arguments))), ""
    except Exception as failed:  # a rule is other people's code: whatever it raises, a person gets the case
        value, error = None, type(failed).__name__
    pilot.note(case, named, detail={"rule": rule, "gives": value, "error": error})
    return {"value": value, "error": error}


@DBOS.step(name="watch")
def _watch(case: str, named: str, call: str, arguments: Plain, context: Plain) -> Plain:
    """Shadow: decides on trial, writes nothing."""
    from runtime.guardrails.request import Request

    pilot = _pilot()
    request = Request(
        workflow=context["workflow"], operation=call, arguments=arguments, session_customer=context["customer"], facts_input=context["read"], autonomy="act", trial=True, case=case, category=context["category"]
    )  # fmt: skip
    decision = pilot.watching.decide(request)
    pilot.note(case, named, operation=call, arguments=arguments, decision=f"observe ({decision.decision})", detail={"reason": decision.reason, "rule": decision.rule})
    return {"decision": decision.decision, "reason": decision.reason, "rule": decision.rule}


@DBOS.step(name="write")
def _write(case: str, named: str, call: str, arguments: Plain, context: Plain, key: str) -> Plain:
    pilot = _pilot()
    gate = pilot.allowed(context["workflow"]).gate
    repeat = gate.writes.get(call, RepeatSafe()) if gate else RepeatSafe()
    if gate is None or call not in gate.allow:
        return {"state": "held", "decision": "refuse", "reason": f"{call} is not on the gate's list", "rule": "gate", "digest": "", "answer": None}
    pilot.note(case, named, operation=call, arguments=arguments, effect="intent", detail={"key": key})
    signed = pilot.context(context["workflow"], case, context["customer"], context["autonomy"], context["read"], category=context["category"], approval=context["approval"])
    effect = write(pilot, call, arguments, signed, key=key, repeat=repeat)
    sent = effect.sent
    said = {"done": "done", "held": "none", "refused": "refused", "unknown": "unknown"}[sent.state]
    detail = {"key": key, "rule": sent.rule, "reason": sent.reason, "done_by": effect.run if effect.repeated and effect.run != case else ""}
    pilot.note(case, named, operation=call, arguments=arguments, decision=sent.decision, effect=said, detail=detail)
    return {"state": sent.state, "decision": sent.decision, "reason": sent.reason, "rule": sent.rule, "digest": sent.digest, "answer": _plain(sent.answer)}


@DBOS.step(name="hand_off")
def _hand_off(case: Plain, workflow: str, understood: Plain, stopped: Plain) -> str:
    deadline = stopped.get("deadline")
    parts = Stopped(**{**stopped, "deadline": datetime.fromisoformat(deadline) if deadline else None})
    return hand_off(_pilot(), case, workflow, Understood.of(understood), parts).handoff_id


@DBOS.step(name="log")
def _log(case: Plain, named: str, detail: Plain, decision: str = "") -> None:
    _pilot().note(case["case"], named, decision=decision, detail=detail)


@DBOS.step(name="now")
def _now() -> str:
    return datetime.now(UTC).isoformat()


@DBOS.step(name="hours")
def _hours(workflow: str) -> int:
    settings = _pilot().settings.workflows.get(workflow)
    return settings.approval_expires_hours if settings else 72


def _line(case: Plain, intent: str | None, autonomy: str, outcome: str, reason: str, writes: list[Plain] | None = None, reply: str = "") -> Plain:
    disclosure = _pilot().estate.guardrails.disclosure
    spoken = f"{disclosure} {reply}" if disclosure and reply else reply
    return {"case": case["case"], "run": case["case"], "intent": intent, "autonomy": autonomy, "outcome": outcome, "reason": reason, "writes": writes or [], "reply": spoken}


def _reply(walk: Walk) -> str:
    """The goal's `done` with values that came from slots, systems and rules; a name that leads nowhere leaves the sentence out."""
    import re

    template = _pilot().estate.goals[walk.workflow].done
    try:
        return re.sub(r"\{([A-Za-z0-9_.]+)\}", lambda m: str(_known(walk, m.group(1))), template)
    except KeyError:
        return "It is done."


def _known(walk: Walk, reference: str) -> Any:
    if reference.split(".", 1)[0] not in walk.given:
        raise KeyError(reference)
    return plan.value_of(reference, walk.given)


def _value(walk: Walk, reference: str) -> Any:
    try:
        return _known(walk, reference)
    except KeyError:
        raise _to_person(walk, Stopped("tool_fault", "goals.steps", f"{reference} is not known at this step")) from None


def _arguments(walk: Walk, step: CallStep) -> Plain:
    try:
        return plan.arguments_of(step, walk.given)
    except KeyError as error:
        raise _to_person(walk, Stopped("tool_fault", "goals.with", f"{error} leads nowhere in what was read")) from None


def _explained(walk: Walk, reference: str) -> str:
    """A rule's own explanation beside the value that was asked for."""
    found = walk.given.get(reference.split(".", 1)[0])
    return str(found.get("explanation") or "") if isinstance(found, Mapping) else ""


def _customer(walk: Walk) -> str | None:
    """Whom the session vouches for."""
    session = walk.case.get("session") or {}
    found = session.get("account_id") or session.get("customer_id")
    return str(found) if found else None


def _category(walk: Walk) -> str:
    return walk.understood.category or _pilot().estate.goals[walk.workflow].category


def _by_position(rule: Any, arguments: Plain) -> Plain:
    """Arguments under the rule's own parameter names, in the order in which the step names them."""
    import inspect

    names = list(inspect.signature(rule).parameters)
    return dict(zip(names, arguments.values(), strict=True))


def _facts(body: Any) -> Plain:
    """The first plain values of an answer, for the handoff."""
    if not isinstance(body, Mapping):
        return {}
    return {str(k): v for k, v in body.items() if isinstance(v, str | int | float | bool) and len(str(v)) <= 60 and not str(k).startswith("_")}


def _plain(value: Any) -> Any:
    """JSON values only: what is checkpointed must be readable by the next version."""
    import json

    return json.loads(json.dumps(value, default=str))

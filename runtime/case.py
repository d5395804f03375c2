"""One case from message to outcome, as a durable workflow: understand, plan, decide, act, remember.

Each look at the world is a step (case_steps.py), so that after `kill -9` finished steps are not run again; the step that was
under way runs again, and exactly_once.py makes writes safe for that. Between steps everything is a function of their results.
A case that waits for a person leaves the engine and is taken up again; it holds no thread for the days that may take.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import dropwhile, islice
from typing import Any

from dbos import DBOS
from dbos._error import DBOSException

from runtime import beside_people, confirming, durable, plan, waiting_cases
from runtime import case_steps as steps
from runtime.case_steps import Plain, pilot, use
from runtime.database import StateLost
from runtime.exactly_once import key_of
from runtime.gate import narrowest
from runtime.goals import AskStep, CallStep, RuleStep, Step, WhenStep
from runtime.hand_off import Stopped, class_of, in_words
from runtime.replies import ASK_AGAIN, NOT_HERE, NOTHING_CHANGED, which
from runtime.saying import done_words, invented
from runtime.systems.exchange import Seen
from runtime.taking_back import take_back, to_take_back
from runtime.understanding.slots import fill, from_list
from runtime.understanding.understand import Understood
from runtime.walk import Halt, Instead, Suspended, Waits, Walk

__all__ = ["run_case", "use", "wait_until_idle"]
MOST_RECOVERIES = 1_000_000  # a case may wait through as many restarts as it takes
log = logging.getLogger(__name__)
_active: list[str] = []
_changing = threading.Lock()


@DBOS.workflow(name=durable.CASE, max_recovery_attempts=MOST_RECOVERIES)
def run_case(case: Plain) -> Plain:
    """The whole case; gives the line that `pilot run --json` prints."""
    with _changing:
        if steps.is_closing():
            durable.put_back(case["case"])
            raise Suspended
        _active.append(case["case"])
    try:
        line = _spoken(_run(case))
        steps.remember(case, line["intent"] or "", line["outcome"], line["reason"])
        return line
    except Waits:
        durable.park(pilot(), case["case"])
        raise
    except StateLost as lost:
        raise Suspended from lost
    finally:
        with _changing:
            _active.remove(case["case"])


def wait_until_idle(timeout: float = 120.0) -> None:
    """Lets cases under way come to their end before the engine goes; what takes longer is recovered at the next start."""
    with _changing:
        steps.close()
    until = time.monotonic() + timeout
    while _active and time.monotonic() < until:
        time.sleep(0.02)


def _run(case: Plain) -> Plain:
    understood = Understood.of(steps.understood_of(case))
    intent = understood.intent
    walk = Walk(case, intent or "", "observe", understood)
    try:
        _stay_silent(walk)
        if understood.stop:
            walk.is_simulated = steps.simulated(intent or "")
            stop = understood.stop
            raise _to_person(walk, Stopped(stop.kind, stop.rule, stop.says))
        if intent is None:
            steps.note(case["case"], "01 ask", {"says": "the message fits no goal clearly enough"})
            raise Halt("asked", "the message fits no goal clearly enough", ASK_AGAIN)
        allowed = steps.allowed(case["case"], intent)
        walk.autonomy = narrowest(allowed["autonomy"], "approve") if understood.proposed else allowed["autonomy"]
        walk.is_simulated = walk.autonomy == "observe"
        if walk.autonomy == "blocked":
            steps.note(case["case"], "01 gate", {"says": allowed["why"]}, decision="blocked")
            raise Halt("blocked", allowed["why"], NOT_HERE)
        if allowed["left"]:
            raise _to_person(walk, Stopped("other", "pilot.share", allowed["left"]))
        walk.given[plan.MOOD] = {"frustrated": walk.is_frustrated}
        _slots(walk)
        _walk(walk, pilot().estate.goals[walk.workflow].steps)
    except Halt as halt:
        taken_back = take_back(walk) if halt.outcome in ("refused", "handed_off") else ""
        return walk.line(halt.outcome, "; ".join(filter(None, (halt.reason, taken_back))), halt.reply)
    except (DBOSException, StateLost):
        raise  # the engine's own: hand_over_stranded() finds it
    except Exception as failed:
        if steps.is_closing():
            log.warning("case %s is left to the next start: %s", case["case"], type(failed).__name__)
            raise Suspended from failed
        log.exception("case %s failed and goes to a person", case["case"])
        return _failed(walk, type(failed).__name__)
    return walk.line("resolved", "every step was done", done_words(walk))


def _stay_silent(walk: Walk) -> None:
    """While a person has the conversation the agent says nothing; the customer's words go to that person."""
    found = steps.with_person(walk.case)
    if not found["case"]:
        return
    says = f"a person has this conversation (case {found['case']})"
    if not found["noted"]:  # the ticket takes no notes: a handoff of its own, so that the words are not lost
        stopped = Stopped("other", "conversation.open", f"the customer wrote again; {says}")
        steps.to_person(walk.case, walk.workflow, walk.understood.plain(), stopped.plain())
    raise Halt("handed_off", says)


def _failed(walk: Walk, name: str) -> Plain:
    """A fault of our own is not the customer's: a person gets the case."""
    halt = _to_person(walk, Stopped("tool_fault", "fault", f"the agent itself failed ({name})"))
    return walk.line(halt.outcome, halt.reason, halt.reply)


def _spoken(line: Plain) -> Plain:
    """Nothing is said in shadow; else the first sentence says that a machine speaks (EU AI Act, Art. 50(1))."""
    disclosure = pilot().estate.guardrails.disclosure
    reply = line["reply"] if line["outcome"] != "observed" else ""
    return {**line, "reply": f"{disclosure} {reply}" if disclosure and reply else reply}


def _walk(walk: Walk, todo: list[Step]) -> None:
    for step in todo:
        if isinstance(step, CallStep):
            _call(walk, step)
        elif isinstance(step, RuleStep):
            _apply(walk, step)
        elif isinstance(step, AskStep):
            if not (step.troubleshooting and walk.is_frustrated):
                raise Halt("asked", step.ask, step.ask)
        else:
            _branch(walk, step)


def _branch(walk: Walk, step: WhenStep) -> None:
    if plan.holds(_value(walk, step.when), step.is_):
        _walk(walk, step.do)
    elif isinstance(step.otherwise, list):
        _walk(walk, step.otherwise)
    elif step.otherwise == "stop":
        raise Halt("resolved", f"{step.when} is not {step.is_}: nothing to do", walk.explained(step.when))
    else:
        said = walk.explained(step.when) or f"{step.when} is not {step.is_}"
        raise _to_person(walk, Stopped("conflict", "goals.otherwise", said))


def _slots(walk: Walk) -> None:
    """Fills what session and words say; what a later list may say is left open."""
    for name, slot in pilot().estate.goals[walk.workflow].slots.items():
        message, session = str(walk.case.get("message", "")), walk.case.get("session") or {}
        found = fill(name, slot, message, session, language=walk.understood.language, today=walk.understood.today)
        value = found.value if found.value is not None else walk.understood.slots.get(name)
        if value is not None:
            walk.given[name] = value
        elif slot.required and slot.from_ == "session":
            says = f"the channel does not say who the customer is ({name.replace('_', ' ')})"
            raise _to_person(walk, Stopped("low_confidence", "goals.session", says))
        elif slot.required and (found.choices or not slot.else_choose):
            raise Halt("asked", f"{name}: {found.source}", which(name, found.choices))


def _choose(walk: Walk, names: list[str]) -> None:
    """Fills open slots that a step needs from the list that a system gave."""
    slots = pilot().estate.goals[walk.workflow].slots
    for name in dict.fromkeys(plan.root(n) for n in names):
        slot = slots.get(name)
        if slot is None or name in walk.given or not slot.else_choose or slot.else_choose not in walk.given:
            continue
        found = from_list(walk.given[slot.else_choose])
        if found.value is None and found.choices:
            raise Halt("asked", f"{name}: {found.source}", which(name, found.choices))
        if found.value is None:
            says = f"no {name.replace('_', ' ')} was found for this customer"
            raise _to_person(walk, Stopped("low_confidence", "goals.slots", says))
        walk.given[name] = found.value


def _call(walk: Walk, step: CallStep) -> None:
    _choose(walk, [r for r in (*step.with_.values(), *step.same_effect) if isinstance(r, str)])
    try:
        arguments = plan.arguments_of(step, walk.given)
    except KeyError as error:
        raise _to_person(walk, Stopped("tool_fault", "goals.with", f"{error} leads nowhere in what was read")) from None
    is_write = pilot().estate.is_write(step.call)
    try:
        answer = _write(walk, step, arguments) if is_write else _read(walk, step, arguments)
    except Instead as other:
        _go_on(walk, step, other)
        return
    for name, pointer in step.gives.items():
        try:
            walk.given[name] = plan.taken_from(answer, pointer)
        except KeyError:
            says = f"{step.call} answered without {pointer}"
            raise _to_person(walk, Stopped("tool_fault", "goals.gives", says)) from None


def _go_on(walk: Walk, step: CallStep, other: Instead) -> None:
    """The system said no, and the goal says what is done instead."""
    if not isinstance(other.steps, str):
        _walk(walk, other.steps)
        return
    says = f"{step.call} answered {other.error}"
    raise (
        Halt("resolved", says)
        if other.steps == "stop"
        else _to_person(walk, Stopped("tool_fault", "goals.on_error", says))
    )


def _look_for_other_steps(step: CallStep, status: Any, answer: Any) -> None:
    found = plan.instead_of(step, status, answer)
    if found is not None:
        raise Instead(*found)


def _read(walk: Walk, step: CallStep, arguments: Plain) -> Any:
    found = steps.read(walk.name, walk.step(step.call), step.call, arguments)
    if found["seen"] != Seen.OK:
        _look_for_other_steps(step, found["status"], found["body"])
        what = found["says"] or f"{found['seen']} {found['status'] or ''}".rstrip()
        raise _to_person(walk, Stopped("tool_fault", "tool_fault", f"{step.call} did not answer as it should: {what}"))
    return found["body"]


def _write(walk: Walk, step: CallStep, arguments: Plain, approval: Plain | None = None) -> Any:
    """The write's answer, or the end of the walk: observed, waiting, held, refused or unknown."""
    if wrong := invented(walk, step, arguments):
        raise _to_person(walk, Stopped("conflict", "figures", f"{step.call}: {wrong}"))
    if step.confirm and approval is None:
        _confirm(walk, step, arguments)
    named, context = walk.step(step.call), walk.context(step.call, approval, pilot().estate)
    if walk.autonomy == "observe":
        said = steps.watch(walk.name, named, step.call, arguments, context)
        _beside_people(walk, step.call if said["decision"] in ("act", "approve") else None, arguments)
        raise Halt("observed", f"would {said['decision']} {in_words(step.call, arguments)}: {said['reason']}")
    same = {name: _value(walk, name) for name in step.same_effect} or arguments
    done = steps.write_through(walk.name, named, step.call, arguments, context, key_of(walk.workflow, step.call, same))
    if done["state"] == "done":
        walk.writes.append({"operation": step.call, "arguments": arguments})
        to_take_back(walk, step, done["answer"], is_own=done["is_own"])
        return done["answer"]
    if done["state"] == "refused":
        _look_for_other_steps(step, (done["answer"] or {}).get("status"), done["answer"])
    if done["state"] == "held" and done["decision"] == "approve" and approval is None:
        return _write(walk, step, arguments, _approved(walk, step, arguments, done))
    if done["state"] == "unknown":
        stopped = Stopped("unknown_effect", "unknown_effect", f"{step.call}: {done['reason']}")
        raise _to_person(walk, stopped, outcome="unknown")
    stopped = Stopped(class_of(done["decision"], done["rule"]), done["rule"], done["reason"])
    raise _to_person(
        walk, replace(stopped, operation=step.call, arguments=arguments) if done["decision"] == "escalate" else stopped
    )


def _confirm(walk: Walk, step: CallStep, arguments: Plain) -> None:
    """The customer's clear yes to exactly this call; without one nothing is done. Shadow asks nobody and goes on as after a yes."""
    if walk.autonomy == "observe":
        walk.given["confirmation"] = {"arguments": arguments}
        return
    try:
        heard = confirming.heard(walk, step, arguments)
    except KeyError as error:
        raise _to_person(
            walk, Stopped("tool_fault", "goals.confirm", f"{error} is not known for the question")
        ) from None
    if heard.is_open:
        line = walk.line("asked", f"waits for the customer's yes until {heard.deadline[:16]} UTC", heard.question)
        raise _wait(walk, line, heard.deadline)
    if heard.said == "unclear":
        raise _to_person(
            walk, Stopped("low_confidence", "confirmation.unclear", "the customer's answer is no clear yes or no")
        )
    if heard.said != "yes":
        says = "the customer said no" if heard.said else "the customer did not answer in time"
        raise Halt("refused", says, NOTHING_CHANGED if heard.said else "")


def _approved(walk: Walk, step: CallStep, arguments: Plain, held: Plain) -> Plain:
    """A person's yes to this very call. Silence is never consent; while nobody has decided, the case leaves the engine."""
    deadline = (datetime.fromisoformat(steps.now()) + timedelta(hours=_hours(walk.workflow))).isoformat()
    until, follows = datetime.fromisoformat(deadline), _follows(walk, step)
    stopped = Stopped("limit", held["rule"], held["reason"], step.call, arguments, held["digest"], until, follows)
    handoff = steps.to_person(walk.case, walk.workflow, walk.understood.plain(), stopped.plain())
    if not steps.has_answer(handoff, deadline):
        line = walk.line(
            "waiting",
            f"{held['reason']} (approval {handoff}, until {deadline[:16]} UTC)",
            pilot().estate.escalation.acknowledge,
        )
        raise _wait(walk, {**line, "handoff": handoff}, deadline)
    said = steps.person_said(walk.name, handoff)
    if said["option"] == "approve":
        walk.covered = follows
        return {"id": handoff, "digest": held["digest"], "by": said["by"]}
    reason = "a person refused" if said["option"] else "nobody decided in time; nothing was done"
    raise Halt("refused" if said["option"] else "handed_off", reason, pilot().estate.escalation.acknowledge)


def _follows(walk: Walk, step: CallStep) -> tuple[str, ...]:
    """What goes along with a yes and is named in the question: later writes of the goal that move no money, like the message about it."""
    estate = pilot().estate
    later = dropwhile(lambda call: call is not step, estate.goals[walk.workflow].calls())
    names = dict.fromkeys(call.call for call in islice(later, 1, None))
    return tuple(
        name for name in names if (effect := estate.effect(name)) and effect.does != "read" and effect.money_out is None
    )


def _hours(workflow: str) -> int:
    settings = pilot().settings.workflows.get(workflow)
    return settings.approval_expires_hours if settings else 72


def _apply(walk: Walk, step: RuleStep) -> None:
    _choose(walk, step.with_)
    made = steps.apply_rule(walk.name, walk.step(step.rule), step.rule, [_value(walk, name) for name in step.with_])
    if made["error"]:
        says = f"rule {step.rule} could not be computed ({made['error']})"
        raise _to_person(walk, Stopped("tool_fault", "rule", says))
    values = [made["value"]] if len(step.gives) == 1 else made["value"]
    walk.given.update(dict(zip(step.gives, values, strict=True)))


def _to_person(walk: Walk, stopped: Stopped, outcome: str = "handed_off") -> Halt:
    """Hands the case over; gives the end of the walk."""
    if walk.is_simulated:
        steps.note(
            walk.name, walk.step("would hand off"), {"rule": stopped.rule, "says": stopped.says}, decision="observe"
        )
        _beside_people(walk, None, {})
        return Halt("observed", f"would hand off: {stopped.says}")
    taken_back = take_back(walk) if outcome == "handed_off" else ""
    stopped = replace(stopped, says="; ".join(filter(None, (stopped.says, taken_back))))
    steps.to_person(walk.case, walk.workflow, walk.understood.plain(), stopped.plain())
    return Halt(outcome, stopped.says, pilot().estate.escalation.acknowledge)


def _beside_people(walk: Walk, operation: str | None, arguments: Plain) -> None:
    did = walk.case.get(beside_people.FIELD)
    if did is not None:
        said = beside_people.compared(did, operation, arguments)
        steps.note(walk.name, beside_people.STEP, {"would": operation or "hand off"}, decision=said)


def _wait(walk: Walk, line: Plain, until: str) -> Waits:
    """Keeps the line that is shown while the case waits; the case then leaves the engine (durable.park)."""
    waiting_cases.keep(pilot().connection, walk.name, until, _spoken(line))
    return Waits()


def _value(walk: Walk, reference: str) -> Any:
    try:
        return walk.known(reference)
    except KeyError:
        says = f"{reference} is not known at this step"
        raise _to_person(walk, Stopped("tool_fault", "goals.steps", says)) from None

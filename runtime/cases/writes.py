"""One write of a case: confirmed by the customer, decided on, approved by a person where it must be, done once or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import dropwhile, islice
from typing import Any

from runtime import plan
from runtime.cases import confirming, steps
from runtime.cases.ends import beside, to_person, value_of, wait
from runtime.cases.hand_off import Stopped, class_of, in_words
from runtime.cases.open_pilot import Plain, pilot
from runtime.cases.replies import NOTHING_CHANGED
from runtime.cases.saying import invented
from runtime.cases.taking_back import to_take_back
from runtime.cases.walk import Halt, Instead, Walk
from runtime.cases.write_steps import watch, write_through
from runtime.exactly_once import key_of
from runtime.goals import CallStep


def write(
    walk: Walk, step: CallStep, arguments: Plain, approval: Plain | None = None, *, same: Plain | None = None
) -> Any:
    """The write's answer, or the end of the walk: observed, waiting, held, refused or unknown.

    Args:
        same: *what* is done, where it is not what the step's `same_effect` names.
    """
    if wrong := invented(walk, step, arguments):
        raise to_person(walk, Stopped("conflict", "figures", f"{step.call}: {wrong}"))
    if step.confirm and approval is None:
        _confirm(walk, step, arguments)
    named, context = walk.step(step.call), walk.context(step.call, approval, pilot().estate)
    if walk.autonomy == "observe":
        said = watch(walk.name, named, step.call, arguments, context)
        beside(walk, step.call if said["decision"] in ("act", "approve") else None, arguments)
        raise Halt("observed", f"would {said['decision']} {in_words(step.call, arguments)}: {said['reason']}")
    same = same or {name: value_of(walk, name) for name in step.same_effect} or arguments
    done = write_through(walk.name, named, step.call, arguments, context, key_of(walk.workflow, step.call, same))
    if done["state"] == "done":
        walk.writes.append({"operation": step.call, "arguments": arguments})
        to_take_back(walk, step, done["answer"], is_own=done["is_own"])
        return done["answer"]
    if done["state"] == "refused":
        look_for_other_steps(step, (done["answer"] or {}).get("status"), done["answer"])
    if done["state"] == "held" and done["decision"] == "approve" and approval is None:
        return write(walk, step, arguments, _approved(walk, step, arguments, done), same=same)
    if done["state"] == "unknown":
        stopped = Stopped("unknown_effect", "unknown_effect", f"{step.call}: {done['reason']}")
        raise to_person(walk, stopped, outcome="unknown")
    stopped = Stopped(class_of(done["decision"], done["rule"]), done["rule"], done["reason"])
    raise to_person(
        walk, replace(stopped, operation=step.call, arguments=arguments) if done["decision"] == "escalate" else stopped
    )


def look_for_other_steps(step: CallStep, status: Any, answer: Any) -> None:
    """Raises Instead where the goal says what is done on this answer."""
    found = plan.instead_of(step, status, answer)
    if found is not None:
        raise Instead(*found)


def _confirm(walk: Walk, step: CallStep, arguments: Plain) -> None:
    """The customer's clear yes to exactly this call; without one nothing is done. Shadow asks nobody and goes on as after a yes."""
    if walk.autonomy == "observe":
        walk.given["confirmation"] = {"arguments": arguments}
        return
    try:
        heard = confirming.heard(walk, step, arguments)
    except KeyError as error:
        raise to_person(
            walk, Stopped("tool_fault", "goals.confirm", f"{error} is not known for the question")
        ) from None
    if heard.is_open:
        line = walk.line("asked", f"waits for the customer's yes until {heard.deadline[:16]} UTC", heard.question)
        raise wait(walk, line, heard.deadline)
    if heard.said == "unclear":
        raise to_person(
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
        raise wait(walk, {**line, "handoff": handoff}, deadline)
    said = steps.person_said(walk.name, handoff)
    if said["option"] == "approve":
        walk.covered = follows
        return {"id": handoff, "digest": held["digest"], "by": said["by"]}
    reason = "a person refused" if said["option"] else "nobody decided in time; nothing was done"
    raise Halt("refused" if said["option"] else "handed_off", reason, pilot().estate.escalation.acknowledge)


def _follows(walk: Walk, step: CallStep) -> tuple[str, ...]:
    """What goes along with a yes and is named in the question: later writes of the goal that move no money, like the message about it."""
    estate = pilot().estate
    calls = list(estate.goals[walk.workflow].calls())
    not_named = {call.undo.call for call in calls if call.undo}  # happens only if a later step is refused
    not_named |= {call.call for call in estate.goals[walk.workflow].tools()}  # what a model will say is not known yet
    later = islice(dropwhile(lambda call: call is not step, calls), 1, None)
    names = dict.fromkeys(call.call for call in later if call.call not in not_named)
    return tuple(
        name for name in names if (effect := estate.effect(name)) and effect.does != "read" and effect.money_out is None
    )


def _hours(workflow: str) -> int:
    settings = pilot().settings.workflows.get(workflow)
    return settings.approval_expires_hours if settings else 72

"""How a case leaves its walk: to a person, into waiting, and with what is said; in shadow it is only noted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtime import plan
from runtime.cases import steps, waiting_cases
from runtime.cases.hand_off import Stopped
from runtime.cases.open_pilot import Plain, pilot
from runtime.cases.taking_back import take_back
from runtime.cases.walk import Halt, Waits, Walk
from runtime.goals import CallStep, RuleStep
from runtime.piloting import beside_people


def to_person(walk: Walk, stopped: Stopped, outcome: str = "handed_off") -> Halt:
    """Hands the case over; gives the end of the walk."""
    if walk.is_simulated:
        steps.note(
            walk.name, walk.step("would hand off"), {"rule": stopped.rule, "says": stopped.says}, decision="observe"
        )
        beside(walk, None, {})
        return Halt("observed", f"would hand off: {stopped.says}")
    taken_back = take_back(walk) if outcome == "handed_off" else ""
    stopped = replace(stopped, says="; ".join(filter(None, (stopped.says, taken_back))))
    steps.to_person(walk.case, walk.workflow, walk.understood.plain(), stopped.plain())
    return Halt(outcome, stopped.says, pilot().estate.escalation.acknowledge)


def beside(walk: Walk, operation: str | None, arguments: Plain) -> None:
    """In shadow, where it is known what people did: the same, or something else."""
    did = walk.case.get(beside_people.FIELD)
    if did is not None:
        said = beside_people.compared(did, operation, arguments)
        steps.note(walk.name, beside_people.STEP, {"would": operation or "hand off"}, decision=said)


def wait(walk: Walk, line: Plain, until: str) -> Waits:
    """Keeps the line that is shown while the case waits; the case then leaves the engine (durable.park)."""
    waiting_cases.keep(pilot().connection, walk.name, until, spoken(line))
    return Waits()


def spoken(line: Plain) -> Plain:
    """Nothing is said in shadow; else the first sentence says that a machine speaks (EU AI Act, Art. 50(1))."""
    disclosure = pilot().estate.guardrails.disclosure
    reply = line["reply"] if line["outcome"] != "observed" else ""
    return {**line, "reply": f"{disclosure} {reply}" if disclosure and reply else reply}


def give(walk: Walk, step: CallStep, answer: Any) -> None:
    """Names what the goal takes out of an answer."""
    for name, pointer in step.gives.items():
        try:
            walk.given[name] = plan.taken_from(answer, pointer)
        except KeyError:
            says = f"{step.call} answered without {pointer}"
            raise to_person(walk, Stopped("tool_fault", "goals.gives", says)) from None


def apply(walk: Walk, step: RuleStep, values: list[Any]) -> Any:
    """Computes a rule and names its values."""
    made = steps.apply_rule(walk.name, walk.step(step.rule), step.rule, values)
    if made["error"]:
        says = f"rule {step.rule} could not be computed ({made['error']})"
        raise to_person(walk, Stopped("tool_fault", "rule", says))
    given = [made["value"]] if len(step.gives) == 1 else made["value"]
    walk.given.update(dict(zip(step.gives, given, strict=True)))
    return made["value"]


def value_of(walk: Walk, reference: str) -> Any:
    """What a step gave under this name; a case that needs what nobody gave goes to a person."""
    try:
        return walk.known(reference)
    except KeyError:
        says = f"{reference} is not known at this step"
        raise to_person(walk, Stopped("tool_fault", "goals.steps", says)) from None

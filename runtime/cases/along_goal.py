"""Along the steps of a goal: reads, rules, questions, branches and writes, each from what the ones before have given."""

from __future__ import annotations

from typing import Any

from runtime import plan
from runtime.agent.step import work_on
from runtime.cases import steps
from runtime.cases.ends import apply, give, to_person, value_of
from runtime.cases.hand_off import Stopped
from runtime.cases.open_pilot import Plain, pilot
from runtime.cases.replies import which
from runtime.cases.walk import Halt, Instead, Walk
from runtime.cases.writes import look_for_other_steps, write
from runtime.goals import AgentStep, AskStep, CallStep, Ending, RuleStep, Step, WhenStep
from runtime.understanding.slots import fill, from_list


def walk_along(walk: Walk, todo: list[Step]) -> None:
    """Takes the steps in order. Raises how the walk ends: Halt, or Suspended while it waits."""
    for step in todo:
        if isinstance(step, CallStep):
            _call(walk, step)
        elif isinstance(step, RuleStep):
            _apply(walk, step)
        elif isinstance(step, AskStep):
            if not (step.troubleshooting and walk.is_frustrated):
                raise Halt("asked", step.ask, step.ask)
        elif isinstance(step, AgentStep):
            if not work_on(walk, step):
                _instead(walk, step.without, "agent", "there is no language model")
        else:
            _branch(walk, step)


def _branch(walk: Walk, step: WhenStep) -> None:
    if plan.holds(value_of(walk, step.when), step.is_):
        walk_along(walk, step.do)
    else:
        _instead(walk, step.otherwise, step.when, f"{step.when} is not {step.is_}")


def _instead(walk: Walk, other: list[Step] | Ending, about: str, says: str) -> None:
    """The other side of a branch; a rule's own explanation is what is said of it."""
    if isinstance(other, list):
        walk_along(walk, other)
    elif other == "stop":
        raise Halt("resolved", f"{says}: nothing to do", walk.explained(about))
    else:
        raise to_person(walk, Stopped("conflict", "goals.otherwise", walk.explained(about) or says))


def fill_slots(walk: Walk) -> None:
    """Fills what session and words say; what a later list may say is left open."""
    for name, slot in pilot().estate.goals[walk.workflow].slots.items():
        message, session = str(walk.case.get("message", "")), walk.case.get("session") or {}
        found = fill(name, slot, message, session, language=walk.understood.language, today=walk.understood.today)
        value = found.value if found.value is not None else walk.understood.slots.get(name)
        if value is not None:
            walk.given[name] = value
        elif slot.required and slot.from_ == "session":
            says = f"the channel does not say who the customer is ({name.replace('_', ' ')})"
            raise to_person(walk, Stopped("low_confidence", "goals.session", says))
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
            raise to_person(walk, Stopped("low_confidence", "goals.slots", says))
        walk.given[name] = found.value


def _call(walk: Walk, step: CallStep) -> None:
    _choose(walk, [r for r in (*step.with_.values(), *step.same_effect) if isinstance(r, str)])
    try:
        arguments = plan.arguments_of(step, walk.given)
    except KeyError as error:
        raise to_person(walk, Stopped("tool_fault", "goals.with", f"{error} leads nowhere in what was read")) from None
    is_write = pilot().estate.is_write(step.call)
    try:
        answer = write(walk, step, arguments) if is_write else _read(walk, step, arguments)
    except Instead as other:
        _go_on(walk, step, other)
        return
    give(walk, step, answer)


def _go_on(walk: Walk, step: CallStep, other: Instead) -> None:
    """The system said no, and the goal says what is done instead."""
    if not isinstance(other.steps, str):
        walk_along(walk, other.steps)
        return
    says = f"{step.call} answered {other.error}"
    raise (
        Halt("resolved", says)
        if other.steps == "stop"
        else to_person(walk, Stopped("tool_fault", "goals.on_error", says))
    )


def _read(walk: Walk, step: CallStep, arguments: Plain) -> Any:
    found = steps.read(walk.name, walk.step(step.call), step.call, arguments)
    if wrong := steps.fault_of(step.call, found):
        look_for_other_steps(step, found["status"], found["body"])
        raise to_person(walk, Stopped("tool_fault", "tool_fault", wrong))
    return found["body"]


def _apply(walk: Walk, step: RuleStep) -> None:
    _choose(walk, step.with_)
    apply(walk, step, [value_of(walk, name) for name in step.with_])

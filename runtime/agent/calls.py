"""One call that a model proposes in an agent step: arguments checked before anything, then the read, rule or write that any goal has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runtime import plan
from runtime.agent.sources import is_of_field, unfounded
from runtime.agent.tools import Plain, Tool, arguments_of, enumerated
from runtime.cases import steps
from runtime.cases.ends import apply, give
from runtime.cases.open_pilot import pilot
from runtime.cases.saying import read_by
from runtime.cases.walk import Walk
from runtime.cases.writes import write
from runtime.exactly_once import key_of
from runtime.goals import AgentStep, CallStep, RuleStep, every_step
from runtime.guardrails.restricted import readable


@dataclass(frozen=True)
class Written:
    """A write that a step has done: the key of its effect, and what the system answered."""

    key: str
    answer: Any


@dataclass
class Done:
    """What a step has come to: its writes by operation, and what the model told the rules, the latest by name."""

    writes: dict[str, Written] = field(default_factory=dict)
    told: Plain = field(default_factory=dict)


class Told(Exception):
    """An error for the model, which may try again once."""


def do(walk: Walk, step: AgentStep, tool: Tool, said: str, done: Done) -> Any:
    """What the call gives the model to see.

    Args:
        said: the arguments as the model wrote them.
        done: of this step until now, so that a write that is said twice is done and counted once.

    Raises:
        Told: nothing was done, and why.
        Halt, Suspended: how a write ends that is not simply done.
    """
    try:
        asked = arguments_of(tool, said)
    except ValueError as error:
        raise Told(f"{tool.name}: {error}") from None
    found = next(one for one in step.agent.may if tool.does == (one.call if isinstance(one, CallStep) else one.rule))
    writes = isinstance(found, CallStep) and pilot().estate.is_write(found.call)
    words = "" if writes else str(walk.case.get("message", ""))
    if wrong := unfounded(asked, read_by(walk), enumerated(tool.schema), words):
        raise Told(f"{tool.name}: {wrong}")
    if isinstance(found, RuleStep):
        answer = apply(walk, found, [_ours(walk, name) if name in tool.fills else asked[name] for name in found.with_])
        done.told |= asked
    elif writes:
        _fits(walk, step, found, asked, done)
        answer = _written(walk, found, {**asked, **_filled(walk, found)}, done.writes)
    else:
        answer = _read(walk, found, {**asked, **_filled(walk, found)})
    walk.answers.append(answer)
    return answer


def _filled(walk: Walk, call: CallStep) -> Plain:
    """What the session and the goal say, whatever the model says."""
    return {name: _ours(walk, reference) for name, reference in call.with_.items()}


def _ours(walk: Walk, reference: Any) -> Any:
    try:
        value = plan.value_of(reference, walk.given)
    except KeyError:
        value = None
    if value is None:
        raise Told(f"{reference} is not known yet: call the tool that gives {plan.root(str(reference))} first")
    return value


def _fits(walk: Walk, step: AgentStep, call: CallStep, asked: Plain, done: Done) -> None:
    """What a write is about is a field of that name; where a rule of the goal computes by the same name, how much is what it gave
    for this one.
    """
    own, read = pilot().estate, read_by(walk)
    effect = own.effect(call.call)
    amount = plan.root(effect.money_out.field or "") if effect and effect.money_out else ""
    rules = [one for one in (*every_step(own.goals[walk.workflow].steps), *step.agent.may) if isinstance(one, RuleStep)]
    about = [rule for rule in rules if asked.keys() & set(rule.with_)]
    computed = {name: walk.given.get(name) for rule in about for name in rule.gives}
    for name, value in asked.items():
        if name in done.told and done.told[name] != value:
            raise Told(f"{name} is another one than was computed for")
        if name in call.same_effect and not is_of_field(name, value, read, to_the_letter=True):
            raise Told(f"{name} stands in no field of that name, letter by letter")
        if about and name == amount and not is_of_field(name, value, computed, to_the_letter=False):
            raise Told(f"{name} is not what was computed")


def _written(walk: Walk, call: CallStep, arguments: Plain, written: dict[str, Written]) -> Any:
    """A step does a write once: a model that may choose what the effect is about must not choose how often it is paid."""
    for name in call.same_effect:
        if name not in arguments and plan.root(name) not in walk.given:
            raise Told(f"{call.call}: {name} has to be said")
    same = {name: arguments[name] if name in arguments else _ours(walk, name) for name in call.same_effect}
    key = key_of(walk.workflow, call.call, same or arguments)
    if call.call in written and written[call.call].key != key:
        raise Told(f"{call.call} was done already, and a step does it once")
    if call.call not in written:
        answer = write(walk, call, arguments, same=same)
        written[call.call] = Written(key, readable(pilot().estate.guardrails, answer))
        give(walk, call, written[call.call].answer)
    return written[call.call].answer


def _read(walk: Walk, call: CallStep, arguments: Plain) -> Any:
    found = steps.read(walk.name, walk.step(call.call), call.call, arguments)
    if wrong := steps.fault_of(call.call, found):
        raise Told(wrong)
    give(walk, call, found["body"])
    return found["body"]

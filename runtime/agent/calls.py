"""One call that a model proposes in an agent step: arguments checked before anything, then the read, rule or write that any goal has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runtime import plan
from runtime.agent.sources import unfounded
from runtime.agent.tools import Plain, Tool, arguments_of, enumerated
from runtime.cases import steps
from runtime.cases.ends import apply, give
from runtime.cases.open_pilot import pilot
from runtime.cases.saying import read_by
from runtime.cases.walk import Walk
from runtime.cases.writes import write
from runtime.exactly_once import key_of
from runtime.goals import AgentStep, CallStep, RuleStep
from runtime.guardrails.restricted import readable
from runtime.systems.exchange import Seen


@dataclass(frozen=True)
class Written:
    """A write that a step has done: the key of its effect, and what the system answered."""

    key: str
    answer: Any


class Told(Exception):
    """An error for the model, which may try again once."""


def do(walk: Walk, step: AgentStep, tool: Tool, said: str, written: dict[str, Written]) -> Any:
    """What the call gives the model to see.

    Args:
        said: the arguments as the model wrote them.
        written: writes of this step by operation, so that one that is said twice is done and counted once.

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
    elif writes:
        answer = _written(walk, found, {**asked, **_filled(walk, found)}, written)
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
    if found["seen"] != Seen.OK:
        what = found["says"] or f"{found['seen']} {found['status'] or ''}".rstrip()
        raise Told(f"{call.call} did not answer as it should: {what[:200]}")
    give(walk, call, found["body"])
    return found["body"]

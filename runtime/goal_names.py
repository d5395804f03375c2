"""Names on one path of a goal: each is given before it is needed, by one step only, and a slip of the pen is no literal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runtime.errors import did_you_mean
from runtime.goals import AgentStep, AskStep, CallStep, Goal, RuleStep, Step, every_step
from runtime.plan import MOOD, Branch, Failed, Path, Without, root

PLACE = re.compile(r"\{([A-Za-z0-9_.]+)\}")
"""A name in a sentence: `We have credited {credit.amount}`."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z0-9_]+)*")
Said = Iterator[tuple[Step | None, str]]


def names_on(goal: Goal, path: Path) -> Said:
    """What is wrong with names on this path: the step (None: the goal's `done`) and a sentence."""
    ever = {MOOD, *goal.slots} | {name for step in every_step(goal.steps) for name in getattr(step, "gives", ())}
    known, given = {MOOD, *goal.slots}, set(goal.slots)
    for leg in path:
        if isinstance(leg, str):
            return
        if isinstance(leg, RuleStep):
            yield from (
                (leg, f"{need} is needed by rule {leg.rule} before anything gives it{did_you_mean(root(need), known)}")
                for need in leg.with_
                if root(need) not in known
            )
        elif isinstance(leg, CallStep):
            yield from ((leg, said) for said in _of_call(leg, known, ever))
        elif isinstance(leg, Branch) and leg.step is not None and root(leg.when) not in known:
            yield (
                leg.step,
                f"the branch on {leg.when} stands before anything gives it{did_you_mean(root(leg.when), known)}",
            )
        elif isinstance(leg, AskStep):
            yield from (
                (leg, f"the question names {{{name}}}, which nothing gives before") for name in _missing(leg.ask, known)
            )
        elif isinstance(leg, AgentStep):
            for tool in leg.calls:
                yield from ((tool, said) for said in _of_call(tool, known | set(leg.gives), ever, is_tool=True))
        if not isinstance(leg, Branch | Failed | Without):
            yield from ((leg, f"{name} is given twice, again by {_who(leg)}") for name in leg.gives if name in given)
            given |= set(leg.gives)
            known |= set(leg.gives)
    if path and isinstance(path[-1], AskStep):
        return  # the question is the reply
    yield from (
        (None, f"`done` names {{{name}}}, which nothing gives on a path that ends well")
        for name in _missing(goal.done, known)
    )


def _of_call(call: CallStep, known: set[str], ever: set[str], *, is_tool: bool = False) -> Iterator[str]:
    """`is_tool`: a model fills in the other arguments, and the effect may be named by them."""
    for need in call.same_effect:
        if root(need) not in known and not is_tool:
            yield f"{need} is part of {call.call}'s effect before anything gives it"
    for argument, reference in call.with_.items():
        if isinstance(reference, str) and root(reference) not in known and _NAME.fullmatch(reference):
            near = did_you_mean(root(reference), known)
            if root(reference) in ever:
                yield f"{argument} of {call.call} needs {reference} before anything gives it"
            elif near or "." in reference:
                yield f"{argument} of {call.call} is {reference}, which nothing gives{near}"
    if call.confirm:
        yield from (
            f"the question before {call.call} names {{{name}}}, which nothing gives before"
            for name in _missing(call.confirm, known)
        )
    if call.undo:
        yield from _of_call(call.undo, known | set(call.gives), ever)


def _missing(sentence: str, known: Iterable[str]) -> list[str]:
    return [name for name in PLACE.findall(sentence) if root(name) not in known]


def _who(leg: CallStep | RuleStep | AskStep | AgentStep) -> str:
    if isinstance(leg, AgentStep):
        return "an agent step"
    return leg.call if isinstance(leg, CallStep) else f"rule {leg.rule}" if isinstance(leg, RuleStep) else "a question"

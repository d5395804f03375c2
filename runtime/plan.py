"""A goal's steps as a finite plan: every path printed, every name checked to be given before it is needed.

A string in `with` is a reference when its first part is a slot or was given by a step before; else it is a literal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from runtime.estate import Estate
from runtime.goals import AskStep, CallStep, Goal, RuleStep, Step, WhenStep

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Branch:
    """A closed branch on a path: which way it was taken."""

    when: str
    is_: str
    taken: bool


Leg = CallStep | RuleStep | AskStep | Branch | str  # str: "handoff", "stop"
Path = tuple[Leg, ...]
MOOD = "mood"  # always given: `mood.frustrated`


def paths(goal: Goal) -> list[Path]:
    """Every path through a goal, in written order; finite, for there are no loops."""
    return list(_paths(goal.steps))


def _paths(steps: list[Step]) -> Iterator[Path]:
    if not steps:
        yield ()
        return
    first, rest = steps[0], steps[1:]
    if not isinstance(first, WhenStep):
        yield from ((first, *tail) for tail in _paths(rest))
        return
    yield from ((Branch(first.when, str(first.is_), True), *path) for path in _paths([*first.do, *rest]))
    no = Branch(first.when, str(first.is_), False)
    if isinstance(first.otherwise, str):
        yield (no, first.otherwise)
    else:
        yield from ((no, *path) for path in _paths([*first.otherwise, *rest]))


def lint(estate: Estate, rules: Collection[str]) -> list[str]:
    """What is wrong with the goals of an estate, a sentence each; empty when nothing is."""
    return [
        f"{name}: {said}"
        for name, goal in estate.goals.items()
        for said in dict.fromkeys(_lint(estate, name, goal, rules))
    ]


def _lint(estate: Estate, name: str, goal: Goal, rules: Collection[str]) -> Iterator[str]:
    for call in goal.calls():
        if not estate.is_write(call.call):
            continue
        if estate.effect(call.call) is None:
            yield f"{call.call} is not classified in effects/{call.system}.yaml and will be refused"
        if estate.guardrails.action_of(call.call) is None:
            yield f"{call.call} is a write that no action of guardrails.yaml covers"
        if not call.same_effect:
            yield f"{call.call} is a write without `same_effect`: nothing says when two calls are the same"
    for step in _all_steps(goal.steps):
        if isinstance(step, RuleStep) and step.rule not in rules:
            yield f"rule {step.rule} is not installed (entry points cxready.rules)"
    if estate.escalation.route_of(name, goal.category) is None:
        yield "has no route in escalation.yaml"
    for path in paths(goal):
        yield from _names(goal, path)


def _names(goal: Goal, path: Path) -> Iterator[str]:
    """Each name is given before it is needed, and by one step only."""
    known = {MOOD, *goal.slots}
    for leg in path:
        if isinstance(leg, RuleStep):
            yield from (
                f"{need} is needed by rule {leg.rule} before anything gives it"
                for need in leg.with_
                if root(need) not in known
            )
            known |= set(leg.gives)
        elif isinstance(leg, CallStep):
            yield from (
                f"{need} is part of {leg.call}'s effect before anything gives it"
                for need in leg.same_effect
                if root(need) not in known
            )
            yield from (f"{twice} is given twice, again by {leg.call}" for twice in leg.gives if twice in known)
            known |= set(leg.gives)
        elif isinstance(leg, Branch):
            if root(leg.when) not in known:
                yield f"the branch on {leg.when} stands before anything gives it"
        elif isinstance(leg, AskStep):
            known |= set(leg.gives)


def _all_steps(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, WhenStep):
            yield from _all_steps(step.do)
            if isinstance(step.otherwise, list):
                yield from _all_steps(step.otherwise)


def value_of(reference: Any, given: Given) -> Any:
    """A reference's value, or the literal itself.

    Raises:
        KeyError: the first part is known, but the rest leads nowhere.
    """
    if not isinstance(reference, str) or root(reference) not in given:
        return reference
    found: Any = given[root(reference)]
    for part in reference.split(".")[1:]:
        if isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, Mapping) and part in found:
            found = found[part]
        else:
            raise KeyError(reference)
    return found


def arguments_of(call: CallStep, given: Given) -> dict[str, Any]:
    """The call's arguments with every reference resolved."""
    return {name: value_of(reference, given) for name, reference in call.with_.items()}


def taken_from(answer: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) names; `/` is the whole answer.

    Raises:
        KeyError: it leads nowhere.
    """
    if pointer in ("", "/"):
        return answer
    found = answer
    for part in (p.replace("~1", "/").replace("~0", "~") for p in pointer.lstrip("/").split("/")):
        if isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, Mapping) and part in found:
            found = found[part]
        else:
            raise KeyError(pointer)
    return found


def holds(value: Any, wanted: str | int | bool) -> bool:
    """Whether a branch's condition holds; what cannot be read as asked does not hold."""
    match str(wanted).lower():
        case "present":
            return value not in (None, "", [], {})
        case "absent":
            return value in (None, "", [], {})
        case "true":
            return value is True
        case "false":
            return value is False
        case "positive" | "zero" as sign:
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                return False
            return number.is_finite() and (number > 0 if sign == "positive" else number == 0)
        case literal:
            return str(value).lower() == literal


def printed(path: Path) -> list[str]:
    """A path as lines for a person."""
    lines = []
    for leg in path:
        if isinstance(leg, CallStep):
            lines.append(f"call {leg.call}")
        elif isinstance(leg, RuleStep):
            lines.append(f"rule {leg.rule} → {', '.join(leg.gives)}")
        elif isinstance(leg, Branch):
            lines.append(f"if {leg.when} is {'' if leg.taken else 'not '}{leg.is_}")
        elif isinstance(leg, AskStep):
            lines.append(f"ask: {leg.ask}")
        else:
            lines.append(leg)
    return lines


def root(reference: str) -> str:
    """The name that a dotted reference starts with."""
    return reference.split(".", 1)[0]

"""A goal's steps as a finite plan: every path printed, every reference resolved. What is wrong with one: goal_lint.py.

A string in `with` is a reference when its first part is a slot or was given by a step before; else it is a literal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from runtime.goals import AgentStep, AskStep, CallStep, Goal, RuleStep, Step, WhenStep

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Branch:
    """A closed branch on a path: which way it was taken. `step`: where it is written."""

    when: str
    is_: str
    taken: bool
    step: Step | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Failed:
    """A call that the system refused with an error that the goal has steps for."""

    step: CallStep
    error: str


@dataclass(frozen=True)
class Without:
    """An agent step where no model is there."""

    step: AgentStep


Leg = CallStep | RuleStep | AskStep | AgentStep | Branch | Failed | Without | str  # str: "handoff", "stop"
Path = tuple[Leg, ...]
MOST_PATHS = 4096
MOOD = "mood"  # always given: `mood.frustrated`


def paths(goal: Goal) -> Iterator[Path]:
    """Every path through a goal, in written order; finite, for there are no loops, but a branch doubles their number."""
    return _paths(goal.steps)


def _paths(steps: list[Step]) -> Iterator[Path]:
    if not steps:
        yield ()
        return
    first, rest = steps[0], steps[1:]
    if isinstance(first, WhenStep):
        yes, no = (Branch(first.when, str(first.is_), taken, first) for taken in (True, False))
        yield from ((yes, *path) for path in _paths([*first.do, *rest]))
        yield from _on(no, first.otherwise, rest)
        return
    if isinstance(first, AskStep):  # the question ends the case; only troubleshooting may be left out
        yield (first,)
    if not isinstance(first, AskStep) or first.troubleshooting:
        yield from ((first, *tail) if not isinstance(first, AskStep) else tail for tail in _paths(rest))
    if isinstance(first, CallStep):
        for error, instead in first.on_error.items():
            yield from _on(Failed(first, error), instead, rest)
    if isinstance(first, AgentStep):
        yield from _on(Without(first), first.without, rest)


def _on(leg: Leg, instead: list[Step] | str, rest: list[Step]) -> Iterator[Path]:
    if isinstance(instead, str):
        yield (leg, instead)
    else:
        yield from ((leg, *path) for path in _paths([*instead, *rest]))


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


def instead_of(call: CallStep, status: Any, answer: Any) -> tuple[str, list[Step] | str] | None:
    """The error's name and what a goal does in place of the call; None when it has nothing for this error.

    Args:
        answer: a problem document (RFC 9457), whose type's last part names the error better than the status.
    """
    kind = str(answer.get("type") or "").rstrip("/").rpartition("/")[2] if isinstance(answer, Mapping) else ""
    return next(((name, call.on_error[name]) for name in (kind, str(status)) if name in call.on_error), None)


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
    return [_printed(leg) for leg in path]


def _printed(leg: Leg) -> str:
    if isinstance(leg, CallStep):
        undone = f" (taken back by {leg.undo.call} if a later step is refused)" if leg.undo else ""
        return f"{'ask the customer, then ' if leg.confirm else ''}call {leg.call}{undone}"
    if isinstance(leg, RuleStep):
        return f"rule {leg.rule} → {', '.join(leg.gives)}"
    if isinstance(leg, Branch):
        return f"if {leg.when} is {'' if leg.taken else 'not '}{leg.is_}"
    if isinstance(leg, AgentStep):
        return _task(leg)
    if isinstance(leg, Without):
        return "if there is no model"
    if isinstance(leg, Failed):
        return f"if {leg.step.call} answers {leg.error}"
    return f"ask: {leg.ask}" if isinstance(leg, AskStep) else leg


def _task(step: AgentStep) -> str:
    most = step.agent.at_most
    may = ", ".join(tool.call if isinstance(tool, CallStep) else f"rule {tool.rule}" for tool in step.agent.may)
    bounds = f"{most.calls} calls, {most.tokens:,} tokens, {most.seconds:g} s"
    return f"agent: {step.agent.task} (may {may}; at most {bounds})"


def root(reference: str) -> str:
    """The name that a dotted reference starts with."""
    return reference.split(".", 1)[0]

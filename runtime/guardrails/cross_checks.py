"""Goals and vendors' rights against the limits: what no guardrail lets a goal finish, and what a vendor grants beyond need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from runtime.estate import Estate
from runtime.goals import AgentStep, CallStep, Goal
from runtime.guardrails.cedar import owners, workflows_of
from runtime.guardrails.conditions import DeclaredFact, Term, parts_of, paths_of
from runtime.guardrails.policy import Action
from runtime.plan import MOST_PATHS, Leg, paths

_GIVEN = {"arguments", "session", "now", "it"}


@dataclass(frozen=True)
class Suggestion:
    """`place` is file:line. `denies`: as written, something that was meant to pass is refused or handed over."""

    place: str
    says: str
    do: str
    denies: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.says}\n  → {self.do}"


def cross_checks(estate: Estate) -> Iterator[Suggestion]:
    """Steps that are never permitted, conditions about records that nobody reads, rights that are broader than needed."""
    yield from _permitted(estate)
    yield from _rights(estate)


def _permitted(estate: Estate) -> Iterator[Suggestion]:
    """Steps of a goal that no guardrail permits, and conditions about records that the goal never reads."""
    for name, goal in estate.goals.items():
        for operation in estate.writes_of(name):
            action = estate.guardrails.action_of(operation)
            if action is None or estate.effect(operation) is None:
                continue  # told by the goals' own check
            written = estate.guardrails.actions[action]
            place = f"goals.yaml, {name}"
            if written.autonomy in ("observe", "blocked"):
                yield Suggestion(
                    place,
                    f"{operation} is never permitted: {action} is set to {written.autonomy}",
                    "end the goal with a handoff, or change the action",
                    True,
                )
            elif name not in workflows_of(estate, written, operation):
                yield Suggestion(
                    place,
                    f"{operation} is not permitted to {name}: {action} names other workflows",
                    f"add {name} to the workflows of {action}",
                    True,
                )
            else:
                yield from _unread(estate, name, goal, operation, written)


def _unread(estate: Estate, name: str, goal: Goal, operation: str, action: Action) -> Iterator[Suggestion]:
    before = [known for path in islice(paths(goal), MOST_PATHS) for known in _before(path, operation)]
    given = set.intersection(*before) if before else set()
    for fact in action.conditions:
        declared = estate.guardrails.facts.get(fact)
        needed = _records(declared) if declared else set()
        for record in sorted(needed - given - set(goal.slots)):
            said = f"{operation} needs `{fact}`, which looks at `{record}`, and no step before gives that"
            yield Suggestion(
                f"goals.yaml, {name}", said, f"call the operation that reads it, with `gives: {{{record}: /}}`", True
            )


def _records(fact: DeclaredFact) -> set[str]:
    """Records that a fact looks at; names of elements are none."""
    elements = {name for lists in _named_lists(fact) for name in lists}
    return {path.split(".", 1)[0] for path in paths_of(fact)} - _GIVEN - elements


def _named_lists(term: object) -> Iterator[dict[str, str]]:
    if isinstance(term, Term):
        yield from (lists for form in ("every", "some", "none") if isinstance(lists := getattr(term, form, None), dict))
        for part in parts_of(term):
            yield from _named_lists(part)


def _before(path: tuple[Leg, ...], operation: str) -> Iterator[set[str]]:
    """Names given before each call of the operation on a path."""
    known: set[str] = set()
    for leg in path:
        if isinstance(leg, CallStep) and leg.call == operation:
            yield set(known)
        if isinstance(leg, AgentStep) and any(tool.call == operation for tool in leg.calls):
            yield known | set(leg.gives)
        known |= set(getattr(leg, "gives", ()))


def _rights(estate: Estate) -> Iterator[Suggestion]:
    """Rights that a vendor grants to a credential, against what the limits need; only where effects name rights at all."""
    covered = owners(estate)
    for system, settings in estate.systems.items():
        effects = estate.effects[system].operations if system in estate.effects else {}
        named = {name: effect for name, effect in effects.items() if effect.needs_right}
        needed = {e.needs_right for name, e in named.items() if e.does == "read" or f"{system}.{name}" in covered}
        writing = {effect.needs_right for effect in named.values() if effect.does != "read"}
        for holder, credential in settings.credentials.items():
            place = f"engagement.yaml, systems.{system}.credentials.{holder}"
            granted = set(credential.granted) if named else set()
            for right in sorted(granted - needed if holder == "enforcer" else ()):
                said = f"the vendor grants `{right}`, which no action needs: broader than the limits"
                yield Suggestion(place, said, "take the right away at the vendor")
            for right in sorted(granted & writing if holder == "agent" else ()):
                said = f"the agent's own credential has `{right}`: it can write past the enforcing proxy"
                yield Suggestion(place, said, "take the right away at the vendor")

"""What is wrong with goals.yaml before anything runs: against itself, effects, guardrails and routes, each with its place.

On every path, each name is given before it is needed and by one step only, and each write stands behind a decision: a closed
branch, the customer's own yes, or conditions that the decision point reads. Paths are finite, so this is a proof, not a sample.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from runtime.errors import did_you_mean
from runtime.estate import Estate
from runtime.goal_names import names_on
from runtime.goals import AgentStep, CallStep, Goal, RuleStep, Step, WhenStep, every_step
from runtime.plan import MOST_PATHS, Branch, Path, Without, paths
from runtime.rules import Rule

ASKED = "confirmed_by_customer"
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `keys`: the way to it in goals.yaml, for `Written.place`."""

    workflow: str
    says: str
    keys: Keys

    def __str__(self) -> str:
        return f"{self.workflow}: {self.says}"


def lint(estate: Estate, rules: Mapping[str, Rule]) -> list[Fault]:
    """Everything that is wrong with the goals of an estate, in written order; empty when nothing is.

    Args:
        rules: installed rules by name.
    """
    return [
        fault
        for name, goal in estate.goals.items()
        for fault in dict.fromkeys(_Linted(estate, name, goal, rules).faults())
    ]


class _Linted:
    """One goal under the loupe; `_places` knows where each step is written."""

    def __init__(self, estate: Estate, name: str, goal: Goal, rules: Mapping[str, Rule]) -> None:
        self._estate, self._name, self._goal, self._rules = estate, name, goal, rules
        self._places = dict(_places(goal.steps, (name, "steps")))

    def faults(self) -> Iterator[Fault]:
        if self._estate.escalation.route_of(self._name, self._goal.category) is None:
            yield Fault(self._name, "has no route in escalation.yaml", (self._name,))
        yield from self._of_slots()
        for step in every_step(self._goal.steps):
            yield from self._of_step(step)
        found = list(islice(paths(self._goal), MOST_PATHS + 1))
        if len(found) > MOST_PATHS:
            yield Fault(
                self._name,
                f"has more than {MOST_PATHS:,} paths: nobody can read or prove them; split the goal",
                (self._name, "steps"),
            )
            return
        for path in found:
            yield from self._on(path)
        yield from self._never(found)

    def _at(self, step: Step, says: str) -> Fault:
        return Fault(self._name, says, self._places.get(id(step), (self._name, "steps")))

    def _of_slots(self) -> Iterator[Fault]:
        given = {name for step in every_step(self._goal.steps) for name in getattr(step, "gives", ())}
        for name, slot in self._goal.slots.items():
            keys = (self._name, "slots", name)
            if slot.else_choose and slot.else_choose not in given:
                yield Fault(
                    self._name,
                    f"slot {name} is chosen from {slot.else_choose}, which nothing gives{did_you_mean(slot.else_choose, given)}",
                    keys,
                )
            if slot.from_ == "utterance" and not (slot.pattern or slot.is_ or slot.else_choose):
                yield Fault(
                    self._name, f"slot {name} can never be filled: say what it looks like (`is` or `pattern`)", keys
                )
            if slot.pattern and not _compiles(slot.pattern):
                yield Fault(self._name, f"the pattern of slot {name} is no regular expression", keys)

    def _of_step(self, step: Step) -> Iterator[Fault]:
        if isinstance(step, RuleStep):
            yield from self._of_rule(step)
        if isinstance(step, AgentStep):
            for tool in step.agent.may:
                yield from self._of_step(tool)
            yield from (self._at(tool, says) for tool in step.calls for says in self._beside(tool))
        if isinstance(step, CallStep):
            for call in filter(None, (step, step.undo)):
                yield from (self._at(step, says) for says in self._of_call(call))
            if step.undo and not self._estate.is_write(step.call):
                yield self._at(step, f"{step.call} only reads, there is nothing to undo")
            if step.confirm and not self._estate.is_write(step.call):
                yield self._at(step, f"{step.call} only reads, there is nothing to confirm")

    def _beside(self, tool: CallStep) -> Iterator[str]:
        """A write that both a model and a step of the goal may do is known again by one set of names."""
        same = (call for call in self._goal.calls() if call.call == tool.call and call is not tool)
        if other := next((call for call in same if set(call.same_effect) != set(tool.same_effect)), None):
            named = ", ".join(other.same_effect)
            yield f"{tool.call} stands elsewhere in this goal with `same_effect` {named}: what is done twice would not be seen"

    def _of_rule(self, step: RuleStep) -> Iterator[Fault]:
        rule = self._rules.get(step.rule)
        if rule is None:
            yield self._at(
                step,
                f"rule {step.rule} is not installed (entry points cxready.rules){did_you_mean(step.rule, self._rules)}",
            )
            return
        parameters = [p for p in inspect.signature(rule).parameters.values() if p.kind is not p.VAR_KEYWORD]
        least = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in parameters)
        if not least <= len(step.with_) <= len(parameters):
            yield self._at(
                step,
                f"rule {step.rule} takes {least} values ({', '.join(p.name for p in parameters)}), not {len(step.with_)}",
            )

    def _of_call(self, call: CallStep) -> Iterator[str]:
        if not self._estate.is_write(call.call):
            return
        effect = self._estate.effect(call.call)
        action = self._estate.guardrails.action_of(call.call)
        if effect is None:
            yield f"{call.call} is not classified in effects/{call.system}.yaml and will be refused"
        elif effect.customer and effect.customer.field and effect.customer.field.partition(".")[0] not in call.with_:
            yield f"{call.call} does not say whose record it touches: `with` has no {effect.customer.field}"
        elif (
            effect.money_out
            and effect.money_out.field
            and not any(call is tool for tool in self._goal.tools())  # the model may say how much, within the limits
            and effect.money_out.field.partition(".")[0] not in call.with_
        ):
            yield f"{call.call} does not say how much: `with` has no {effect.money_out.field}"
        if action is None:
            yield f"{call.call} is a write that no action of guardrails.yaml covers"
        elif (allowed := self._estate.guardrails.actions[action].workflows) and not {self._name, "*"} & set(allowed):
            yield f"{call.call} belongs to {action}, which guardrails.yaml allows to {', '.join(allowed)} only"
        if action and ASKED in self._estate.guardrails.actions[action].conditions and not call.confirm:
            yield f"{call.call} needs the customer's yes ({ASKED}), and nobody asks for it: give the step `confirm`"
        if effect and effect.repeat and effect.repeat.find and effect.repeat.reference in call.with_:
            yield f"{call.call} fills in {effect.repeat.reference}, which is ours: it is how a write is found again"
        if not call.same_effect and not self._is_undo(call):
            yield f"{call.call} is a write without `same_effect`: nothing says when two calls are the same"

    def _on(self, path: Path) -> Iterator[Fault]:
        for step, says in names_on(self._goal, path):
            yield self._at(step, says) if step is not None else Fault(self._name, says, (self._name, "done"))
        decided = False
        for leg in path:
            decided = decided or isinstance(leg, Branch)
            for call in [leg] if isinstance(leg, CallStep) else leg.calls if isinstance(leg, AgentStep) else []:
                if self._estate.is_write(call.call) and not (decided or call.confirm or self._has_conditions(call)):
                    yield self._at(
                        call,
                        f"nothing decides on {call.call} before it is done: put it under a `when`, ask with `confirm`, or give its action conditions",
                    )

    def _is_undo(self, call: CallStep) -> bool:
        return id(call) not in self._places  # what it takes back says what is done

    def _has_conditions(self, call: CallStep) -> bool:
        action = self._estate.guardrails.action_of(call.call)
        return action is None or bool(self._estate.guardrails.actions[action].conditions)

    def _never(self, found: list[Path]) -> Iterator[Fault]:
        walked = {id(leg.step) if isinstance(leg, Branch | Without) else id(leg) for path in found for leg in path}
        for step in every_step(self._goal.steps):
            if id(step) not in walked:
                yield self._at(step, "stands on no path: every branch before it ends")


def _places(steps: list[Step], keys: Keys) -> Iterator[tuple[int, Keys]]:
    """Identity of a step → the keys that lead to it."""
    for n, step in enumerate(steps):
        here = (*keys, str(n))
        yield id(step), here
        inside: dict[Keys, Any] = {}
        if isinstance(step, WhenStep):
            inside = {("do",): step.do, ("otherwise",): step.otherwise}
        elif isinstance(step, CallStep):
            inside = {("on_error", error): instead for error, instead in step.on_error.items()}
        elif isinstance(step, AgentStep):
            inside = {("without",): step.without}
            yield from ((id(tool), (*here, "agent", "may", str(m))) for m, tool in enumerate(step.agent.may))
        for more, inner in inside.items():
            if isinstance(inner, list):
                yield from _places(inner, (*here, *more))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True

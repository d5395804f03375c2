"""Guardrails compiled to Cedar: one permit for each workflow, action and operation, with every limit inside it.

Cedar skips a policy that errors, so a limit written as `forbid` can fail open; here forbids only explain a denial
and are never part of a decision. Money is Long in minor units with the currency beside it (Cedar's decimal cannot add).
Language: https://docs.cedarpolicy.com/policies/syntax-policy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.clauses import (
    MONEY_LIMITS,
    Clause,
    Consequence,
    clauses_of,
    fact_attribute,
    limit_minor,
    quoted,
)
from runtime.guardrails.effects import Effect
from runtime.guardrails.money_effect import terms_of
from runtime.guardrails.policy import Action

__all__ = ["MONEY_LIMITS", "Clause", "Consequence", "Rule", "limit_minor", "quoted"]
TYPES = "entity Workflow;\nentity System;\n"


@dataclass(frozen=True)
class Rule:
    """One permit: `workflow` may call `operation` as part of `action` while all clauses hold. `further`: for a currency beside the main one."""

    workflow: str
    operation: str
    action: str
    currency: str
    clauses: tuple[Clause, ...]
    further: bool = False

    @property
    def id(self) -> str:
        return f"{self.action}/{self.workflow}/{self.operation}" + (f"/{self.currency}" if self.further else "")

    def permit(self) -> str:
        conditions = " &&\n  ".join(clause.holds for clause in self.clauses)
        return f"@id({quoted(self.id)})\npermit ({self._scope()}) when {{\n  {conditions}\n}};\n"

    def explanations(self) -> str:
        """A forbid for each clause, fired when the clause does not hold. Only read for the reason of a denial."""
        return "".join(
            f"@id({quoted(str(n))})\n@outcome({quoted(clause.otherwise)})\nforbid ({self._scope()}) unless {{ {clause.holds} }};\n"
            for n, clause in enumerate(self.clauses)
        )

    def _scope(self) -> str:
        return f"principal == Workflow::{quoted(self.workflow)}, action == Action::{quoted(self.operation)}, resource"


def rules(estate: Estate) -> Iterator[Rule]:
    """Every rule that the guardrails, goals and effects give. An operation without a confirmed effect gets none, nor does a write that
    only may be observed, or anything that is blocked."""
    owner = owners(estate)
    for operation, name in owner.items():
        action, effect = estate.guardrails.actions[name], estate.effect(operation)
        if effect is None or action.autonomy == "blocked" or (action.autonomy == "observe" and effect.does != "read"):
            continue
        for workflow in workflows_of(estate, action, operation):
            for currency in currencies_of(estate, name, effect):
                yield _rule(estate, workflow, operation, name, effect, {}, currency)


def rule(
    estate: Estate,
    workflow: str,
    operation: str,
    tighter: Mapping[str, int] | None = None,
    currency: str | None = None,
) -> Rule:
    """The rule of one workflow and operation, in the main currency or a further one of the action.

    Args:
        tighter: names of limits → lower bounds, added as further clauses.
    """
    name = estate.guardrails.action_of(operation)
    effect = estate.effect(operation)
    if (
        name is None
        or effect is None
        or workflow not in workflows_of(estate, estate.guardrails.actions[name], operation)
    ):
        raise BadInput(
            f"no action lets {workflow} call {operation}", "guardrails.yaml", "add the operation to an action"
        )
    known = currencies_of(estate, name, effect)
    return _rule(estate, workflow, operation, name, effect, tighter or {}, currency if currency in known else known[0])


def currencies_of(estate: Estate, action: str, effect: Effect | None) -> list[str]:
    """The main currency of an action first, then those that it also has limits in, where money moves at all."""
    limits = estate.guardrails.actions[action].limits
    further = limits.also if effect is not None and effect.money_out is not None else {}
    return list(dict.fromkeys([limits.currency or estate.currency, *further]))


def _rule(
    estate: Estate,
    workflow: str,
    operation: str,
    name: str,
    effect: Effect,
    tighter: Mapping[str, int],
    currency: str,
) -> Rule:
    action = estate.guardrails.actions[name]
    clauses = tuple(clauses_of(estate, action, effect, currency, tighter))
    further = currency != (action.limits.currency or estate.currency)
    return Rule(workflow, operation, name, currency, clauses, further)


def owners(estate: Estate) -> dict[str, str]:
    """Operation → the action that covers it: the first that names it."""
    found: dict[str, str] = {}
    for name, action in estate.guardrails.actions.items():
        for operation in action.operations:
            found.setdefault(operation, name)
    return found


def workflows_of(estate: Estate, action: Action, operation: str) -> list[str]:
    """Who may: the action's own list (`*`: every one), else every workflow whose steps name the operation; reads: every workflow."""
    effect = estate.effect(operation)
    if "*" in action.workflows or (not action.workflows and effect is not None and effect.does == "read"):
        return list(estate.goals)
    return list(action.workflows) or [name for name, goal in estate.goals.items() if operation in goal.operations()]


def permits_text(estate: Estate) -> str:
    """Permits alone: what is decided by, and what is proved."""
    return "\n".join(rule.permit() for rule in rules(estate))


def schema_text(estate: Estate) -> str:
    """The Cedar schema: which attributes a call of each operation carries."""
    operations = {rule.operation: rule.action for rule in rules(estate)}
    return TYPES + "".join(operation_schema(estate, name, action) for name, action in operations.items())


def operation_schema(estate: Estate, operation: str, action: str | None = None) -> str:
    """The part of the schema about one operation."""
    attributes = ", ".join(f"{name}: {kind}" for name, kind in attributes_of(estate, operation, action).items())
    return (
        f"action {quoted(operation)} appliesTo {{ principal: [Workflow], resource: [System],\n"
        f"  context: {{ {attributes} }} }};\n"
    )


def attributes_of(estate: Estate, operation: str, action: str | None = None) -> dict[str, str]:
    """Context attribute → Cedar type. Amounts are Long in minor units. A read carries facts alone."""
    effect = estate.effect(operation)
    written = estate.guardrails.actions[action or str(estate.guardrails.action_of(operation))]
    terms = dict.fromkeys(terms_of(effect), "Long")
    facts = ", ".join(f"{fact_attribute(name)}: Bool" for name in dict.fromkeys(written.conditions))
    if effect is not None and effect.does == "read":
        return {"facts": f"{{ {facts} }}"}
    totals = dict.fromkeys(("spent_customer", "spent_day", "count_customer", "count_day"), "Long")
    return {
        **terms,
        "currency": "String",
        "mode": "String",
        "high_stakes": "Bool",
        "restricted": "Bool",
        **totals,
        "facts": f"{{ {facts} }}",
    }

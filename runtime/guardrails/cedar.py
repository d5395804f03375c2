"""Guardrails compiled to Cedar: one permit for each workflow, action and operation, with every limit inside it.

Cedar skips a policy that errors, so a limit written as `forbid` can fail open; here forbids only explain a denial
and are never part of a decision. Money is Long in minor units with the currency beside it (Cedar's decimal cannot add).
Language: https://docs.cedarpolicy.com/policies/syntax-policy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.guardrails.money_effect import terms_of
from runtime.guardrails.policy import Action
from runtime.money import to_minor

Consequence = Literal["approve", "escalate", "refuse"]
TYPES = "entity Workflow;\nentity System;\n"
MONEY_LIMITS = ("each", "customer_per_30_days", "all_per_day")


@dataclass(frozen=True)
class Clause:
    """One condition of a permit. `bound` is minor units or a count; `otherwise` what follows when it does not hold."""

    kind: str
    holds: str
    otherwise: Consequence
    bound: int | None = None
    name: str = ""
    says: str = ""


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


def _rule(estate: Estate, workflow: str, operation: str, name: str, effect: Effect, tighter: Mapping[str, int]) -> Rule:
    action = estate.guardrails.actions[name]
    currency = action.limits.currency or estate.currency
    facts = [_fact(estate, fact, reads=effect.does == "read") for fact in dict.fromkeys(action.conditions)]
    if effect.does == "read":
        return Rule(workflow, operation, name, currency, tuple(facts) or (Clause("always", "true", "refuse"),))
    clauses = [
        Clause("restricted", "!context.restricted", "refuse"),
        *_money(effect, action, currency),
        *_counts(action.limits.count_per_customer_per_30_days, action.limits.count_per_day),
        *facts,
        _mode(action),
        *_tighter(effect, currency, tighter),
    ]
    further = currency != (action.limits.currency or estate.currency)
    return Rule(workflow, operation, name, currency, tuple(clauses), further)


def _fact(estate: Estate, name: str, *, reads: bool) -> Clause:
    """What the guardrails say of a fact; a read whose fact fails is nobody's business."""
    declared = estate.guardrails.facts.get(name)
    consequence: Consequence = "refuse" if reads else declared.otherwise if declared else "escalate"
    return Clause(
        "fact", f"context.facts.{_attribute(name)}", consequence, name=name, says=declared.says if declared else ""
    )


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


def policy_text(estate: Estate) -> str:
    """Permits with their explanations, readable; this is what `guardrails compile` prints."""
    return "\n".join(f"{rule.permit()}{rule.explanations()}" for rule in rules(estate))


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
    facts = ", ".join(f"{_attribute(name)}: Bool" for name in dict.fromkeys(written.conditions))
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


def money_expression(effect: Effect, currency: str) -> str | None:
    """The money effect in Cedar; None when the operation moves none."""
    out = effect.money_out
    if out is None:
        return None
    if out.fixed is not None:
        return str(to_minor(out.fixed, currency))
    terms = terms_of(effect)
    return f"context.{terms[0]}" if len(terms) == 1 else "(context.before - context.after)"


def limit_minor(action: Action, name: str, currency: str) -> int | None:
    """A money limit in minor units of the currency; of a further currency where the action has limits in it."""
    written = getattr(action.limits.also.get(currency, action.limits), name)
    return None if written is None else to_minor(written, currency)


def quoted(text: str) -> str:
    """A Cedar string. Names with control characters are refused, so that a name can never become policy."""
    if not text or not text.isprintable():
        raise BadInput(f"{text!r} cannot be a name", "guardrails.yaml", "use letters, digits and punctuation")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _money(effect: Effect, action: Action, currency: str) -> Iterator[Clause]:
    money = money_expression(effect, currency)
    if money is None:
        return
    for term in terms_of(effect):
        yield Clause("negative", f"context.{term} >= 0", "refuse", name=term)
    if len(terms_of(effect)) == 2:
        yield Clause("negative", f"{money} >= 0", "refuse", name="before - after")
    yield Clause("currency", f"context.currency == {quoted(currency)}", "refuse", name=currency)
    yield Clause(
        "each",
        f"{money} <= {limit_minor(action, 'each', currency) or 0}",
        "escalate",
        limit_minor(action, "each", currency) or 0,
    )
    for name in MONEY_LIMITS[1:]:
        bound = limit_minor(action, name, currency)
        if bound is not None:
            yield _total(name, money, bound)


def _total(name: str, money: str, bound: int) -> Clause:
    spent = "context.spent_customer" if name == "customer_per_30_days" else "context.spent_day"
    return Clause(name, f"{spent} >= 0 && {spent} <= {bound} && {spent} + {money} <= {bound}", "escalate", bound)


def _counts(by_customer: int | None, by_day: int | None) -> Iterator[Clause]:
    for name, attribute, bound in (
        ("count_per_customer_per_30_days", "count_customer", by_customer),
        ("count_per_day", "count_day", by_day),
    ):
        if bound is not None:
            yield Clause(name, f"context.{attribute} >= 0 && context.{attribute} < {bound}", "escalate", bound)


def _mode(action: Action) -> Clause:
    if action.autonomy == "act":
        return Clause(
            "mode", '(context.mode == "approve" || (context.mode == "act" && !context.high_stakes))', "approve"
        )
    return Clause("mode", 'context.mode == "approve"', "approve")


def _tighter(effect: Effect, currency: str, tighter: Mapping[str, int]) -> Iterator[Clause]:
    money = money_expression(effect, currency)
    for name, bound in tighter.items():
        if money is not None and name == "each":
            yield Clause("each", f"{money} <= {bound}", "escalate", bound, "tightened")
        elif money is not None and name in MONEY_LIMITS:
            yield _total(name, money, bound)
        elif name == "count_per_day":
            yield from _counts(None, bound)
        elif name == "count_per_customer_per_30_days":
            yield from _counts(bound, None)


def _attribute(name: str) -> str:
    if not name.isidentifier() or not name.isascii():
        raise BadInput(f"{name!r} is no name of a fact", "guardrails.yaml", "write a Python name, like usage_gap_found")
    return name

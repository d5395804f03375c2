"""A call after all checks that need no totals: covered, canonical, unrestricted, its money, customer and facts known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.budget_entries import Ask, Totals
from runtime.guardrails.checks import (
    Settled,
    declared_arguments,
    is_high_stakes,
    same_customer,
    triggers,
)
from runtime.guardrails.coverage import Coverage
from runtime.guardrails.effects import Effect
from runtime.guardrails.facts import Fact, FactContext, evaluate
from runtime.guardrails.money_effect import MoneyEffect, Unclear, customer_of, money_effect
from runtime.guardrails.policy import Action
from runtime.guardrails.records import tied
from runtime.guardrails.request import Request
from runtime.guardrails.restricted import carried
from runtime.systems.surface import Surface


def checked(
    estate: Estate, coverage: Coverage, surfaces: Mapping[str, Surface], facts: Mapping[str, Fact], request: Request
) -> CheckedCall:
    """Looks at a call in the order of the module's first line.

    Raises:
        Settled: what the call may not do, or must be asked about, as a decision.
        NotCanonical: its arguments have no one meaning.
    """
    operation = request.operation
    effect = estate.effect(operation)
    if effect is None:
        raise Settled("refuse", f"{operation} is not classified: nobody confirmed what it does", "unclassified")
    covered = coverage.of(request)
    name, action = covered.name, covered.action
    arguments = canonical.checked(request.arguments)
    declared_arguments(surfaces, operation, arguments, effect.sends)
    restricted = _carries_restricted(estate, effect, arguments)
    read = tied(request.facts_input, arguments, estate.guardrails.records)
    try:
        money, customer = _moved(estate, effect, action, arguments, read)
    except Settled:
        about = FactContext(request.workflow, operation, arguments, read, None, request.session_customer)
        _fact_that_says_why(estate, name, action, about, facts)
        raise
    digest = canonical.digest({"operation": operation, "arguments": arguments, "moves": [money.minor, money.currency]})
    same_customer(request, customer, effect.money_out is not None)
    triggers(estate, request)
    context = FactContext(
        request.workflow, operation, arguments, read, customer, request.session_customer, money.minor, money.currency
    )
    held = evaluate(action.conditions, context, facts)
    return CheckedCall(
        request, name, action, money, customer or "", held, digest, is_high_stakes(estate, request), restricted
    )


class CheckedCall(NamedTuple):
    """A request after the checks that need no totals."""

    request: Request
    name: str
    action: Action
    money: MoneyEffect
    customer: str
    held: Mapping[str, bool]
    digest: str
    high_stakes: bool
    restricted: bool

    @property
    def ask(self) -> Ask:
        key = self.request.key or f"{self.request.case}:{self.digest}"
        return Ask(
            key,
            self.digest,
            self.name,
            self.request.operation,
            self.customer,
            self.money.currency,
            max(self.money.minor, 0),
        )

    def context(self, mode: str, totals: Totals) -> dict[str, Any]:
        """What the policy sees; nothing in it is personal. Shapes: `cedar.attributes_of`."""
        return {
            **self.money.terms,
            "currency": self.money.currency,
            "mode": mode,
            "high_stakes": self.high_stakes,
            "restricted": self.restricted,
            "facts": dict(self.held),
            "spent_customer": totals.spent_customer,
            "spent_day": totals.spent_day,
            "count_customer": totals.count_customer,
            "count_day": totals.count_day,
        }

    @property
    def is_counted(self) -> bool:
        limits = self.action.limits
        return (
            bool(self.money.terms)
            or self.money.minor != 0
            or limits.count_per_day is not None
            or limits.count_per_customer_per_30_days is not None
        )


def _carries_restricted(estate: Estate, effect: Effect, arguments: Mapping[str, Any]) -> bool:
    """Settled here with the category named; the policy refuses it once more."""
    category = carried(estate.guardrails, effect, arguments)
    if category:
        said = f"the call carries restricted data ({category.replace('_', ' ')})"
        raise Settled("refuse", said, f"restricted_data.{category}")
    return category is not None


def _fact_that_says_why(
    estate: Estate, name: str, action: Action, context: FactContext, facts: Mapping[str, Fact]
) -> None:
    """Raises Settled with a condition's own words where one fails: better than that the money is not known."""
    held = evaluate(action.conditions, context, facts)
    failed = [fact for fact in action.conditions if not held[fact] and estate.guardrails.facts.get(fact)]
    for fact in sorted(failed, key=lambda one: estate.guardrails.facts[one].otherwise != "refuse"):
        declared = estate.guardrails.facts[fact]
        if declared.says:
            raise Settled(declared.otherwise, declared.says, f"{name}.{fact}")


def _moved(
    estate: Estate, effect: Effect, action: Action, arguments: Mapping[str, Any], read: Mapping[str, Any]
) -> tuple[MoneyEffect, str | None]:
    """How much money leaves, and to whom."""
    try:
        money = money_effect(effect, arguments, read, action.limits.currency or estate.currency)
        return money, customer_of(effect, arguments, read)
    except Unclear as error:
        raise Settled("escalate" if error.escalate else "refuse", str(error), "money_effect") from None

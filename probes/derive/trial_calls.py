"""Calls for trials of the guardrails: well-formed, for a stand-in customer, of any amount, with every fact confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from runtime.estate import Estate
from runtime.guardrails.cedar import limit_minor, workflows_of
from runtime.guardrails.decide import Approval, Decision, DecisionPoint, Request
from runtime.guardrails.effects import CurrencyField
from runtime.guardrails.facts import Fact
from runtime.money import from_minor

CUSTOMER = "T-1"
REFERENCE = "T-REF"


@dataclass(frozen=True)
class TrialCall:
    """One operation as part of its action, ready to be asked with any amount (minor units)."""

    estate: Estate
    action: str
    operation: str
    workflow: str

    @property
    def currency(self) -> str:
        return self.estate.guardrails.actions[self.action].limits.currency or self.estate.currency

    @property
    def each(self) -> int:
        return self.limit("each") or 0

    @property
    def moves_money(self) -> bool:
        """True when the amount of a call can be chosen."""
        effect = self.estate.effect(self.operation)
        return effect is not None and effect.money_out is not None and effect.money_out.fixed is None

    @property
    def money_field(self) -> str | None:
        """The field of the request that carries the amount, if it is there."""
        effect = self.estate.effect(self.operation)
        out = effect.money_out if effect else None
        return out.field if out else None

    def limit(self, name: str) -> int | None:
        return limit_minor(self.estate.guardrails.actions[self.action], name, self.currency)

    def request(self, minor: int = 0, *, customer: str = CUSTOMER, **more: Any) -> Request:
        """The call with an amount; keyword arguments replace fields of the request."""
        arguments, read = self._arguments(minor, customer)
        base = Request(self.workflow, self.operation, arguments, customer, read)
        return replace(base, **more)

    def _arguments(self, minor: int, customer: str) -> tuple[dict[str, Any], dict[str, Any]]:
        effect = self.estate.effect(self.operation)
        assert effect is not None
        arguments: dict[str, Any] = {}
        value = {"amount": from_minor(minor, self.currency), "currency": self.currency, "customer": customer}
        read: dict[str, Any] = {"values": {REFERENCE: value}}
        if effect.customer:
            arguments[str(effect.customer.field or effect.customer.through)] = (
                customer if effect.customer.field else REFERENCE
            )
        out = effect.money_out
        if out is None:
            return arguments, read
        if isinstance(out.currency, CurrencyField):
            _put(arguments, out.currency.field, self.currency)
        if out.field is not None:
            _put(arguments, out.field, str(minor) if out.unit == "minor" else value["amount"])
        elif out.full_value_of is not None:
            arguments[out.full_value_of] = REFERENCE
        elif out.after is not None:
            top = 10**9
            read["before"] = {str(out.before): self._spelled(top, out.unit)}
            _put(arguments, out.after, self._spelled(top - minor, out.unit))
        return arguments, read

    def _spelled(self, minor: int, unit: str) -> str:
        return str(minor) if unit == "minor" else from_minor(minor, self.currency)


def _put(arguments: dict[str, Any], path: str, value: str) -> None:
    """Sets an argument, or a field inside one: `amount.value`."""
    *outer, last = path.split(".")
    for part in outer:
        arguments = arguments.setdefault(part, {})
    arguments[last] = value


def calls_of(estate: Estate, action: str) -> list[TrialCall]:
    """One call for each write of an action that some workflow may make."""
    found = []
    for operation in estate.guardrails.actions[action].operations:
        effect = estate.effect(operation)
        if effect is None or effect.does == "read" or estate.guardrails.action_of(operation) != action:
            continue
        workflows = workflows_of(estate, estate.guardrails.actions[action], operation)
        if workflows:
            found.append(TrialCall(estate, action, operation, workflows[0]))
    return found


def confirmed_facts(estate: Estate) -> Mapping[str, Fact]:
    """Every condition confirmed, so that a trial of limits is about limits alone."""
    names = {name for action in estate.guardrails.actions.values() for name in action.conditions}
    return {name: lambda _: True for name in names}


def decided(point: DecisionPoint, request: Request) -> Decision:
    """The decision; where a person must approve, that person says yes to exactly this call."""
    first = point.decide(request)
    if first.decision != "approve":
        return first
    approval = Approval(f"trial-{request.key or first.digest}", first.digest, "trial")
    return point.decide(replace(request, approval=approval))

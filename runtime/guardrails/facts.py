"""Named facts: yes/no answers computed from what was read in systems of record; never from a model, never from the caller's body.

A fact that is unknown, raises, or answers anything but yes is a no. The library is closed: names resolve to conditions
that `guardrails.yaml` declares, to functions here, to the entry point group `cxready.facts`, or to a mapping that is handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from runtime.guardrails.answers import answer
from runtime.guardrails.conditions import DeclaredFact
from runtime.guardrails.record_values import ABSENT, NO, UNCLEAR, YES, Answer, Scope

GROUP = "cxready.facts"
API = 1
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FactContext(Mapping[str, Any]):
    """What a fact may look at. As a mapping it is `read`: given name → value read from a system of record.

    Money is in integer minor units of `currency`.
    """

    workflow: str
    operation: str
    arguments: Mapping[str, Any]
    read: Mapping[str, Any] = field(default_factory=dict)
    customer: str | None = None
    session_customer: str | None = None
    money_out_minor: int = 0
    currency: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read)

    def __len__(self) -> int:
        return len(self.read)

    def scope(self, facts: Mapping[str, Fact]) -> Scope:
        """What declared conditions look at; other facts by name."""
        return Scope(self.arguments, self.read, self.session_customer, named=lambda name: _answer(name, self, facts))


Fact = Callable[[FactContext], bool | Answer]


def evaluate(
    names: Sequence[str], context: FactContext, facts: Mapping[str, Fact], *, absent_passes: bool = False
) -> dict[str, bool]:
    """Each name → whether the fact holds. Absent, failing and unclear facts are a no.

    Args:
        absent_passes: for reads: that the record does not exist is no reason to refuse looking for it.
    """
    good = (YES, ABSENT) if absent_passes else (YES,)
    return {name: _answer(name, context, facts) in good for name in names}


def library(
    extra: Mapping[str, Fact] | None = None, declared: Mapping[str, DeclaredFact] | None = None
) -> dict[str, Fact]:
    """Built-in facts, those of installed packages, those that guardrails declare, and `extra`, which wins."""
    found: dict[str, Fact] = {**BUILT_IN, **_installed()}
    found |= {name: _declared(condition, found) for name, condition in (declared or {}).items()}
    found |= extra or {}
    return found


def own_account(context: FactContext) -> bool:
    """The write touches the account of the customer who is signed in."""
    return context.session_customer is not None and context.customer == context.session_customer


def own_order(context: FactContext) -> bool:
    """The order that was read is the one that the write names, and belongs to the customer who is signed in."""
    order = context["order"]
    owner = order.get("customer_id") or order.get("account_id")
    return _is_named(context, order) and owner is not None and owner == context.session_customer


def items_in_order(context: FactContext) -> bool:
    """Every item named in the write stands in the order that it names, no more often than there."""
    order = context["order"]
    ordered = [item.get("id") or item.get("item_id") for item in order.get("items", [])]
    wanted = list(context.arguments.get("items") or context.arguments.get("item_ids") or [])
    return _is_named(context, order) and bool(wanted) and all(wanted.count(i) <= ordered.count(i) for i in wanted)


def contract_active(context: FactContext) -> bool:
    """The contract that was read is the signed-in customer's, where it says whose it is, and its status is active."""
    contract = context["contract"]
    owner = contract.get("customer_id") or contract.get("account_id")
    return contract.get("status") == "active" and owner in (None, context.session_customer)


def refund_to_original(context: FactContext) -> bool:
    """The money goes back the way it came: the method named in the write is the payment's own."""
    paid_by = (context.get("payment") or {}).get("method_id")
    return paid_by is not None and context.arguments.get("payment_method_id", paid_by) == paid_by


def money_was_paid(context: FactContext) -> bool:
    """What is paid back is not more than the payment that was read (its `amount`, text in major units)."""
    from runtime.money import to_minor

    payment = context.get("payment") or {}
    currency = payment.get("currency", context.currency)
    return currency == context.currency and context.money_out_minor <= to_minor(payment["amount"], currency)


def confirmed_by_customer(context: FactContext) -> bool:
    """The customer said yes to exactly these arguments, as the channel's record `confirmation` tells: `{"arguments": {…}}`."""
    said = context.get("confirmation")
    return isinstance(said, Mapping) and dict(said.get("arguments") or {}) == dict(context.arguments)


BUILT_IN: dict[str, Fact] = {
    f.__name__: f
    for f in (
        own_account,
        own_order,
        items_in_order,
        contract_active,
        refund_to_original,
        money_was_paid,
        confirmed_by_customer,
    )
}


def _is_named(context: FactContext, order: Mapping[str, Any]) -> bool:
    """Whether the order is the one that the write names; a write that names none is about the one that was read."""
    named = context.arguments.get("order_id")
    return named is None or named in (order.get("id"), order.get("order_id"))


def _declared(condition: DeclaredFact, facts: Mapping[str, Fact]) -> Fact:
    return lambda context: answer(condition, context.scope(facts))


def _answer(name: str, context: FactContext, facts: Mapping[str, Fact]) -> Answer:
    function = facts.get(name)
    if function is None:
        return UNCLEAR
    try:
        found = function(context)
    except Exception as error:  # a fact that cannot be computed is a no, whatever the reason
        log.info("fact %s could not be computed: %s", name, type(error).__name__)
        return UNCLEAR
    return found if isinstance(found, Answer) else YES if found is True else NO if found is False else UNCLEAR


@cache
def _installed() -> dict[str, Fact]:
    from importlib.metadata import entry_points

    found: dict[str, Fact] = {}
    for point in entry_points(group=GROUP):
        try:
            function = point.load()  # a function, or a mapping of several by name
        except Exception as error:
            log.warning("fact %s of an installed package could not be loaded: %s", point.name, error)
            continue
        if isinstance(function, Mapping):
            found.update(function)
        elif getattr(function, "api", API) == API:
            found[point.name] = function
    return found

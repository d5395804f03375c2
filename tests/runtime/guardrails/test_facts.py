"""The library of facts, one by one: when each holds, and that nothing absent, foreign or odd makes it hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runtime.guardrails.facts import BUILT_IN, FactContext, evaluate, library

ORDER = {"id": "O-1", "customer_id": "A-1", "items": [{"id": "i1"}, {"id": "i2"}, {"id": "i2"}]}
GOOD = FactContext(
    workflow="returns",
    operation="shop.returnItems",
    arguments={"order_id": "O-1", "items": ["i1", "i2"], "payment_method_id": "card-1"},
    read={
        "order": ORDER,
        "payment": {"method_id": "card-1", "amount": "80.00", "currency": "EUR"},
        "contract": {"status": "active", "customer_id": "A-1"},
        "confirmation": {"arguments": {"order_id": "O-1", "items": ["i1", "i2"], "payment_method_id": "card-1"}},
    },
    customer="A-1",
    session_customer="A-1",
    money_out_minor=8000,
    currency="EUR",
)


def holds(name: str, context: FactContext) -> bool:
    return evaluate([name], context, BUILT_IN)[name]


def arguments(**changed: Any) -> FactContext:
    return replace(GOOD, arguments={k: v for k, v in {**GOOD.arguments, **changed}.items() if v is not None})


def read(**changed: Any) -> FactContext:
    return replace(GOOD, read={k: v for k, v in {**GOOD.read, **changed}.items() if v is not None})


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_each_fact_holds_for_a_call_as_it_should_be(name: str) -> None:
    assert holds(name, GOOD)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_no_fact_holds_when_nobody_is_known_and_nothing_was_read(name: str) -> None:
    assert not holds(name, replace(GOOD, read={}, customer=None, session_customer=None))


CASES: list[tuple[str, str, FactContext]] = [
    ("own_account", "another customer is signed in", replace(GOOD, session_customer="A-2")),
    ("own_order", "it is another's order", read(order={**ORDER, "customer_id": "A-2"})),
    ("own_order", "nobody's order", read(order={**ORDER, "customer_id": None})),
    ("own_order", "another order was read than is written to", arguments(order_id="O-2")),
    ("own_order", "nobody is signed in and nobody owns it", replace(read(order={"id": "O-1"}), session_customer=None)),
    ("items_in_order", "an item of another order", arguments(items=["i1", "i9"])),
    ("items_in_order", "an item more often than ordered", arguments(items=["i1", "i1"])),
    ("items_in_order", "no item at all", arguments(items=[])),
    ("items_in_order", "another order was read than is written to", arguments(order_id="O-2")),
    ("contract_active", "it has ended", read(contract={"status": "ended"})),
    ("contract_active", "it is another's", read(contract={"status": "active", "customer_id": "A-2"})),
    ("refund_to_original", "another card", arguments(payment_method_id="card-2")),
    ("refund_to_original", "the payment was not read", read(payment=None)),
    ("money_was_paid", "more than was paid", replace(GOOD, money_out_minor=8001)),
    ("money_was_paid", "another currency", replace(GOOD, currency="USD")),
    ("money_was_paid", "the payment holds no amount", read(payment={"method_id": "card-1"})),
    ("confirmed_by_customer", "the yes was to something else", arguments(items=["i1"])),
    ("confirmed_by_customer", "a yes to nothing in particular", read(confirmation={"arguments": {}})),
    ("confirmed_by_customer", "a yes that is no record", read(confirmation=True)),
]


@pytest.mark.parametrize(("name", "context"), [(c[0], c[2]) for c in CASES], ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_a_fact_does_not_hold(name: str, context: FactContext) -> None:
    assert not holds(name, context)


@pytest.mark.parametrize("answer", [1, "yes", None, [True], 0])
def test_only_true_is_a_yes(answer: object) -> None:
    facts = library({"odd": lambda context: answer})  # type: ignore[dict-item,return-value]
    assert evaluate(["odd"], GOOD, facts) == {"odd": False}


def test_a_fact_that_fails_is_a_no_and_a_name_that_nobody_knows_too() -> None:
    facts = library({"broken": lambda context: bool(1 / 0)})
    assert evaluate(["broken", "unheard_of"], GOOD, facts) == {"broken": False, "unheard_of": False}
    assert evaluate(["broken"], GOOD, facts, absent_passes=True) == {"broken": False}

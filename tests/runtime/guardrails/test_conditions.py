"""Conditions over records: what is a yes, and that nothing unread, absent, odd or negated becomes one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from runtime.guardrails.answers import answer, value_of
from runtime.guardrails.conditions import Condition, Term, names_of, paths_of
from runtime.guardrails.record_values import ABSENT, NO, UNCLEAR, YES, Answer, Scope

BOOKING = {
    "id": "B-1",
    "user": "u-1",
    "cabin": "economy",
    "insured": "yes",
    "booked": "2026-11-22T20:00:00Z",
    "paid_at": "2026-11-23T01:00:00+02:00",
    "flights": [
        {"number": "CX1", "from": "MUC", "to": "CDG", "date": "2026-11-25", "price": 120, "status": "open"},
        {"number": "CX2", "from": "CDG", "to": "JFK", "date": "2026-11-26", "price": 300.5, "status": "open"},
    ],
    "passengers": [{"name": "A"}, {"name": "B"}],
    "payments": [{"id": "card-1", "kind": "card"}, {"id": "gift-1", "kind": "gift"}, {"id": "gift-2", "kind": "gift"}],
}
ARGUMENTS = {
    "booking_id": "B-1",
    "cabin": "business",
    "amount": "100.00",
    "numbers": ["CX1", "CX2"],
    "paid_with": ["card-1"],
    "bags": [1, 2, 3, 4, 5, 6],
    "new": [{"number": "CX9", "cabin": "business"}, {"number": "CX8", "cabin": "business"}],
}
SCOPE = Scope(
    ARGUMENTS,
    {
        "booking": BOOKING,
        "profile": {"tier": "gold", "none": None, "methods": {"card-1": {"id": "card-1", "source": "credit"}}},
        "voucher": None,
    },
    "u-1",
    datetime(2026, 11, 23, 12, tzinfo=UTC),
    named=lambda name: YES if name == "holds" else NO if name == "fails" else UNCLEAR,
)
HOURS = 24
BAGS = {"table": {"gold": {"economy": 3}}, "at": ["profile.tier", "booking.cabin"]}
BY_CREDIT = {"find": "profile.methods", "by": "id", "equals": {"value": "it"}, "take": "source", "is": "credit"}

CASES: list[tuple[str, dict[str, Any], Answer]] = [
    ("equal", {"value": "booking.cabin", "is": "economy"}, YES),
    ("not equal", {"value": "booking.cabin", "is": "business"}, NO),
    ("equal to the signed-in customer", {"value": "booking.user", "is": {"value": "session.customer"}}, YES),
    ("one of", {"value": "profile.tier", "in": ["silver", "gold"]}, YES),
    ("none of", {"value": "booking.cabin", "not_in": ["economy", "basic"]}, NO),
    ("one of a looked-up list", {"value": "arguments.numbers.0", "in": {"value": "booking.flights.number"}}, YES),
    ("a number as text", {"value": "arguments.amount", "at_most": 100}, YES),
    ("a number too high", {"value": "arguments.amount", "less_than": "100.00"}, NO),
    ("an amount for each passenger", {"value": "arguments.amount", "at_most": {"times": [{"count": "booking.passengers"}, 50]}}, YES),
    ("at most five passengers", {"count": "booking.passengers", "at_most": 5}, YES),
    ("a count of some", {"count": "booking.payments", "where": {"value": "it.kind", "is": "gift"}, "at_most": 1}, NO),
    ("a sum", {"sum": "booking.flights", "of": "price", "is": "420.5"}, UNCLEAR),
    ("a sum as a number", {"sum": "booking.flights", "of": "price", "at_most": "420.50"}, YES),
    ("a sum of some", {"sum": "booking.flights", "of": "price", "where": {"value": "it.number", "is": "CX1"}, "at_most": 120}, YES),
    ("booked within a day", {"value": "booking.booked", "within_hours": HOURS}, YES),
    ("booked longer ago", {"value": "booking.booked", "within_hours": 3}, NO),
    ("within hours of another time", {"value": "booking.booked", "within_hours": 24, "until": "booking.paid_at"}, YES),
    ("a figure by two keys", {"count": "arguments.bags", "at_most": {"times": [BAGS, {"count": "booking.passengers"}]}}, YES),
    ("a key that is not in the table", {"count": "arguments.bags", "at_most": {"table": {"gold": 1}, "at": ["booking.cabin"]}}, UNCLEAR),
    ("records by their id", {"each_of": "arguments.paid_with", "among": "profile.methods", "by": "id"}, YES),
    ("a count over what is found elsewhere", {"count": "arguments.paid_with", "where": BY_CREDIT, "at_most": 0}, NO),
    ("no flight has left", {"every": "booking.flights", "holds": {"value": "it.date", "later_than": {"value": "now"}}}, YES),
    ("the same cabin on every leg", {"every": "arguments.new", "holds": {"value": "it.cabin", "is": {"value": "arguments.cabin"}}}, YES),
    ("as many legs as before", {"count": "arguments.new", "is": {"count": "booking.flights"}}, YES),
    ("side by side", {"every": {"a": "arguments.numbers", "b": "booking.flights"}, "holds": {"value": "b.number", "is": {"value": "a"}}}, YES),
    ("side by side, other lengths", {"every": {"a": "arguments.paid_with", "b": "booking.flights"}, "holds": "holds"}, UNCLEAR),
    ("where it starts", {"value": "booking.flights.first.from", "is": "MUC"}, YES),
    ("where it ends", {"value": "booking.flights.last.to", "is": "MUC"}, NO),
    ("all stand in the list", {"each_of": "arguments.paid_with", "among": "booking.payments", "by": "id"}, YES),
    ("nothing stands in the list", {"each_of": "profile.none", "among": "booking.payments", "by": "id"}, UNCLEAR),
    ("some", {"some": "booking.payments", "holds": {"value": "it.kind", "is": "card"}}, YES),
    ("none", {"none": "booking.payments", "holds": {"value": "it.kind", "is": "cash"}}, YES),
    ("found", {"find": "booking.payments", "by": "id", "equals": "gift-1", "take": "kind", "is": "gift"}, YES),
    ("not found", {"find": "booking.payments", "by": "id", "equals": "gift-9", "take": "kind", "is": "gift"}, UNCLEAR),
    ("any", {"any": ["fails", {"value": "booking.insured", "is": "yes"}]}, YES),
    ("all", {"all": ["holds", {"value": "booking.cabin", "is": "business"}]}, NO),
    ("not", {"not": "fails"}, YES),
    ("present", {"value": "profile.tier", "present": True}, YES),
    ("not there", {"value": "profile.title", "present": False}, YES),
    ("no such record", {"value": "voucher.balance", "at_least": 5}, ABSENT),
    ("nobody looked", {"value": "contract.status", "is": "active"}, UNCLEAR),
    ("an absent field", {"value": "booking.refundable", "is": True}, UNCLEAR),
    ("a text that is no number", {"value": "booking.cabin", "at_most": 5}, UNCLEAR),
    ("a text that is no time", {"value": "booking.cabin", "later_than": {"value": "now"}}, UNCLEAR),
    ("true is not one", {"value": "arguments.flag", "is": 1}, UNCLEAR),
    ("text against number", {"value": "arguments.amount", "is_not": 5}, UNCLEAR),
    ("a list against a text", {"value": "booking.flights.status", "is_not": "flown"}, UNCLEAR),
    ("a name that nobody knows", {"all": ["holds", "unheard_of"]}, UNCLEAR),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_condition_is_answered(written: dict[str, Any], expected: Answer) -> None:
    assert answer(Condition.model_validate(written), SCOPE) is expected


@pytest.mark.parametrize(("written", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_negation_of_what_is_not_clear_is_no_yes(written: dict[str, Any], expected: Answer) -> None:
    turned = answer(Condition.model_validate({"not": written}), SCOPE)
    assert turned is {YES: NO, NO: YES}.get(expected, expected)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({}, "exactly one of"),
        ({"value": "a", "sum": "b", "is": 1}, "exactly one of"),
        ({"value": "a"}, "exactly one of"),
        ({"value": "a", "is": 1, "in": [1]}, "exactly one of"),
        ({"every": "a"}, "needs `holds`"),
        ({"find": "a", "by": "b", "is": 1}, "needs `equals`"),
        ({"value": "a", "of": "b", "is": 1}, "`of` belongs to sum"),
        ({"any": [{"value": "a", "is": 1}], "is": 1}, "does not belong"),
        ({"value": "a", "equal": 1}, "Extra inputs"),
        ({"value": "a", "is": 1, "until": "b"}, "belongs to within_hours"),
        ({"table": {"a": 1}, "is": 1}, "needs `at`"),
        ({"value": "a", "at_most": 1.5}, "Input should be"),
    ],
)
def test_a_condition_with_two_meanings_is_refused(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Condition.model_validate(written)


def test_a_sum_over_found_records_is_exact() -> None:
    prices = {"sum": "arguments.numbers", "of": {"find": "booking.flights", "by": "number", "equals": {"value": "it"}, "take": "price"}}  # fmt: skip
    assert str(value_of(Term.model_validate(prices), SCOPE)) == "420.5"


def test_a_condition_names_what_it_looks_at() -> None:
    condition = Condition.model_validate(
        {"any": ["other", {"every": {"a": "x.y"}, "holds": {"value": "a", "is": {"value": "z.b"}}}]}
    )
    assert set(paths_of(condition)) == {"x.y", "a", "z.b"} and list(names_of(condition)) == ["other"]

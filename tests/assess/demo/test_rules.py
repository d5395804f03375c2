"""Rules and facts: the credit is computed from records, to the cent, and only where the contract says so."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.demo import rules

CONTRACT = {"contract_id": "CT-1", "status": "active", "unrecorded_usage": "not_billable", "return_days": 14}
LOGGING = {"outages": [{"from": "2026-10-13T06:00:00Z", "to": "2026-10-18T06:00:00+00:00"}]}
USAGE = {
    "sessions": [{"start": "2026-10-12T06:00:00Z", "end": "2026-10-12T07:00:00Z", "contract_id": "CT-1"}],
    "charges": [
        {
            "charge_id": "CH-1",
            "contract_id": "CT-1",
            "kind": "flat_fallback",
            "amount": "24.80",
            "currency": "EUR",
            "from": "2026-10-11T00:00:00Z",
            "to": "2026-10-21T00:00:00Z",
        }
    ],
}


def credit(usage=USAGE, logging=LOGGING, contract=CONTRACT, charge="CH-1"):
    return rules.prorated_credit(usage, logging, contract, charge)


def changed(record, path, value):
    copy = deepcopy(record)
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copy


def test_half_of_the_window_without_logging_is_half_of_the_charge():
    found = credit()
    assert (found["amount"], found["currency"], found["gap_hours"], found["window_hours"]) == (
        "12.40",
        "EUR",
        "120",
        "240",
    )


def test_the_large_charge_of_the_demo_comes_to_74_50():
    assert credit(changed(USAGE, ["charges", 0, "amount"], Decimal("149.00")))["amount"] == "74.50"


def test_a_session_recorded_during_the_outage_is_not_credited():
    extra = {"start": "2026-10-14T00:00:00Z", "end": "2026-10-15T00:00:00Z", "contract_id": "CT-1"}
    assert credit({**USAGE, "sessions": [*USAGE["sessions"], extra]})["gap_hours"] == "96"


def test_overlapping_outages_count_once():
    twice = {"outages": [*LOGGING["outages"], {"from": "2026-10-14T00:00:00Z", "to": "2026-10-19T06:00:00Z"}]}
    assert credit(logging=twice)["gap_hours"] == "144"


def test_rounding_is_half_up():
    usage = changed(USAGE, ["charges", 0, "amount"], "0.05")
    assert credit(usage)["amount"] == "0.03"


@pytest.mark.parametrize(
    "case",
    [
        {"charge": "CH-2"},
        {"contract": {**CONTRACT, "contract_id": "CT-2"}},
        {"contract": {**CONTRACT, "unrecorded_usage": "billable"}},
        {"logging": {"outages": None}},
        {"logging": {"outages": [{"from": "2026-10-01T00:00:00Z", "to": "2026-10-11T00:00:00Z"}]}},
        {"usage": changed(USAGE, ["charges", 0, "kind"], "plan_fee")},
    ],
)
def test_no_credit_where_there_is_nothing_to_correct(case):
    found = credit(**case)
    assert found["amount"] == "0.00"
    assert found["explanation"]


@given(first=st.integers(0, 700), length=st.integers(1, 400), amount=st.integers(1, 50_000))
def test_a_credit_is_never_more_than_the_charge_and_never_negative(first, length, amount):
    start = rules.instant("2026-10-01T00:00:00Z").timestamp()
    spans = [rules.datetime.fromtimestamp(start + hour * 3600, rules.UTC) for hour in (first, first + length)]
    charged = Decimal(amount) / 100
    usage = changed(USAGE, ["charges", 0, "amount"], charged)
    found = credit(usage, {"outages": [{"from": spans[0], "to": spans[1]}]})
    assert Decimal(0) <= Decimal(found["amount"]) <= charged


def test_facts_read_systems_of_record_only():
    read = {"usage": USAGE, "logging": LOGGING, "contract": CONTRACT}
    assert rules.usage_gap_found(read) is True
    assert rules.usage_gap_found({**read, "logging": {"outages": []}}) is False
    assert rules.contract_active({"contract": {**CONTRACT, "status": "ended"}}) is False
    with pytest.raises(KeyError):
        rules.usage_gap_found({})


def test_an_invoice_paid_twice_is_overpaid_by_the_second_payment():
    paid = [{"payment_id": "P-1", "amount": "24.99"}, {"payment_id": "P-2", "amount": "24.99"}]
    invoice = {"invoice_id": "INV-1", "total": "24.99", "currency": "EUR", "payments": paid}
    found = rules.overpayment([invoice])
    assert (found["amount"], found["payment_id"]) == ("24.99", "P-2")
    assert rules.overpayment([{**invoice, "payments": paid[:1]}])["amount"] == "0.00"
    assert rules.paid_twice({"invoices": [invoice]}) is True


@pytest.mark.parametrize(("today", "left"), [(date(2026, 10, 15), 1), (date(2026, 10, 16), 0), (date(2026, 10, 1), 15)])
def test_the_return_period_ends_after_its_last_day(today, left):
    customer = {"orders": [{"order_id": "OR-1", "device": "tablet", "delivered": "2026-10-01", "state": "delivered"}]}
    assert rules.return_window(customer, CONTRACT, "OR-1", today)["days_left"] == left


def test_a_plan_changes_only_to_another_known_plan():
    account = {"plan": "mobile-m", "currency": "EUR"}
    assert rules.plan_choice(account, "mobile-l")["differs"] is True
    assert rules.plan_choice(account, "mobile-m")["differs"] is False
    assert rules.plan_choice(account, "gold")["differs"] is False


def test_messages_name_the_figures_of_the_credit_and_say_that_a_machine_wrote():
    message = rules.correction_message(credit(), CONTRACT, "CH-1", "CR-7")
    for word in ("12.40 EUR", "120", "CR-7", "CH-1", "machine"):
        assert word in message["text"]

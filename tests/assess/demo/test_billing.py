"""Billing: what works, the two flaws, and their absence when the estate is flawless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

CREDIT = {"account_id": "A-90017", "amount": "1.00", "currency": "EUR"}
REFUND = {**CREDIT, "invoice_id": "INV-90017", "reference": "REF-9"}
KEY = {"Idempotency-Key": "key-1"}


def test_a_repeated_credit_is_booked_once_also_in_a_race(estate, call):
    enforcer = call("billing", "enforcer")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: enforcer("POST", "/credits", json=CREDIT, headers=KEY), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == len(estate.records["credits"]) == 1


def test_a_credit_is_found_by_reference_and_reversed(estate, call):
    made = call("billing", "enforcer")("POST", "/credits", json={**CREDIT, "reference": "REF-2"}).json()
    audit = call("billing", "audit")
    assert audit("GET", "/credits", params={"reference": "REF-2"}).json()["items"] == [made]
    assert audit("POST", f"/credits/{made['id']}/reversal").json()["status"] == "reversed"
    assert audit("GET", f"/credits/{made['id']}").json()["status"] == "reversed"
    assert estate.records["credits"] == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"amount": "500.00"}, 201),
        ({"amount": "500.01"}, 422),
        ({"amount": "0.00"}, 400),
        ({"amount": "-1.00"}, 400),
        ({"amount": 1.0}, 400),
        ({"amount": "1e2"}, 400),
        ({"currency": "USD"}, 400),
        ({"account_id": "A-1"}, 404),
        ({"charge_id": "CH-10234-2"}, 422),
    ],
)
def test_credits_are_checked_by_the_server_itself(call, change, status):
    assert call("billing", "enforcer")("POST", "/credits", json={**CREDIT, **change}).status_code == status


def test_flaw_1_a_refund_ignores_its_key_and_cannot_be_found_again(estate, call):
    enforcer = call("billing", "enforcer")
    ids = [enforcer("POST", "/refunds", json=REFUND, headers=KEY).json()["id"] for _ in range(2)]
    assert len(set(ids)) == len(estate.records["refunds"]) == 2
    assert call("billing", "audit")("GET", "/refunds", params={"reference": "REF-9"}).json()["items"] == []
    assert call("billing", "audit")("GET", f"/refunds/{ids[0]}").json()["status"] == "booked"


def test_without_the_flaw_a_refund_is_paid_once_and_found(flawless, flawless_call):
    enforcer = flawless_call("billing", "enforcer")
    ids = [enforcer("POST", "/refunds", json=REFUND, headers=KEY).json()["id"] for _ in range(2)]
    assert len(set(ids)) == len(flawless.records["refunds"]) == 1
    found = flawless_call("billing", "audit")("GET", "/refunds", params={"reference": "REF-9"}).json()["items"]
    assert [item["id"] for item in found] == ids[:1]
    flawless_call("billing", "audit")("POST", f"/refunds/{ids[0]}/void")
    assert flawless.records["refunds"] == []


def test_flaw_2_a_changed_plan_is_answered_with_200_and_dropped(estate, call):
    answer = call("billing", "enforcer")("PATCH", "/accounts/A-90017", json={"plan": "mobile-l"})
    assert (answer.status_code, answer.json()["plan"]) == (200, "mobile-l")
    assert call("billing", "audit")("GET", "/accounts/A-90017").json()["plan"] == "mobile-m"
    assert estate.plan_of("A-90017") == "mobile-m"


def test_without_the_flaw_a_changed_plan_is_stored_and_can_be_corrected(flawless, flawless_call):
    answer = flawless_call("billing", "enforcer")("PATCH", "/accounts/A-90017", json={"plan": "mobile-l"})
    assert answer.json()["previous_plan"] == "mobile-m"
    assert flawless.plan_of("A-90017") == "mobile-l"
    flawless_call("billing", "audit")("POST", "/accounts/A-90017/plan-correction", json={"plan": "mobile-m"})
    assert flawless.plan_of("A-90017") == "mobile-m"


def test_a_stale_entity_tag_is_refused(flawless_call):
    enforcer = flawless_call("billing", "enforcer")
    tag = {"If-Match": enforcer("GET", "/accounts/A-90017").headers["ETag"]}
    assert enforcer("PATCH", "/accounts/A-90017", json={"plan": "mobile-l"}, headers=tag).status_code == 200
    assert enforcer("PATCH", "/accounts/A-90017", json={"plan": "mobile-s"}, headers=tag).status_code == 412


def test_offset_pages_give_every_charge_once(call):
    agent = call("billing", "agent")
    total = agent("GET", "/charges").json()["total"]
    ids = [
        charge["charge_id"]
        for offset in range(0, total, 9)
        for charge in agent("GET", "/charges", params={"offset": offset, "limit": 9}).json()["items"]
    ]
    assert len(ids) == len(set(ids)) == total


def test_one_contract_id_joins_crm_invoice_and_charge(call):
    contract = call("crm", "agent")("GET", "/customers/A-10234/contract").json()["contract_id"]
    agent = call("billing", "agent")
    charges = agent("GET", "/charges", params={"account_id": "A-10234"}).json()["items"]
    assert {charge["contract_id"] for charge in charges} == {contract}
    assert agent("GET", "/invoices/INV-10234").json()["contract_id"] == contract

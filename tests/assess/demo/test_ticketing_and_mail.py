"""Where handoffs and messages arrive."""

from __future__ import annotations

import pytest

TICKET = {
    "subject": "Over the limit",
    "body": "Decide, please.",
    "queue": "billing-desk",
    "handoff_key": "h_1",
    "context": {"amount": "74.50"},
}


def test_a_ticket_is_found_by_its_handoff_key_and_keeps_its_context(call):
    made = call("ticketing", "enforcer")("POST", "/tickets", json=TICKET).json()
    audit = call("ticketing", "audit")
    assert audit("GET", "/tickets", params={"handoff_key": "h_1"}).json()["items"] == [made]
    assert audit("GET", f"/tickets/{made['id']}").json()["context"] == {"amount": "74.50"}


@pytest.mark.parametrize(("priority", "channel"), [("normal", "desktop"), ("urgent", "pager")])
def test_a_new_ticket_alerts_the_team_of_its_queue(call, priority, channel):
    made = call("ticketing", "enforcer")("POST", "/tickets", json={**TICKET, "priority": priority}).json()
    log = call("ticketing", "audit")("GET", "/notifications", params={"ticket_id": made["id"]}).json()["items"]
    assert [(entry["team"], entry["channel"], entry["state"]) for entry in log] == [
        ("billing-desk", channel, "delivered")
    ]


def test_only_people_decide_and_the_first_decision_stands(call):
    made = call("ticketing", "enforcer")("POST", "/tickets", json=TICKET).json()["id"]
    decision = {"decision": "approve", "decided_by": "person-11"}
    assert call("ticketing", "enforcer")("PUT", f"/tickets/{made}/decision", json=decision).status_code == 403
    desk = call("ticketing", "desk")
    assert desk("PUT", f"/tickets/{made}/decision", json=decision).json()["decided_by"] == "person-11"
    late = desk("PUT", f"/tickets/{made}/decision", json={"decision": "decline", "decided_by": "person-12"})
    assert late.status_code == 409
    assert call("ticketing", "agent")("GET", f"/tickets/{made}").json()["decision"] == "approve"


def test_a_closed_ticket_is_readable_and_no_longer_live(estate, call):
    made = call("ticketing", "enforcer")("POST", "/tickets", json=TICKET).json()["id"]
    call("ticketing", "audit")("POST", f"/tickets/{made}/close")
    assert call("ticketing", "audit")("GET", f"/tickets/{made}").json()["status"] == "closed"
    assert estate.records["tickets"] == []


def test_a_comment_sent_twice_with_one_key_stands_once(call):
    enforcer = call("ticketing", "enforcer")
    made = enforcer("POST", "/tickets", json=TICKET).json()["id"]
    for _ in range(2):
        enforcer("POST", f"/tickets/{made}/comments", json={"text": "seen"}, headers={"Idempotency-Key": "c"})
    assert len(call("ticketing", "agent")("GET", f"/tickets/{made}/comments").json()["items"]) == 1


def test_a_message_goes_out_once_to_the_accounts_own_address(estate, call):
    body = {"account_id": "A-10234", "subject": "Your bill", "text": "12.40 EUR credited", "reference": "m-1"}
    enforcer = call("mail", "enforcer")
    first, second = (enforcer("POST", "/messages", json=body, headers={"Idempotency-Key": "m"}) for _ in range(2))
    assert first.json() == second.json()
    assert first.json()["to"] == "m***@example.com"
    audit = call("mail", "audit")
    assert len(audit("GET", "/messages", params={"reference": "m-1"}).json()["items"]) == 1
    assert audit("DELETE", f"/messages/{first.json()['id']}").status_code == 204
    assert estate.records["messages"] == []


def test_a_message_without_a_known_recipient_is_refused(call):
    answer = call("mail", "enforcer")("POST", "/messages", json={"account_id": "A-1", "subject": "x", "text": "x"})
    assert answer.status_code == 422

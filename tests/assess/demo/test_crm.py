"""The CRM behaves as its description says."""

from __future__ import annotations

import pytest

NOTE = {"account_id": "A-90017", "text": "seen", "reference": "REF-1"}


def walk(agent, limit):
    ids, cursor = [], None
    while True:
        page = agent("GET", "/customers", params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return ids


def test_pages_of_any_size_give_every_customer_once(call):
    agent = call("crm", "agent")
    small, large = walk(agent, 7), walk(agent, 100)
    assert small == large
    assert len(set(small)) == len(small) == 57


@pytest.mark.parametrize(
    "by", [{"email": "Marta.Keller@example.com"}, {"phone": "+493015550134"}, {"order_id": "OR-10234"}]
)
def test_a_customer_is_found_by_mail_phone_and_order(call, by):
    items = call("crm", "agent")("GET", "/customers", params=by).json()["items"]
    assert [item["account_id"] for item in items] == ["A-10234"]


def test_the_history_holds_several_channels_and_notes(call):
    call("crm", "enforcer")("POST", "/notes", json={**NOTE, "account_id": "A-10234"})
    items = call("crm", "agent")("GET", "/customers/A-10234/interactions").json()["items"]
    assert [item["channel"] for item in items] == ["chat", "email", "note"]


def test_a_repeated_return_with_the_same_key_is_registered_once_and_found_by_reference(estate, call):
    enforcer = call("crm", "enforcer")
    body = {"account_id": "A-90017", "order_id": "OR-90017"}
    first, second = (enforcer("POST", "/returns", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(estate.records["returns"]) == 1
    found = call("crm", "audit")("GET", "/returns", params={"reference": "k1"}).json()["items"]
    assert [item["id"] for item in found] == [first.json()["id"]]


def test_a_key_with_another_body_is_refused(call):
    enforcer = call("crm", "enforcer")
    enforcer("POST", "/notes", json=NOTE, headers={"Idempotency-Key": "k"})
    again = enforcer("POST", "/notes", json={**NOTE, "text": "other"}, headers={"Idempotency-Key": "k"})
    assert again.status_code == 422


def test_a_deleted_note_is_gone_and_a_cancelled_return_stays_readable(estate, call):
    enforcer, audit = call("crm", "enforcer"), call("crm", "audit")
    note = enforcer("POST", "/notes", json=NOTE).json()["id"]
    assert audit("DELETE", f"/notes/{note}").status_code == 204
    assert audit("GET", f"/notes/{note}").status_code == 404
    made = enforcer("POST", "/returns", json={"account_id": "A-90017", "order_id": "OR-90017"}).json()["id"]
    assert audit("DELETE", f"/returns/{made}").status_code == 200
    assert audit("GET", f"/returns/{made}").json()["status"] == "cancelled"
    assert estate.records["returns"] == []


def test_a_stale_entity_tag_is_refused_and_nothing_is_lost(call):
    enforcer = call("crm", "enforcer")
    tag = enforcer("GET", "/customers/A-90017").headers["ETag"]
    changed = enforcer("PATCH", "/customers/A-90017/contact", json={"language": "de"}, headers={"If-Match": tag})
    assert changed.json()["previous"] == {"language": "en"}
    stale = enforcer("PATCH", "/customers/A-90017/contact", json={"language": "fr"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert enforcer("GET", "/customers/A-90017").json()["language"] == "de"


def test_the_audit_trail_names_the_client_that_wrote(call):
    made = call("crm", "enforcer")("POST", "/notes", json=NOTE).json()["id"]
    entries = call("crm", "audit")("GET", "/audit", params={"resource_id": made}).json()["items"]
    assert [(entry["client_id"], entry["operation"]) for entry in entries] == [("crm-enforcer", "createNote")]


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/customers/A-1", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("PUT", "/notes", {"json": NOTE}, 405),
        ("POST", "/notes", {"data": "{"}, 400),
        ("POST", "/notes", {"data": "[]"}, 400),
        ("POST", "/notes", {"data": '{"account_id": "A-90017", "account_id": "A-10234", "text": "x"}'}, 400),
        ("POST", "/notes", {"json": {"account_id": "A-90017"}}, 400),
        ("POST", "/notes", {"json": {**NOTE, "extra": 1}}, 400),
        ("POST", "/returns", {"json": {"account_id": "A-90017", "order_id": "OR-10234"}}, 422),
        ("GET", "/customers?limit=0", {}, 400),
        ("GET", "/customers?cursor=bm9uc2Vuc2U=", {}, 400),
    ],
)
def test_errors_are_problem_details(call, method, path, more, status):
    answer = call("crm", "enforcer")(method, path, **more)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status and answer.json()["detail"]


def test_limits_are_stated_and_head_gives_the_time(call):
    answer = call("crm", "agent")("HEAD", "/customers")
    assert answer.content == b""
    assert "Date" in answer.headers
    assert int(answer.headers["X-RateLimit-Remaining"]) < int(answer.headers["X-RateLimit-Limit"])

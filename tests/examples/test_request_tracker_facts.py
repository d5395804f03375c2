"""What Request Tracker 5 does, line by line of the example's README, asked of the real one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.examples.desk import TRIAL, Desk

pytestmark = pytest.mark.estate


def test_the_same_creation_twice_makes_two_tickets_whatever_key_is_sent(desk: Desk) -> None:
    made = [desk("enforcer", "POST", "/ticket", {"Idempotency-Key": "one"}, json=TRIAL) for _ in range(2)]

    assert [answer.status_code for answer in made] == [201, 201]
    assert len({answer.json()["id"] for answer in made}) == 2


def test_a_stale_etag_is_refused_with_412_and_changes_nothing(desk: Desk) -> None:
    number = desk.ticket()
    etag = desk("audit", "GET", f"/ticket/{number}").headers["ETag"]
    first = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": etag}, json={"Subject": "first"})
    second = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": etag}, json={"Subject": "second"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json() == {"message": "Precondition Failed"} and desk.read(number)["Subject"] == "first"


def test_an_etag_holds_only_for_who_read_it_or_sees_the_same(desk: Desk) -> None:
    number = desk.ticket()
    tags = {who: desk(who, "GET", f"/ticket/{number}").headers["ETag"] for who in ("audit", "enforcer", "agent")}
    refused = desk("enforcer", "PUT", f"/ticket/{number}", {"If-Match": tags["agent"]}, json={"Subject": "x"})

    assert tags["audit"] == tags["enforcer"] != tags["agent"]
    assert refused.status_code == 412


def test_of_two_updates_at_the_same_moment_both_can_be_accepted(desk: Desk) -> None:
    number = desk.ticket()
    both = 0
    with ThreadPoolExecutor(2) as pool:
        for attempt in range(12):
            etag = desk("audit", "GET", f"/ticket/{number}").headers["ETag"]
            sent = [
                pool.submit(
                    desk,
                    "enforcer",
                    "PUT",
                    f"/ticket/{number}",
                    {"If-Match": etag},
                    json={"Subject": f"{name}{attempt}"},
                )
                for name in "ab"
            ]
            both += [each.result().status_code for each in sent] == [200, 200]
            if both:
                break

    assert both, "RT compares and writes in two steps; twelve pairs of updates never met between them"


def test_a_delete_is_soft_and_the_ticket_is_found_by_its_number_only(desk: Desk) -> None:
    number = desk.ticket()
    deleted = desk("audit", "DELETE", f"/ticket/{number}")
    searched = desk("root", "GET", "/tickets", params={"query": f"id={number} AND Status='deleted'"})

    assert deleted.status_code == 204 and desk.read(number)["Status"] == "deleted"
    assert searched.json()["total"] == 0
    assert desk("audit", "DELETE", f"/ticket/{number}").status_code == 500


def test_updates_without_the_right_are_answered_200_and_change_nothing(desk: Desk) -> None:
    number = desk.ticket()
    answer = desk("agent", "PUT", f"/ticket/{number}", json={"Subject": "taken over"})

    assert answer.status_code == 200 and answer.json() == [f"Ticket {number}: Permission Denied"]
    assert desk.read(number)["Subject"] == TRIAL["Subject"]


def test_each_missing_right_has_another_status(desk: Desk) -> None:
    number = desk.ticket()
    text = {"Content": "x", "ContentType": "text/plain"}
    statuses = {
        "create": desk("agent", "POST", "/ticket", json=TRIAL).status_code,
        "comment": desk("agent", "POST", f"/ticket/{number}/comment", json=text).status_code,
        "delete": desk("agent", "DELETE", f"/ticket/{number}").status_code,
        "no credential": desk("", "GET", f"/ticket/{number}").status_code,
    }

    assert statuses == {"create": 403, "comment": 400, "delete": 500, "no credential": 401}


def test_unknown_fields_are_dropped_without_a_word(desk: Desk) -> None:
    made = desk("enforcer", "POST", "/ticket", json={**TRIAL, "CustomFields": {"Nope": "x", "Handoff-Key": "k1"}})
    changed = desk("enforcer", "PUT", f"/ticket/{made.json()['id']}", json={"CustomFields": {"Nope": "x"}})
    fields = {field["name"]: field["values"] for field in desk.read(made.json()["id"])["CustomFields"]}
    found = desk("audit", "GET", "/tickets", params={"query": "'CF.{Handoff-Key}' = 'k1'"}).json()

    assert made.status_code == 201 and (changed.status_code, changed.json()) == (200, [])
    assert fields == {"Handoff-Key": ["k1"], "Appointment": [], "Decision": []}
    assert [item["id"] for item in found["items"]] == [made.json()["id"]]


def test_only_people_may_set_the_decision_of_a_handoff(desk: Desk) -> None:
    number = desk.ticket()
    decided = {"CustomFields": {"Decision": "approve"}}
    by_proxy = desk("enforcer", "PUT", f"/ticket/{number}", json=decided)
    after_proxy = {field["name"]: field["values"] for field in desk.read(number)["CustomFields"]}
    by_person = desk("desk", "PUT", f"/ticket/{number}", json=decided)
    after_person = {field["name"]: field["values"] for field in desk.read(number)["CustomFields"]}

    assert by_proxy.status_code == by_person.status_code == 200
    assert after_proxy["Decision"] == [] and after_person["Decision"] == ["approve"]


def test_tickets_page_completely_and_histories_do_not(desk: Desk) -> None:
    def walk(size: int) -> list[str]:
        page = desk("agent", "GET", "/tickets", params={"query": "Queue='service-desk'", "per_page": size}).json()
        items = list(page["items"])
        while "next_page" in page:
            path = page["next_page"].removeprefix(desk.environment["RT_URL"])
            page = desk("agent", "GET", path).json()
            items += page["items"]
        return [item["id"] for item in items]

    number = desk.ticket()
    desk("enforcer", "POST", f"/ticket/{number}/comment", json={"Content": "x", "ContentType": "text/plain"})
    reply = {"Content": "x", "ContentType": "text/plain"}
    assert desk("enforcer", "POST", f"/ticket/{number}/correspond", json=reply).status_code == 201
    history = desk("agent", "GET", f"/ticket/{number}/history", params={"per_page": 2}).json()
    whole = desk("agent", "GET", f"/ticket/{number}/history", params={"per_page": 100}).json()

    assert walk(4) == walk(2) == walk(100) and len(walk(4)) == 6
    assert whole["count"] >= 2 and history["count"] < 2
    assert history["total"] is None and "next_page" not in history

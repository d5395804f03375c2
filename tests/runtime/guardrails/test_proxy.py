"""The enforcing proxy in front of the demo's systems: one write, one decision, one outcome."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from runtime import decision_log
from runtime.estate import Estate
from runtime.guardrails import case_context
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy import RunningProxy, serve
from runtime.guardrails.tightened import tighten
from runtime.systems.settings import Environment

ACCOUNT, WITHOUT_A_GAP = "A-90017", "A-12345"
CREDIT = {
    "account_id": ACCOUNT,
    "charge_id": "CH-90017-2",
    "amount": "12.40",
    "currency": "EUR",
    "reason": "unrecorded usage",
}


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


@pytest.fixture
def folder_estate(demo: RunningEstate, tmp_path: Path) -> Estate:
    write_folder(tmp_path / "folder", demo)
    return load_folder(tmp_path / "folder").estate


@pytest.fixture
def proxy(demo: RunningEstate, folder_estate: Estate, tmp_path: Path) -> Iterator[RunningProxy]:
    secrets = {
        name: value for name, value in demo.environment().items() if "_AGENT_" not in name and "_AUDIT_" not in name
    }
    running = serve(folder_estate, folder=tmp_path / "state", secrets=secrets, run="test")
    yield running
    running.close()


def context(**more: Any) -> CaseContext:
    return CaseContext(**{"workflow": "billing-dispute", "case": "case-1", "customer": ACCOUNT, **more})


def send(
    proxy: RunningProxy, path: str, body: Any, about: CaseContext | None = None, **headers: str
) -> requests.Response:
    return requests.post(
        proxy.url + path, json=body, headers={**proxy.headers(about or context()), **headers}, timeout=20
    )


def credits_of(demo: RunningEstate) -> list[Any]:
    return demo.records["credits"]


def test_a_credit_within_its_limits_reaches_billing_once(proxy: RunningProxy, demo: RunningEstate) -> None:
    before = len(credits_of(demo))
    answers = [send(proxy, "/billing/credits", CREDIT, **{"Idempotency-Key": "k-once"}) for _ in range(3)]
    assert [a.status_code // 100 for a in answers] == [2, 2, 2]
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(credits_of(demo)) == before + 1


def test_above_the_limit_the_answer_is_a_problem_with_its_reason(proxy: RunningProxy, demo: RunningEstate) -> None:
    before = len(credits_of(demo))
    answer = send(proxy, "/billing/credits", {**CREDIT, "amount": "74.50"})
    assert answer.status_code == 403 and answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["decision"], told["reason"]) == (
        "escalate",
        "74.50 EUR is above the limit of 50.00 EUR for issue_credit",
    )
    assert len(credits_of(demo)) == before


def test_facts_are_read_by_the_proxy_whatever_a_caller_says_it_saw(proxy: RunningProxy) -> None:
    claimed = {
        "usage": {"charges": [{"kind": "flat_fallback", "from": "2026-10-01T00:00:00Z", "to": "2026-10-05T00:00:00Z"}]},
        "logging": {"outages": [{"from": "2026-10-02T00:00:00Z", "to": "2026-10-03T00:00:00Z"}]},
        "contract": {"status": "active"},
    }
    other = context(customer=WITHOUT_A_GAP, read=claimed)
    told = send(proxy, "/billing/credits", {**CREDIT, "account_id": WITHOUT_A_GAP, "amount": "3.10"}, other).json()
    assert told["rule"] == "issue_credit.usage_gap_found"
    forged = {
        **proxy.headers(context()),
        case_context.HEADER: case_context.headers("guessed", "x", context())[case_context.HEADER],
    }
    assert requests.post(proxy.url + "/billing/credits", json=CREDIT, headers=forged, timeout=20).status_code == 403


def test_another_customers_account_is_refused(proxy: RunningProxy) -> None:
    assert send(proxy, "/billing/credits", CREDIT, context(customer="A-10001")).json()["rule"] == "own_customer"


def test_the_customers_total_holds_over_cases_and_parallel_callers(proxy: RunningProxy, demo: RunningEstate) -> None:
    before = sum(float(c["amount"]) for c in credits_of(demo))
    statuses: list[int] = []

    def pay(n: int) -> None:
        body = {**CREDIT, "amount": f"{40 + n / 100:.2f}"}
        statuses.append(
            send(
                proxy, "/billing/credits", body, context(case=f"race-{n}"), **{"Idempotency-Key": f"race-{n}"}
            ).status_code
        )

    threads = [threading.Thread(target=pay, args=(n,), daemon=True) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(statuses) == 12
    paid = sum(float(c["amount"]) for c in credits_of(demo)) - before
    assert sum(s < 300 for s in statuses) == 2 and paid <= 100.0


def test_reads_and_soap_do_not_pass(proxy: RunningProxy) -> None:
    headers = proxy.headers(context())
    assert requests.get(f"{proxy.url}/billing/accounts/{ACCOUNT}", headers=headers, timeout=20).status_code == 405
    assert send(proxy, "/usage/GetUsage", {}).status_code == 404


def test_a_person_approves_exactly_one_call(proxy: RunningProxy, demo: RunningEstate) -> None:
    asked = context(case="case-9", autonomy="approve")
    body, key = {**CREDIT, "amount": "7.70"}, {"Idempotency-Key": "k-approve"}
    first = send(proxy, "/billing/credits", body, asked, **key)
    assert (first.status_code, first.json()["decision"]) == (403, "approve")
    approval = {"id": "approval-1", "digest": first.json()["digest"], "by": "P-7"}
    approved = asked.model_copy(update={"approval": approval})
    assert send(proxy, "/billing/credits", body, approved, **key).ok
    reused = send(
        proxy, "/billing/credits", body, approved.model_copy(update={"case": "case-10"}), **{"Idempotency-Key": "other"}
    )
    assert reused.json()["rule"] == "approval"
    bigger = send(proxy, "/billing/credits", {**body, "amount": "9.70"}, approved, **{"Idempotency-Key": "third"})
    assert bigger.json()["reason"] == "the approval was given for another call"


def test_stop_and_tighten_work_at_once(proxy: RunningProxy, folder_estate: Estate, tmp_path: Path) -> None:
    tighten(tmp_path / "state" / "pilot.sqlite", folder_estate, "issue_credit", "each", "5.00", by="P-7")
    assert "limit of 5.00 EUR" in send(proxy, "/billing/credits", {**CREDIT, "amount": "6.00"}).json()["reason"]
    KillSwitch(tmp_path / "state").turn_on("P-7", "test")
    assert send(proxy, "/billing/credits", {**CREDIT, "amount": "4.00"}).json()["rule"] == "kill_switch"


def test_every_decision_stands_in_the_chained_log(proxy: RunningProxy, tmp_path: Path) -> None:
    send(proxy, "/billing/credits", {**CREDIT, "amount": "1.11"}, context(case="log-1"))
    send(proxy, "/billing/credits", {**CREDIT, "amount": "90.00"}, context(case="log-1"))
    connection = decision_log.connect(tmp_path / "state" / "pilot.sqlite")
    rows = decision_log.rows(connection, "log-1")
    assert [(r.step, r.decision, r.effect) for r in rows] == [
        ("proxy.decide", "act", ""),
        ("proxy.write", "act", "done"),
        ("proxy.decide", "escalate", ""),
    ]
    assert rows[0].detail["policy"] == proxy.point.policy and decision_log.verify(connection) == []


def test_a_lost_answer_keeps_its_reservation(demo: RunningEstate, folder_estate: Estate, tmp_path: Path) -> None:
    dead = folder_estate.systems["mail"].model_copy(
        update={"environments": {"staging": Environment(url="http://127.0.0.1:9")}}
    )
    billing = folder_estate.systems["billing"].model_copy(
        update={"environments": {"staging": Environment(url="http://127.0.0.1:9")}}
    )
    estate = replace(folder_estate, systems={**folder_estate.systems, "billing": billing, "mail": dead})
    ledger = BudgetLedger.create(tmp_path / "b.sqlite")
    proxy = serve(estate, folder=tmp_path / "state2", secrets=demo.environment(), ledger=ledger)
    try:
        answer = send(proxy, "/billing/credits", CREDIT, **{"Idempotency-Key": "lost"})
        assert answer.status_code == 504
        assert [(r.key, r.state) for r in ledger.open()] == [("lost", "unknown")]
        second = send(proxy, "/billing/credits", {**CREDIT, "amount": "49.00"}, **{"Idempotency-Key": "x"})
        third = send(proxy, "/billing/credits", {**CREDIT, "amount": "48.00"}, **{"Idempotency-Key": "y"})
        assert second.status_code == 504 and third.json()["decision"] == "escalate", "unknown amounts go on counting"
    finally:
        proxy.close()


def test_an_enforcer_that_may_not_write_gives_the_budget_back(
    demo: RunningEstate, folder_estate: Estate, tmp_path: Path
) -> None:
    weak = {"enforcer": folder_estate.systems["billing"].credentials["agent"]}
    billing = folder_estate.systems["billing"].model_copy(update={"credentials": weak})
    estate = replace(folder_estate, systems={**folder_estate.systems, "billing": billing})
    ledger = BudgetLedger.create(tmp_path / "b.sqlite")
    proxy = serve(estate, folder=tmp_path / "state3", secrets=demo.environment(), ledger=ledger)
    try:
        assert send(proxy, "/billing/credits", CREDIT).status_code == 403
        assert ledger.open() == []
        small = send(proxy, "/billing/credits", {**CREDIT, "amount": "50.00"}, context(case="c2"))
        assert small.status_code == 403 and "decision" not in small.json(), "the system's own answer comes back"
    finally:
        proxy.close()


def test_the_proxy_adds_little(proxy: RunningProxy) -> None:
    times = []
    for n in range(20):
        begun = time.perf_counter()
        send(proxy, "/billing/credits", {**CREDIT, "amount": "60.00"}, context(case=f"t{n}"))
        times.append(time.perf_counter() - begun)
    assert sorted(times)[10] < 0.1


def test_a_context_is_signed_for_its_run_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    value = case_context.headers("secret", "token", context())[case_context.HEADER]
    assert case_context.verified("secret", value) == context()
    assert case_context.verified("other", value) is None
    assert case_context.verified("secret", value[:-2] + "xx") is None
    monkeypatch.setattr(case_context, "MAX_AGE_S", -1)
    assert case_context.verified("secret", value) is None

"""The decision point answers in business words, and only a clear yes is a yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.certificate import Certificate, Claim, digests_of, policy_digest
from runtime.guardrails.decide import Approval, DecisionPoint, Request, Signals
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.tightened import Tightened, tighten

Make = Callable[..., Request]
FACTS: dict[str, Any] = {"usage_gap_found": lambda r: bool(r["usage"]["gap"]), "contract_active": lambda r: True}


def test_a_credit_within_its_limits_is_made(point: DecisionPoint, credit: Make) -> None:
    decision = point.decide(credit("12.40"))
    assert (decision.decision, decision.money_out_minor, decision.currency) == ("act", 1240, "EUR")
    assert decision.reservation is not None and decision.reservation.fresh


def test_a_credit_above_its_limit_is_escalated_in_business_words(point: DecisionPoint, credit: Make) -> None:
    decision = point.decide(credit("74.50"))
    assert decision.decision == "escalate"
    assert decision.reason == "74.50 EUR is above the limit of 50.00 EUR for issue_credit"
    assert decision.rule == "issue_credit.each"


def test_the_limit_itself_is_allowed_and_one_cent_more_is_not(point: DecisionPoint, credit: Make) -> None:
    assert point.decide(credit("50.00", trial=True)).decision == "act"
    assert point.decide(credit("50.01", trial=True)).decision == "escalate"


def test_totals_count_over_workflows_and_operations(point: DecisionPoint, credit: Make) -> None:
    assert point.decide(credit("49.00", key="a")).may_write
    lowered = credit(
        key="b",
        workflow="goodwill",
        operation="billing.updateInvoice",
        arguments={"account_id": "A-1", "total": "51.00"},
        facts_input={"usage": {"gap": True}, "contract": {"status": "active"}, "before": {"total": "100.00"}},
    )
    assert point.decide(lowered).may_write
    third = point.decide(credit("3.00", key="c"))
    assert third.decision == "escalate"
    assert "101.00 EUR would have gone to this customer in 30 days" in third.reason


def test_an_unread_value_is_never_guessed(point: DecisionPoint) -> None:
    refund = Request("goodwill", "billing.createRefund", {"payment_id": "P-1"}, "A-1", {})
    assert point.decide(refund).decision == "escalate"


def test_an_empty_refund_counts_with_the_full_value_of_its_payment(point: DecisionPoint) -> None:
    read = {"values": {"P-1": {"amount": "900.00", "currency": "EUR", "customer": "A-1"}}}
    decision = point.decide(Request("goodwill", "billing.createRefund", {"payment_id": "P-1"}, "A-1", read))
    assert decision.reason == "900.00 EUR is above the limit of 80.00 EUR for issue_refund"


@pytest.mark.parametrize("operation", ["billing.deleteAccount", "billing.unknown", "nowhere.at_all", ""])
def test_what_nobody_covers_is_refused(point: DecisionPoint, credit: Make, operation: str) -> None:
    assert point.decide(credit(operation=operation)).decision == "refuse"


def test_reads_pass(point: DecisionPoint, credit: Make) -> None:
    assert point.decide(credit(operation="billing.getInvoice")).decision == "act"


def test_a_fact_that_cannot_be_confirmed_escalates(estate: Estate, ledger: BudgetLedger, credit: Make) -> None:
    for facts in (
        {},
        {"usage_gap_found": lambda r: r["absent"]},
        {"usage_gap_found": lambda r: 1},
        {"usage_gap_found": lambda r: "yes"},
    ):
        point = DecisionPoint(estate, ledger=ledger, facts={"contract_active": lambda r: True, **facts})
        decision = point.decide(credit())
        assert decision.decision == "escalate" and "usage gap found" in decision.reason


def test_facts_in_the_body_change_nothing(point: DecisionPoint, credit: Make) -> None:
    arguments = {"account_id": "A-1", "amount": "5.00", "currency": "EUR", "usage_gap_found": True}
    assert point.decide(credit(arguments=arguments, facts_input={})).decision == "escalate"


def test_high_stakes_never_act(point: DecisionPoint, credit: Make) -> None:
    assert point.decide(credit(category="fraud")).decision == "approve"
    stolen = Request("stolen-phone", "mail.sendMessage", {"account_id": "A-1", "text": "hello"}, "A-1")
    assert point.decide(stolen).decision == "approve"


@pytest.mark.parametrize(
    "signals",
    [Signals(asks_for_human=True), Signals(legal_threat=True), Signals(frustration=0.6), Signals(confidence=0.5)],
)
def test_conversations_that_call_for_a_person_escalate(point: DecisionPoint, credit: Make, signals: Signals) -> None:
    assert point.decide(credit(signals=signals)).decision == "escalate"


def test_autonomy_only_narrows(point: DecisionPoint, credit: Make) -> None:
    answers = [point.decide(credit(autonomy=a, trial=True)).decision for a in ("act", "approve", "observe", "blocked")]
    assert answers == ["act", "approve", "refuse", "refuse"]


def test_an_approval_is_for_one_call_once(point: DecisionPoint, credit: Make) -> None:
    asked = credit("20.00", key="k1", autonomy="approve")
    shown = point.decide(asked)
    assert shown.decision == "approve" and shown.reservation is None
    approval = Approval("yes-1", shown.digest, "P-7")
    assert point.decide(replace(asked, approval=approval)).decision == "act"
    assert point.decide(replace(asked, approval=approval)).decision == "act", "the same call repeated is the same call"
    again = point.decide(replace(asked, key="k2", approval=approval))
    assert (again.decision, again.rule) == ("refuse", "approval")
    other = credit("21.00", key="k3", autonomy="approve", approval=approval)
    assert point.decide(other).reason == "the approval was given for another call"


def test_an_approval_does_not_lift_a_limit(point: DecisionPoint, credit: Make) -> None:
    over = credit("60.00", autonomy="approve")
    same = canonical.digest({"operation": over.operation, "arguments": over.arguments, "moves": [6000, "EUR"]})
    decision = point.decide(replace(over, approval=Approval("yes", same)))
    assert (decision.decision, decision.rule) == ("escalate", "issue_credit.each")


def test_without_a_ledger_money_does_not_move(estate: Estate, credit: Make) -> None:
    point = DecisionPoint(estate, ledger=None, facts=FACTS)
    assert point.decide(credit()).rule == "ledger"
    assert point.decide(credit(trial=True)).decision == "act"


def test_tightening_works_at_once_and_never_loosens(estate: Estate, ledger: BudgetLedger, credit: Make) -> None:
    database = estate.folder / "pilot.sqlite"
    point = DecisionPoint(estate, ledger=ledger, facts=FACTS, tightened=Tightened(database))
    assert point.decide(credit("30.00", trial=True)).decision == "act"
    tighten(database, estate, "issue_credit", "each", "20.00", by="P-7")
    decision = point.decide(credit("30.00", trial=True))
    assert decision.reason == "30.00 EUR is above the limit of 20.00 EUR for issue_credit"
    tighten(database, estate, "issue_credit", "each", "25.00")
    assert point.decide(credit("24.00", trial=True)).decision == "escalate", "the narrower row goes on to hold"
    with pytest.raises(Exception, match="not narrower"):
        tighten(database, estate, "issue_credit", "each", "60.00")
    with pytest.raises(Exception, match="no action"):
        tighten(database, estate, "issue_credits", "each", "1.00")


def test_a_tightened_total_may_end(estate: Estate, ledger: BudgetLedger, credit: Make) -> None:
    database = estate.folder / "pilot.sqlite"
    point = DecisionPoint(estate, ledger=ledger, facts=FACTS, tightened=Tightened(database))
    tighten(database, estate, "issue_credit", "all_per_day", "10.00", until=time.time() + 0.3)
    assert point.decide(credit("12.00", trial=True)).decision == "escalate"
    time.sleep(0.35)
    assert point.decide(credit("12.00", trial=True)).decision == "act"


def test_the_kill_switch_stops_every_write_and_no_read(
    estate: Estate, ledger: BudgetLedger, credit: Make, tmp_path: Path
) -> None:
    switch = KillSwitch(tmp_path / ".cxready")
    point = DecisionPoint(estate, ledger=ledger, facts=FACTS, stop=switch)
    assert point.decide(credit("1.00")).may_write
    switch.turn_on("P-7", "strange credits")
    assert point.decide(credit("2.00")).rule == "kill_switch"
    assert point.decide(credit(operation="billing.getInvoice")).decision == "act"
    switch.turn_off()
    assert point.decide(credit("3.00")).may_write


def test_a_certificate_of_other_guardrails_denies(estate: Estate, ledger: BudgetLedger, credit: Make) -> None:
    claim = Claim(action="issue_credit", operation="billing.createCredit", claim="each", says="…", proved=True)
    fitting = Certificate(digests=digests_of(estate), policy=policy_digest(estate), claims=(claim,), versions={})
    assert DecisionPoint(estate, ledger=ledger, facts=FACTS, certificate=fitting).decide(credit("1.00")).may_write
    looser = estate.guardrails.actions["issue_credit"].model_copy(
        update={"limits": estate.guardrails.actions["issue_credit"].limits.model_copy(update={"each": "500.00"})}
    )
    changed = replace(estate, guardrails=estate.guardrails.model_copy(update={"actions": {"issue_credit": looser}}))
    decision = DecisionPoint(changed, ledger=ledger, facts=FACTS, certificate=fitting).decide(credit("2.00"))
    assert (decision.decision, decision.rule) == ("refuse", "certificate")
    unproved = fitting.model_copy(update={"claims": (claim.model_copy(update={"proved": False}),)})
    assert (
        DecisionPoint(estate, ledger=ledger, facts=FACTS, certificate=unproved).decide(credit("3.00")).rule
        == "certificate"
    )


def test_a_fault_on_the_way_is_a_denial(point: DecisionPoint, credit: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point, "_on_totals", lambda call: 1 / 0)
    decision = point.decide(credit())
    assert (decision.decision, decision.rule) == ("refuse", "fault")


@pytest.mark.parametrize(
    "arguments", [{}, {"account_id": None}, {1: 2}, {"account_id": "A-1", "amount": object(), "currency": "EUR"}]
)
def test_broken_arguments_are_refused(point: DecisionPoint, credit: Make, arguments: dict[Any, Any]) -> None:
    assert point.decide(credit(arguments=arguments)).decision == "refuse"


def test_a_decision_without_ledger_takes_well_under_a_millisecond(estate: Estate, credit: Make) -> None:
    point, request = DecisionPoint(estate, ledger=None, facts=FACTS), credit("1.00", trial=True)
    times = []
    for _ in range(400):
        start = time.perf_counter()
        assert point.decide(request).may_write
        times.append(time.perf_counter() - start)
    assert sorted(times)[200] < 0.001

"""Limits in several currencies: each has bounds and totals of its own, proved one by one."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from probes.derive.proof import prove
from runtime.estate import Estate
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.cedar import permits_text
from runtime.guardrails.decide import DecisionPoint
from tests.runtime.guardrails.conftest import FACTS, GUARDRAILS, build


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    written: dict[str, Any] = deepcopy(GUARDRAILS)
    limits = written["actions"]["issue_credit"]["limits"]
    limits["also"] = {"JPY": {"each": "8000", "customer_per_30_days": "9000", "all_per_day": "90000"}}
    return build(tmp_path, written)


def test_each_currency_has_its_own_bounds_and_totals(estate: Estate, tmp_path: Path, credit: Any) -> None:
    point = DecisionPoint(estate, ledger=BudgetLedger.create(tmp_path / "b.sqlite"), facts=FACTS)

    def decided(amount: str, currency: str, key: str) -> tuple[str, str]:
        arguments = {"account_id": "A-1", "amount": amount, "currency": currency}
        decision = point.decide(credit(arguments=arguments, key=key))
        point.commit(decision.reservation)
        return decision.decision, decision.reason

    assert decided("8000", "JPY", "a")[0] == "act"
    assert decided("8001", "JPY", "b") == ("escalate", "8001 JPY is above the limit of 8000 JPY for issue_credit")
    assert "9000 JPY" in decided("1001", "JPY", "c")[1]
    assert decided("50.00", "EUR", "d")[0] == "act", "what went out in yen is no euro"
    assert decided("50.01", "EUR", "e")[0] == "escalate"
    assert decided("1.00", "USD", "f")[0] == "refuse"


def test_every_claim_is_proved_for_each_currency(estate: Estate) -> None:
    certificate = prove(estate).certificate
    assert certificate.holds and not [d for d in certificate.dropped if d.refuted_by is None]
    said = {claim.claim: claim.says for claim in certificate.claims if claim.action == "issue_credit"}
    assert said["each.JPY"] == "no permitted call of issue_credit moves more than 8000 JPY"
    assert "EUR or JPY" in said["currency"]


def test_a_hole_in_the_further_currency_is_found(estate: Estate) -> None:
    hole = permits_text(estate).replace("context.amount <= 8000", "context.amount <= 800000")
    failed = [c for c in prove(estate, permits=hole).certificate.claims if not c.proved]
    assert {c.claim for c in failed} == {"each.JPY"}
    assert all(c.replayed and "JPY through billing.createCredit" in c.counterexample for c in failed), failed

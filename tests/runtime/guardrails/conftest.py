"""A small estate: two workflows, a credit with every limit, an invoice that can be lowered, a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import GoalsFile
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import Environment, SystemSettings

CONFIRMED = {"by": "head of billing", "on": "2026-11-20"}
ACCOUNT = {"field": "account_id", "is": "crm.account"}
EFFECTS = {
    "billing": {
        "getInvoice": {"does": "read"},
        "createCredit": {
            "does": "create",
            "money_out": {"field": "amount", "currency": {"field": "currency"}},
            "customer": ACCOUNT,
            "repeat": {"key": "Idempotency-Key"},
        },
        "createRefund": {
            "does": "create",
            "money_out": {"full_value_of": "payment_id"},
            "customer": {"through": "payment_id"},
        },
        "updateInvoice": {"does": "update", "money_out": {"before": "total", "after": "total"}, "customer": ACCOUNT},
        "deleteAccount": {"does": "delete", "customer": ACCOUNT},
    },
    "mail": {"sendMessage": {"does": "create", "customer": ACCOUNT, "sends": ["subject", "text"]}},
}
GUARDRAILS = {
    "format": 1,
    "owner": "Chief Customer Officer",
    "actions": {
        "issue_credit": {
            "operations": ["billing.createCredit", "billing.updateInvoice"],
            "limits": {"each": "50.00", "customer_per_30_days": "100.00", "all_per_day": "300.00"},
            "conditions": ["usage_gap_found", "contract_active"],
            "workflows": ["billing-dispute", "goodwill"],
            "autonomy": "act",
        },
        "issue_refund": {
            "operations": ["billing.createRefund"],
            "limits": {"each": "80.00", "customer_per_30_days": "160.00", "all_per_day": "500.00", "count_per_day": 3},
            "autonomy": "approve",
        },
        "send_message": {"operations": ["mail.sendMessage"], "autonomy": "act"},
    },
    "restricted_data": {
        "card_number": "never_read",
        "health": "never_read",
        "date_of_birth": "mask",
        "iban": "never_send",
    },
    "high_stakes": ["fraud", "medical_billing"],
}
GOALS = {
    "billing-dispute": {
        "category": "billing",
        "utterances": ["my bill is wrong"],
        "steps": [{"call": "billing.createCredit"}, {"call": "mail.sendMessage"}],
    },
    "goodwill": {
        "category": "billing",
        "utterances": ["I want money back"],
        "steps": [{"call": "billing.updateInvoice"}, {"call": "billing.createRefund"}],
    },
    "stolen-phone": {
        "category": "fraud",
        "utterances": ["my phone was stolen"],
        "steps": [{"call": "mail.sendMessage"}],
    },
}
FACTS = {
    "usage_gap_found": lambda read: bool(read["usage"]["gap"]),
    "contract_active": lambda read: read["contract"]["status"] == "active",
}
READ = {"usage": {"gap": True}, "contract": {"status": "active"}}


def build(folder: Path, guardrails: dict[str, object] | None = None) -> Estate:
    system = SystemSettings(role="billing", environments={"staging": Environment(url="http://127.0.0.1:9")})
    return Estate(
        folder=folder,
        organisation="Northwind Telecom",
        currency="EUR",
        systems={"billing": system, "mail": system},
        effects={
            name: EffectsFile.model_validate({"confirmed": CONFIRMED, "operations": operations})
            for name, operations in EFFECTS.items()
        },
        guardrails=GuardrailsFile.model_validate(guardrails or GUARDRAILS),
        goals=GoalsFile.model_validate(GOALS).goals,
        escalation=EscalationFile(),
    )


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return build(tmp_path)


@pytest.fixture
def ledger(tmp_path: Path) -> BudgetLedger:
    return BudgetLedger.create(tmp_path / ".cxready" / "budget.sqlite")


@pytest.fixture
def point(estate: Estate, ledger: BudgetLedger) -> DecisionPoint:
    return DecisionPoint(estate, ledger=ledger, facts=FACTS)


@pytest.fixture
def credit():
    """Builds a request for a credit; keyword arguments replace fields of the request."""

    def make(amount: object = "12.40", account: str = "A-1", key: str = "", **more: object) -> Request:
        base: dict[str, object] = {
            "workflow": "billing-dispute",
            "operation": "billing.createCredit",
            "arguments": {"account_id": account, "amount": amount, "currency": "EUR"},
            "session_customer": account,
            "facts_input": READ,
            "key": key,
        }
        return Request(**{**base, **more})  # type: ignore[arg-type]

    return make

"""A billing system with a description of its own, and the smallest guardrails that let one workflow pay credits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import GoalsFile
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import Environment, SystemSettings

TEXT = {"type": "string"}
FIELDS = dict.fromkeys(("account_id", "amount", "currency", "reason"), TEXT)


def described_estate(folder: Path, **systems: Any) -> Estate:
    """`systems` are settings, effects' operations and calls to add: name → (SystemSettings, operations)."""
    (folder / "billing.json").write_text(json.dumps(_openapi()), encoding="utf-8")
    billing = SystemSettings(
        role="billing", description="billing.json", environments={"staging": Environment(url="http://127.0.0.1:9")}
    )
    effects = {"billing": _OPERATIONS, **{name: operations for name, (_, operations) in systems.items()}}
    confirmed = {"by": "head of billing", "on": "2026-11-20"}
    return Estate(
        folder=folder,
        organisation="Northwind Telecom",
        currency="EUR",
        systems={"billing": billing, **{name: settings for name, (settings, _) in systems.items()}},
        effects={
            name: EffectsFile.model_validate({"confirmed": confirmed, "operations": operations})
            for name, operations in effects.items()
        },
        guardrails=GuardrailsFile.model_validate({"format": 1, "actions": _ACTIONS}),
        goals=GoalsFile.model_validate({"dispute": _GOAL}).goals,
        escalation=EscalationFile(),
    )


_OPERATIONS = {
    "createCredit": {
        "does": "create",
        "money_out": {"field": "amount", "currency": {"field": "currency"}},
        "customer": {"field": "account_id"},
        "repeat": {"key": "Idempotency-Key"},
    },
    "addNote": {"does": "create", "customer": {"field": "account_id"}},
    "getAccount": {"does": "read"},
}
_ACTIONS = {
    "issue_credit": {
        "operations": ["billing.createCredit", "books.BooksPort.payOut"],
        "limits": {"each": "50.00", "customer_per_30_days": "500.00", "all_per_day": "5000.00"},
        "workflows": ["dispute"],
        "autonomy": "act",
    },
    "add_note": {"operations": ["billing.addNote"], "workflows": ["dispute"], "autonomy": "act"},
}
_GOAL = {
    "category": "billing",
    "utterances": ["my bill is wrong"],
    "slots": {"account_id": {"from": "session"}},
    "steps": [{"call": "billing.createCredit"}],
}


def _openapi() -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "properties": FIELDS}}}}
    done = {"responses": {"201": {"description": "created"}}}
    account = {"name": "account_id", "in": "path", "required": True, "schema": TEXT}
    return {
        "openapi": "3.0.3",
        "info": {"title": "billing", "version": "1"},
        "paths": {
            "/credits": {"post": {"operationId": "createCredit", "requestBody": body, **done}},
            "/accounts/{account_id}": {"get": {"operationId": "getAccount", "parameters": [account], **done}},
            "/accounts/{account_id}/notes": {
                "post": {"operationId": "addNote", "parameters": [account], "requestBody": body, **done}
            },
        },
    }

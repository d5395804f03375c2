"""Drafted effects name what real payment interfaces do with money, mark each guess, and deny until somebody signs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.money_effect import Unclear, customer_of, money_effect
from runtime.systems.draft import draft_effects
from runtime.systems.openapi import surface_of_openapi

AMOUNT = {
    "type": "object",
    "description": "in minor units",
    "properties": {"value": {"type": "integer"}, "currency": {"type": "string"}},
}


def operation(id: str, properties: dict[str, Any], path: str, required: list[str] | None = None) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    body = {"type": "object", "properties": properties, "required": required or []}
    return {
        "operationId": id,
        "parameters": [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names],
        "requestBody": {"required": bool(required), "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "done"}},
    }


PATHS = {
    "/payments/{payment_id}/refunds": {
        "post": operation("createRefund", {"amount": AMOUNT}, "/payments/{payment_id}/refunds")
    },
    "/payments/{payment_id}/reversals": {
        "post": operation("refundInFull", {"note": {"type": "string"}}, "/payments/{payment_id}/reversals")
    },
    "/invoices/{invoice_id}": {
        "patch": operation("updateInvoice", {"total": {"type": "string"}}, "/invoices/{invoice_id}")
    },
    "/orders/{order_id}/cancel": {"post": operation("cancelOrder", {}, "/orders/{order_id}/cancel")},
    "/refunds/{refund_id}/void": {"post": operation("voidRefund", {}, "/refunds/{refund_id}/void")},
    "/credits": {
        "post": operation(
            "createCredit", {"account_id": {"type": "string"}, "amount": {"type": "string"}}, "/credits", ["amount"]
        )
    },
}


@pytest.fixture
def drafted(tmp_path: Path) -> EffectsFile:
    document = {"openapi": "3.1.0", "info": {"title": "Pay", "version": "1"}, "paths": PATHS}
    path = tmp_path / "pay.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    text = draft_effects(surface_of_openapi("pay", path.read_bytes(), path, tmp_path))
    for line in text.splitlines():
        assert "money_out:" not in line or line.startswith("#") or "# check:" in line, "a guess about money is marked"
    return EffectsFile.model_validate(YAML(typ="safe").load(text))


def test_a_draft_permits_nothing(drafted: EffectsFile) -> None:
    assert drafted.operations and all(drafted.effect(name) is None for name in drafted.operations)


def test_an_empty_body_that_refunds_everything_is_seen(drafted: EffectsFile) -> None:
    refund = drafted.operations["createRefund"]
    assert refund.money_out is not None and refund.money_out.field == "amount.value"
    assert refund.money_out.unit == "minor" and refund.when_absent == "full"
    read = {"values": {"P-1": {"amount": "80.00", "currency": "EUR", "customer": "A-1"}}}
    some = money_effect(refund, {"payment_id": "P-1", "amount": {"value": 1240, "currency": "EUR"}}, read, "EUR")
    assert (some.minor, some.currency) == (1240, "EUR")
    assert money_effect(refund, {"payment_id": "P-1"}, read, "EUR").minor == 8000
    assert customer_of(refund, {"payment_id": "P-1"}, read) == "A-1"
    with pytest.raises(Unclear, match="was not read"):
        money_effect(refund, {"payment_id": "P-2"}, read, "EUR")
    with pytest.raises(Unclear, match="names no currency"):
        money_effect(refund, {"payment_id": "P-1", "amount": {"value": 1240}}, read, "EUR")


def test_money_that_moves_without_an_amount_is_seen(drafted: EffectsFile) -> None:
    for name, reference in (("refundInFull", "payment_id"), ("cancelOrder", "order_id")):
        out = drafted.operations[name].money_out
        assert out is not None and out.full_value_of == reference, name


def test_an_edited_invoice_is_money_and_a_voided_refund_is_none(drafted: EffectsFile) -> None:
    invoice = drafted.operations["updateInvoice"].money_out
    assert invoice is not None and (invoice.before, invoice.after) == ("total", "total")
    assert drafted.operations["voidRefund"].money_out is None


def test_a_required_amount_is_taken_as_it_is(drafted: EffectsFile) -> None:
    credit = drafted.operations["createCredit"]
    assert credit.money_out is not None and credit.money_out.field == "amount" and credit.when_absent is None
    assert credit.customer is not None and credit.customer.field == "account_id"

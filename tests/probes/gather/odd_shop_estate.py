"""What the odd shop says of itself: its description, and the engagement that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import Goal
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import SystemSettings

_ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "reference": {"type": "string"},
        "state": {"type": "string", "enum": ["open", "held", "deleted"]},
    },
}
_ONE = {
    "200": {"description": "one", "content": {"application/json": {"schema": _ORDER}}},
    "404": {"description": "none"},
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_QUERY = [
    {"name": name, "in": "query", "schema": {"type": kind}}
    for name, kind in (("limit", "integer"), ("offset", "integer"), ("reference", "string"))
]
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders": {
            "get": {
                "operationId": "listOrders",
                "summary": "Lists orders in pages",
                "parameters": _QUERY,
                "responses": {
                    "200": {"description": "page", "content": {"application/json": {"schema": {"type": "object"}}}}
                },
            },
            "post": {
                "operationId": "createOrder",
                "summary": "Places an order",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {**_ORDER, "required": ["text"]}}},
                },
                "responses": {"201": {"description": "made", "content": {"application/json": {"schema": _ORDER}}}},
            },
        },
        "/orders/{id}": {
            "get": {"operationId": "getOrder", "summary": "Reads one order", "parameters": [_ID], "responses": _ONE},
            "patch": {
                "operationId": "changeOrder",
                "summary": "Changes an order's state",
                "parameters": [_ID],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"state": _ORDER["properties"]["state"]}}
                        }
                    }
                },
                "responses": _ONE,
            },
            "delete": {
                "operationId": "deleteOrder",
                "summary": "Takes an order away",
                "parameters": [_ID],
                "responses": {"204": {"description": "gone"}},
            },
        },
    },
}


def estate_of(folder: Path, url: str) -> Estate:
    """Writes allowed, effects confirmed, one workflow that calls a read, a create and an update."""
    credential = {"scheme": "bearer", "token": "${SHOP_TOKEN}"}
    settings = SystemSettings.model_validate(
        {
            "role": "logistics",
            "description": "shop.yaml",
            "environments": {"staging": {"url": url}},
            "credentials": {"agent": credential},
            "writes": {
                "allowed": True,
                "side_effects": "none",
                "example": {"text": " a test order ", "changeOrder": {"id": "O-1", "state": "held"}},
            },
        }
    )
    effects = EffectsFile.model_validate(
        {
            "confirmed": {"by": "a tester", "on": "2026-11-01"},
            "operations": {
                "listOrders": {"does": "read"},
                "getOrder": {"does": "read"},
                "createOrder": {
                    "does": "create",
                    "repeat": {"key": "Idempotency-Key", "find": "listOrders"},
                    "read_back": "getOrder",
                    "undo": "deleteOrder",
                },
                "changeOrder": {"does": "update", "read_back": "getOrder"},
                "deleteOrder": {"does": "delete"},
            },
        }
    )
    goal = Goal.model_validate(
        {
            "category": "orders",
            "utterances": ["order"],
            "steps": [{"call": f"shop.{name}"} for name in ("getOrder", "createOrder", "changeOrder")],
        }
    )
    return Estate(
        folder,
        "Test",
        "EUR",
        {"shop": settings},
        {"shop": effects},
        GuardrailsFile(),
        {"orders": goal},
        EscalationFile(),
    )

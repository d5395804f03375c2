"""JSON-RPC 2.0 with the errors of two known services inside HTTP 200."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from loopback import WHY, system

from runtime.systems.exchange import Seen
from runtime.systems.json_rpc_surface import surface_of_openrpc

DOCUMENT = {
    "openrpc": "1.3.2",
    "info": {"title": "Party service", "version": "8.2"},
    "components": {"schemas": {"Party": {"type": "object", "properties": {"id": {"type": "integer"}}}}},
    "methods": [
        {
            "name": "party.read",
            "summary": "Reads parties",
            "paramStructure": "by-position",
            "params": [
                {"name": "ids", "required": True, "schema": {"type": "array"}},
                {"name": "fields", "schema": {"type": "array"}},
                {"name": "context", "schema": {"type": "object"}},
            ],
            "result": {"name": "parties", "schema": {"$ref": "#/components/schemas/Party"}},
        },
        {"name": "credit.create", "params": [{"name": "amount", "required": True, "schema": {"type": "string"}}]},
    ],
}


@pytest.fixture
def party(server: Any, tmp_path: Path) -> Any:
    (tmp_path / "party.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return system(f"{server.url}/rpc", tmp_path, protocol="json-rpc", description="party.json")


def _told(server: Any, **answer: Any) -> None:
    server.answers["POST /rpc"] = lambda r: (200, {}, {"jsonrpc": "2.0", "id": json.loads(r["body"])["id"], **answer})


def test_parameters_go_by_position_or_by_name_as_declared(party: Any, server: Any) -> None:
    _told(server, result=[{"id": 7}])
    assert party.call("party.read", {"ids": [7], "context": {"lang": "de"}}, why=WHY).body == [{"id": 7}]
    party.call("credit.create", {"amount": "1.00"}, why=WHY)
    sent = [json.loads(request["body"]) for request in server.seen]
    assert sent[0]["params"] == [[7], None, {"lang": "de"}] and sent[1]["params"] == {"amount": "1.00"}
    assert party.surface.operations["party.read"].reads and not party.surface.operations["credit.create"].reads
    assert party.surface.operations["party.read"].answers["200"]["properties"]["id"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        ({"code": -32602, "message": "Invalid params"}, Seen.REFUSED),
        ({"code": -32603, "message": "Internal error"}, Seen.FAULT),
        (["UserError", ["amount must be positive", ""]], Seen.REFUSED),
        (["KeyError", ["party"]], Seen.FAULT),
        ({"code": 200, "message": "Odoo Server Error", "data": {"name": "odoo.exceptions.UserError", "message": "no"}},
         Seen.REFUSED),
        ({"code": 200, "message": "Odoo Server Error", "data": {"name": "builtins.TypeError", "message": "x"}},
         Seen.FAULT),
        ({"code": 100, "message": "Odoo Session Expired", "data": {"name": "odoo.http.SessionExpiredException"}},
         Seen.LOGIN_PAGE),
    ],
)  # fmt: skip
def test_an_error_inside_200_is_a_no_or_a_fault(party: Any, server: Any, error: Any, seen: Seen) -> None:
    _told(server, error=error)
    answer = party.call("credit.create", {"amount": "0"}, why=WHY)
    assert answer.status == 200 and answer.seen is seen and answer.body == {"error": error}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"methods": 3}', '{"methods": []}', "\x00"])
def test_what_is_no_openrpc_is_a_problem(text: str, tmp_path: Path) -> None:
    found = surface_of_openrpc("party", text.encode(), tmp_path / "p.json")
    assert not found.operations and found.problems[0].grade == "blocker"

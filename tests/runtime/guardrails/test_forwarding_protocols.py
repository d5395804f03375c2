"""Writes of GraphQL and JSON-RPC systems pass the same decision; an error inside an answer of 200 gives the amount back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, graphql_sync

from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from runtime.systems.settings import Environment, SystemSettings
from tests.runtime.guardrails.described import described_estate
from tests.runtime.guardrails.test_forwarding import CREDIT, send, serving

SDL = """
type Query { account(id: ID!): Credit }
type Mutation { payOut(account_id: ID!, amount: String!, currency: String!): Credit }
type Credit { id: ID! amount: String }
"""
OPENRPC = {
    "openrpc": "1.3.2",
    "info": {"title": "Books", "version": "1"},
    "methods": [
        {
            "name": "payOut",
            "params": [
                {"name": name, "required": True, "schema": {"type": "string"}}
                for name in ("account_id", "amount", "currency")
            ],
        }
    ],
}
Answers = Callable[[dict[str, Any]], dict[str, Any]]


class Root:
    def payOut(self, info: Any, account_id: str, amount: str, currency: str) -> dict[str, str]:
        if amount == "6.66":
            raise GraphQLError("no", extensions={"code": "BAD_USER_INPUT"})
        return {"id": "P-1", "amount": amount}


def graphql(asked: dict[str, Any]) -> dict[str, Any]:
    done = graphql_sync(build_schema(SDL), asked["query"], Root(), variable_values=asked["variables"])
    return {"data": done.data, **({"errors": [one.formatted for one in done.errors]} if done.errors else {})}


def json_rpc(asked: dict[str, Any]) -> dict[str, Any]:
    head = {"jsonrpc": "2.0", "id": asked["id"]}
    if asked["params"]["amount"] == "6.66":
        return {**head, "error": {"code": -32602, "message": "no"}}
    return {**head, "result": {"id": "P-1"}}


@pytest.mark.parametrize(
    ("protocol", "name", "document", "operation", "answers"),
    [
        ("graphql", "books.graphql", SDL, "Mutation.payOut", graphql),
        ("json-rpc", "books.json", json.dumps(OPENRPC), "payOut", json_rpc),
    ],
)
def test_a_write_is_decided_sent_once_and_settled(
    protocol: Any, name: str, document: str, operation: str, answers: Answers, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(document, encoding="utf-8")
    with books(answers) as (url, seen):
        estate = described_estate(tmp_path, books=(settings(protocol, name, url), {operation: PAYS}))
        allow(estate, operation)
        with serving(estate, tmp_path / "state") as proxy:
            path = f"/books/{operation}"
            paid = [send(proxy, path, **{"Idempotency-Key": "k-1"}) for _ in range(2)]
            over = send(proxy, path, {**CREDIT, "amount": "50.01"})
            extra = send(proxy, path, {**CREDIT, "amount": "3.00", "note": "x"})
            refused = send(proxy, path, {**CREDIT, "amount": "6.66"})
    assert [answer.status_code for answer in paid] == [200, 200], paid[0].text
    assert over.json()["reason"] == "50.01 EUR is above the limit of 50.00 EUR for issue_credit"
    assert extra.json()["decision"] == "refuse" and refused.status_code == 422
    assert len(seen) == 2, "one payment, and one that the system refused"
    assert spent(tmp_path / "state", f"books.{operation}") == 1_240


PAYS = {
    "does": "create",
    "money_out": {"field": "amount", "currency": {"field": "currency"}},
    "customer": {"field": "account_id"},
}


def settings(protocol: Any, name: str, url: str) -> SystemSettings:
    return SystemSettings(
        role="billing", protocol=protocol, description=name, environments={"staging": Environment(url=url)}
    )


def allow(estate: Any, operation: str) -> None:
    estate.guardrails.actions["issue_credit"].operations.append(f"books.{operation}")


def spent(folder: Path, operation: str) -> int:
    ledger = BudgetLedger(folder / "budgets.sqlite")
    return ledger.totals(Ask("x", "x", "issue_credit", operation, "A-1", "EUR", 1)).spent_customer


@contextmanager
def books(answers: Answers) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """One address that answers every message with 200, whatever is inside."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answers(seen[-1])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/books", seen
    finally:
        server.shutdown()
        server.server_close()

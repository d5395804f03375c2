"""GraphQL against a real executor: selection, errors inside 200, and a schema that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, graphql_sync
from loopback import WHY, system

from runtime.errors import BadInput
from runtime.systems.draft import draft_effects
from runtime.systems.exchange import Seen
from runtime.systems.graphql_surface import surface_of_graphql

SDL = '''
"""Customers and credits."""
type Query {
  "One customer by number"
  customer(id: ID!): Customer
  customers(first: Int = 10, status: Status): [Customer!]!
  old: String @deprecated(reason: "use customer")
}
type Mutation { createCredit(input: CreditInput!): Credit!  ping: Boolean }
type Subscription { invoicePaid: Credit }
enum Status { ACTIVE CLOSED }
input CreditInput { account: ID!, amount: String!, reason: String }
type Customer { id: ID!, name: String, status: Status, credits: [Credit!], referred: Customer, note(lang: String!): String }
type Credit { id: ID!, amount: String!, customer: Customer }
'''
ANNA: dict[str, Any] = {"id": "C-1", "name": "Anna", "status": "ACTIVE", "credits": [{"id": "K-1", "amount": "1.00"}]}


class Root:
    """Resolvers as the executor wants them."""

    def customer(self, info: Any, id: str) -> Any:
        return ANNA if id == "C-1" else None

    def customers(self, info: Any, first: int, status: str | None = None) -> Any:
        return [ANNA][:first]

    def createCredit(self, info: Any, input: dict[str, str]) -> Any:
        from graphql import GraphQLError

        if input["amount"] == "0":
            raise GraphQLError("amount must be positive", extensions={"code": "BAD_USER_INPUT"})
        if input["amount"] == "9":
            raise GraphQLError("slow down", extensions={"code": "THROTTLED"})
        if input["amount"] == "5":
            raise GraphQLError("boom", extensions={"code": "INTERNAL_SERVER_ERROR"})
        return {"id": "K-2", "amount": input["amount"], "customer": ANNA}

    def ping(self, info: Any) -> bool:
        return True


def _answer(request: dict[str, Any]) -> Any:
    asked = json.loads(request["body"])
    done = graphql_sync(SCHEMA, asked["query"], Root(), variable_values=asked["variables"])
    told = {"data": done.data, **({"errors": [e.formatted for e in done.errors]} if done.errors else {})}
    return 200, {}, told


SCHEMA = build_schema(SDL)


@pytest.fixture
def shop(server: Any, tmp_path: Path) -> Any:
    server.answers["POST /graphql"] = _answer
    (tmp_path / "shop.graphql").write_text(SDL, encoding="utf-8")
    return system(f"{server.url}/graphql", tmp_path, protocol="graphql", description="shop.graphql")


def test_queries_read_mutations_write_subscriptions_are_events(shop: Any) -> None:
    operations = shop.surface.operations
    assert set(operations) == {
        "Query.customer",
        "Query.customers",
        "Query.old",
        "Mutation.createCredit",
        "Mutation.ping",
    }
    assert operations["Query.customer"].reads and not operations["Mutation.createCredit"].reads
    assert operations["Query.old"].deprecated and shop.surface.events == ("invoicePaid",)
    assert operations["Mutation.createCredit"].body_schema["properties"]["input"]["required"] == ["account", "amount"]
    assert operations["Query.customer"].answers["200"]["properties"]["status"]["enum"] == ["ACTIVE", "CLOSED"]


def test_a_call_selects_what_can_be_selected_and_gives_the_value(shop: Any) -> None:
    answer = shop.call("Query.customer", {"id": "C-1"}, why=WHY)
    assert answer.ok and answer.body["name"] == "Anna" and answer.body["credits"][0]["amount"] == "1.00"
    assert "note" not in answer.body, "a field that needs an argument is left out"
    assert [one["id"] for one in shop.call("customers", {"first": 1}, why=WHY).body] == ["C-1"]
    assert shop.call("Mutation.ping", why=WHY).body == {"result": True}


@pytest.mark.parametrize(
    ("amount", "seen"), [("0", Seen.REFUSED), ("9", Seen.THROTTLED), ("5", Seen.FAULT), ("2.00", Seen.OK)]
)
def test_errors_inside_200_are_what_their_code_says(shop: Any, amount: str, seen: Seen) -> None:
    answer = shop.call("createCredit", {"input": {"account": "A", "amount": amount}}, why=WHY)
    assert answer.status == 200 and answer.seen is seen
    assert answer.ok or answer.body["errors"][0]["message"]


def test_a_wrong_argument_is_refused_before_anything_is_sent(shop: Any, server: Any) -> None:
    with pytest.raises(BadInput, match="it needs id"):
        shop.call("Query.customer", {}, why=WHY)
    with pytest.raises(BadInput, match="does not take name"):
        shop.call("Query.customer", {"id": "1", "name": "x"}, why=WHY)
    assert server.seen == []


def test_an_introspection_result_is_the_same_surface(tmp_path: Path) -> None:
    from graphql import introspection_from_schema

    raw = json.dumps({"data": introspection_from_schema(SCHEMA)}).encode()
    found = surface_of_graphql("shop", raw, tmp_path / "schema.json")
    assert set(found.operations) == set(surface_of_graphql("shop", SDL.encode(), tmp_path / "s.graphql").operations)


@pytest.mark.parametrize("text", ["type Query {", "{}", '{"data": 3}', "hello", "type Query { a: Missing }", "\x00"])
def test_what_is_no_schema_is_a_problem_and_no_crash(text: str, tmp_path: Path) -> None:
    found = surface_of_graphql("shop", text.encode(), tmp_path / "s.graphql")
    assert not found.operations and found.problems[0].grade == "blocker"


def test_a_schema_too_deep_for_any_reader_is_a_problem(tmp_path: Path) -> None:
    raw = b"type Query { a(b: " + b"[" * 50_000 + b"Int" + b"]" * 50_000 + b"): Int }"
    assert surface_of_graphql("shop", raw, tmp_path / "s.graphql").problems


def test_effects_are_drafted_with_mutations_as_writes(tmp_path: Path) -> None:
    drafted = draft_effects(surface_of_graphql("shop", SDL.encode(), tmp_path / "s.graphql"))
    assert "Query.customer: {does: read" in drafted and "Mutation.createCredit: {does: create" in drafted

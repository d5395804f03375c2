"""crm: customers, contracts, history, notes and returns. REST, well kept: repeat keys, entity tags, an audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from assess.demo.documents import by_cursor, fields, long_text, one_of, text
from assess.demo.rest_service import (
    Problem,
    Record,
    Request,
    Response,
    RestService,
    Route,
    check_precondition,
    entity_tag,
)
from assess.demo.tokens import Tokens
from assess.demo.world import World


class Crm(RestService):
    """The customer's account id (`A-…`) is the key that every other system shares."""

    name = "crm"

    def __init__(self, tokens: Tokens, world: World) -> None:
        super().__init__(tokens)
        self.customers = {customer["account_id"]: customer for customer in world.customers}
        self.contracts = world.contracts
        self.interactions = world.interactions
        self.notes: dict[str, Record] = {}
        self.returns: dict[str, Record] = {}
        self.audit: list[Record] = []
        self._places = {"NT": self.notes, "RT": self.returns}

    def routes(self) -> list[Route]:
        read, write, reverse = "crm.read", "crm.write", "crm.reverse"
        return [
            Route("GET", "/customers", read, self.find_customers),
            Route("GET", "/customers/{account_id}", read, self.get_customer),
            Route("PATCH", "/customers/{account_id}/contact", write, self.update_contact),
            Route("GET", "/customers/{account_id}/contract", read, self.get_contract),
            Route("GET", "/customers/{account_id}/interactions", read, self.list_interactions),
            Route("GET", "/notes", read, self.find_notes),
            Route("POST", "/notes", write, self.create_note),
            Route("GET", "/notes/{note_id}", read, self.get_note),
            Route("DELETE", "/notes/{note_id}", reverse, self.delete_note),
            Route("GET", "/returns", read, self.find_returns),
            Route("POST", "/returns", write, self.create_return),
            Route("GET", "/returns/{return_id}", read, self.get_return),
            Route("DELETE", "/returns/{return_id}", reverse, self.cancel_return),
            Route("GET", "/audit", read, self.get_audit),
        ]

    def find_customers(self, request: Request) -> Response:
        query = request.query
        found = [
            c
            for c in self.customers.values()
            if query.get("email", c["email"]).lower() == c["email"]
            and query.get("phone", c["phone"]) == c["phone"]
            and ("order_id" not in query or query["order_id"] in [o["order_id"] for o in c["orders"]])
        ]
        return by_cursor(request, sorted(found, key=lambda c: str(c["id"])))

    def get_customer(self, request: Request) -> Response:
        customer = self._customer(request.parts["account_id"])
        return Response(200, customer, {"ETag": entity_tag(customer)})

    def update_contact(self, request: Request) -> Response:
        with self.lock:
            customer = self._customer(request.parts["account_id"])
            check_precondition(request, customer)
            change = fields(request, {}, {"email": text, "phone": text, "language": one_of("en", "de", "fr", "nl")})
            previous = {name: customer[name] for name in change}
            updated = {**customer, **change}
            self.customers[customer["account_id"]] = updated
            self._log(request, "updateContact", updated["id"])
        return Response(200, {**updated, "previous": previous}, {"ETag": entity_tag(updated)})

    def get_contract(self, request: Request) -> Response:
        account = self._customer(request.parts["account_id"])["account_id"]
        return Response(200, self.contracts[account])

    def list_interactions(self, request: Request) -> Response:
        account = self._customer(request.parts["account_id"])["account_id"]
        notes = [
            {"id": n["id"], "channel": "note", "at": n["created_at"], "summary": n["text"]}
            for n in self.notes.values()
            if n["account_id"] == account
        ]
        return by_cursor(request, [*self.interactions.get(account, []), *notes])

    def create_note(self, request: Request) -> Response:
        body = fields(request, {"account_id": text, "text": long_text}, {"reference": text})
        self._customer(body["account_id"])
        return self.once(request, lambda: self._create(request, "NT", body, operation="createNote", status="active"))

    def find_notes(self, request: Request) -> Response:
        return by_cursor(request, _matching(self.notes, request, "account_id", "reference"))

    def get_note(self, request: Request) -> Response:
        return Response(200, _existing(self.notes, request.parts["note_id"], "note"))

    def delete_note(self, request: Request) -> Response:
        with self.lock:
            note = _existing(self.notes, request.parts["note_id"], "note")
            del self.notes[note["id"]]
            self._log(request, "deleteNote", note["id"])
        return Response(204)

    def create_return(self, request: Request) -> Response:
        body = fields(request, {"account_id": text, "order_id": text}, {"reason": long_text, "reference": text})
        if body["order_id"] not in [order["order_id"] for order in self._customer(body["account_id"])["orders"]]:
            raise Problem(422, "order-of-another", "The order does not belong to this account")
        return self.once(
            request, lambda: self._create(request, "RT", body, operation="createReturn", status="registered")
        )

    def find_returns(self, request: Request) -> Response:
        return by_cursor(request, _matching(self.returns, request, "account_id", "reference"))

    def get_return(self, request: Request) -> Response:
        return Response(200, _existing(self.returns, request.parts["return_id"], "return"))

    def cancel_return(self, request: Request) -> Response:
        with self.lock:
            found = _existing(self.returns, request.parts["return_id"], "return")
            found = self.returns[found["id"]] = {**found, "status": "cancelled"}
            self._log(request, "cancelReturn", found["id"])
        return Response(200, found)

    def get_audit(self, request: Request) -> Response:
        wanted = request.query.get("resource_id")
        entries = [entry for entry in self.audit if wanted in (None, entry["resource_id"])]
        return by_cursor(request, entries)

    def _customer(self, account: str) -> Record:
        if account not in self.customers:
            raise Problem(404, "unknown-account", "There is no such account", f"no account {account[:40]}")
        return self.customers[account]

    def _create(self, request: Request, prefix: str, body: Record, *, operation: str, status: str) -> Response:
        with self.lock:
            record = {
                "id": self.next_id(prefix),
                **body,
                "status": status,
                "created_at": _now(),
                "reference": body.get("reference") or request.headers.get("idempotency-key", ""),
            }
            self._places[prefix][record["id"]] = record
            self._log(request, operation, record["id"])
        return Response(201, record, {"Location": f"{request.path}/{record['id']}"})

    def _log(self, request: Request, operation: str, resource: str) -> None:
        self.audit.append(
            {
                "id": self.next_id("AU"),
                "at": _now(),
                "client_id": request.client,
                "operation": operation,
                "resource_id": resource,
            }
        )


def _existing(place: dict[str, Record], identity: str, kind: str) -> Record:
    if identity not in place:
        raise Problem(404, f"unknown-{kind}", f"There is no such {kind}", f"no {kind} {identity[:40]}")
    return place[identity]


def _matching(place: dict[str, Record], request: Request, *names: str) -> list[Record]:
    wanted: dict[str, Any] = {name: request.query[name] for name in names if name in request.query}
    return [record for record in list(place.values()) if all(record.get(n) == value for n, value in wanted.items())]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

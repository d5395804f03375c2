"""A REST system that is data: records and operations of `systems.yaml`, behind tokens, with problem details and repeat keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from assess.demo.documents import by_offset, currency, fields, long_text, money, text
from assess.demo.rest_service import Problem, Record, Request, Response, RestService, Route
from assess.demo.tokens import Tokens
from assess.demo.use_cases.declared import DeclaredSystem, Operation

Check = Callable[[Any], bool]
CHECKS: Mapping[str, Check] = {
    "text": text,
    "long_text": long_text,
    "money": money,
    "currency": currency,
    "list": lambda value: isinstance(value, list) and 0 < len(value) <= 50 and all(map(text, value)),
}
METHODS = {"get": "GET", "find": "GET", "create": "POST", "update": "PATCH", "cancel": "POST"}
GONE = ("cancelled", "void", "revoked", "withdrawn")


class DeclaredService(RestService):
    """One system of a use case. `records`: kind → id → record, as they stand now."""

    def __init__(self, name: str, system: DeclaredSystem, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.name, self.system = name, system
        self.records: dict[str, dict[str, Record]] = {
            kind: {str(row[own.key]): deepcopy(row) for row in own.rows} for kind, own in system.records.items()
        }
        self._made: set[str] = set()
        doing = {
            "get": self._get,
            "find": self._find,
            "create": self._create,
            "update": self._update,
            "cancel": self._cancel,
        }
        self._routes = [
            Route(METHODS[op.kind], path_of(system, op), f"{name}.{_right(op)}", partial(doing[op.kind], op))
            for op in system.operations.values()
        ]

    def routes(self) -> list[Route]:
        return self._routes

    def made(self) -> list[tuple[str, Record]]:
        """What was created since the start and is not cancelled, each with the name of its kind."""
        return [
            (kind, record)
            for kind, found in self.records.items()
            for identity, record in found.items()
            if identity in self._made and record.get("status") not in GONE
        ]

    def _get(self, op: Operation, request: Request) -> Response:
        return Response(200, self._named(op, request))

    def _find(self, op: Operation, request: Request) -> Response:
        wanted = {name: request.query[name] for name in op.by if name in request.query}
        found = [r for r in self.records[op.of].values() if all(str(r.get(n, "")) == v for n, v in wanted.items())]
        return by_offset(request, found)

    def _create(self, op: Operation, request: Request) -> Response:
        body = self._taken(op, request)
        make = partial(self._kept, op, request, body)
        return self.once(request, make) if op.keeps_key else make()

    def _kept(self, op: Operation, request: Request, body: Record) -> Response:
        own = self.system.records[op.of]
        with self.lock:
            self._refuse(op, body)
            identity = self.next_id(own.prefix)
            reference = body.get("reference") or request.headers.get("idempotency-key", "")
            record = {own.key: identity, **body, **op.sets, "created_at": _now()}
            record |= {"reference": reference} if op.keeps_key else {}
            self.records[op.of][identity] = record
            self._made.add(identity)
        return Response(201, record, {"Location": f"{request.path}/{identity}"})

    def _update(self, op: Operation, request: Request) -> Response:
        with self.lock:
            record, body = self._named(op, request), self._taken(op, request)
            self._refuse(op, {**request.parts, **body})
            changed = self.records[op.of][str(record[self.system.records[op.of].key])] = {**record, **body, **op.sets}
        return Response(200, changed)

    def _cancel(self, op: Operation, request: Request) -> Response:
        with self.lock:
            record = self._named(op, request)
            changed = {**record, **(op.sets or {"status": "cancelled"})}
            self.records[op.of][str(record[self.system.records[op.of].key])] = changed
        return Response(200, changed)

    def _named(self, op: Operation, request: Request) -> Record:
        key = self.system.records[op.of].key
        found = self.records[op.of].get(request.parts[key])
        if found is None:
            raise Problem(
                404,
                f"unknown-{singular(op.of)}",
                f"There is no such {singular(op.of)}",
                f"no {request.parts[key][:40]}",
            )
        return found

    def _taken(self, op: Operation, request: Request) -> Record:
        required = {name: CHECKS[kind] for name, kind in op.takes.items() if not kind.endswith("?")}
        optional = {name: CHECKS[kind[:-1]] for name, kind in op.takes.items() if kind.endswith("?")}
        body = fields(request, required, {**optional, "reference": text})
        for name, kind in op.belongs.items():
            record = self.records[kind].get(str(body.get(name)))
            if name in body and (record is None or record.get("account_id") != body.get("account_id")):
                raise Problem(422, "record-of-another", f"The {name} does not belong to this account")
        for name, where in op.at_most.items():
            bound = self._value(op, {**request.parts, **body}, where)
            if bound is None or Decimal(body[name]) > Decimal(str(bound)):
                raise Problem(422, "amount-above-limit", f"{name} is more than {bound}")
        return body

    def _refuse(self, op: Operation, arguments: Record) -> None:
        for refusal in op.refuses:
            if all(str(self._value(op, arguments, name)) == value for name, value in refusal.when.items()):
                raise Problem(refusal.status, refusal.kind, refusal.says)

    def _value(self, op: Operation, arguments: Record, name: str) -> Any:
        """An argument, or a field of the record that an argument names."""
        argument, _, field = name.partition(".")
        if not field:
            return arguments.get(argument)
        identity = str(arguments.get(argument))
        found = (self.records[kind].get(identity) for kind in (op.belongs.get(argument), *self.records) if kind)
        return next((record.get(field) for record in found if record is not None), None)


def path_of(system: DeclaredSystem, op: Operation) -> str:
    """`/orders`, `/orders/{order_id}`, `/orders/{order_id}/cancellation`."""
    place = f"/{op.of.replace('_', '-')}"
    if op.kind in ("find", "create"):
        return place
    one = f"{place}/{{{system.records[op.of].key}}}"
    return f"{one}/cancellation" if op.kind == "cancel" else one


def singular(kind: str) -> str:
    """`orders` → order; `credential_keys` → credential key."""
    return kind.replace("_", " ").removesuffix("s")


def _right(op: Operation) -> str:
    return "read" if op.kind in ("get", "find") else "write"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

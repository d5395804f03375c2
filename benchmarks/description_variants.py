"""Descriptions of some megabytes, made for `benchmarks.describe`: an ordinary one, and with `--variants` four that are hard
each in its own way.

Many operations with few schemas, few operations with schemas that refer to each other without end, long lists of values,
and schemas with `$defs` of their own (JSON Schema 2020-12, 8.2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

KINDS = [
    "open", "closed", "disputed", "credited", "shipped", "returned", "blocked", "expected", "scheduled", "archived",
    "shared", "promised",
]  # fmt: skip
THINGS = [
    "invoice", "contract", "account", "order", "parcel", "meter", "device", "ticket", "message", "payment", "refund",
    "discount", "plan", "address", "visit", "repair", "claim", "voucher", "session", "charge", "tariff", "bundle",
    "router", "line", "number", "appointment", "delivery", "warranty", "licence", "seat", "statement", "reminder",
    "deposit", "subscription", "usage",
]  # fmt: skip
WORDS = [
    "number", "reason", "amount", "currency", "period", "status", "channel", "owner",
]  # fmt: skip
OPERATIONS = (
    ("get", "Read", "/{id}"), ("patch", "Change", "/{id}"), ("delete", "Remove", "/{id}"), ("get", "List", ""), ("post", "Create", ""),
)  # fmt: skip
MANY, DEEP, LISTS, OWN = 5200, 4000, 60, 900
_WORDS = "Reads what belongs to one customer, with all of its parts, as it is printed on a document"


def variants(empty: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and document of each. `empty`: a document without paths."""
    few = {
        f"S{n}": _object({f"f{k}": {"type": "string", "description": "a field"} for k in range(20)}) for n in range(10)
    }
    yield "many-operations", _document(empty, few, MANY)
    yield "deep-references", _document(empty, {f"S{n}": _knot(n) for n in range(DEEP)}, 300)
    lists = {
        f"S{n}": _object({"code": {"enum": [f"code_{n}_{k}_of_a_list" for k in range(2000)]}}) for n in range(LISTS)
    }
    yield "huge-enums", _document(empty, lists, 300)
    yield "own-definitions", _document(empty, {f"S{n}": _with_definitions(n) for n in range(OWN)}, OWN)


def things(empty: Mapping[str, Any]) -> dict[str, Any]:
    """Twenty properties a thing, five operations each, every thing with a parent of its own kind: 3 MB, hundreds of cycles."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for kind, thing in product(KINDS, THINGS):
        name = f"{kind.capitalize()}{thing.capitalize()}"
        says = f"of the {kind} {thing} as its customer reads it on a document, never empty"
        fields = {
            f"{word}_{thing}": {"type": "string", "description": f"The {word} {says}"} for word in (*WORDS, *KINDS)
        }
        schemas[name] = _object({**fields, "parent": _ref(name)})
        for method, does, place in OPERATIONS:
            paths.setdefault(f"/{kind}-{thing}{place}", {})[method] = _on(
                name, f"{kind} {thing}", method, does, bool(place)
            )
    return {**empty, "paths": paths, "components": {"schemas": schemas}}


def _on(name: str, thing: str, method: str, does: str, one: bool) -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": _ref(name)}}}
    given = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if one else []
    return {
        "operationId": f"{does.lower()}{name}",
        "summary": f"{does} a {thing}",
        "description": f"{does} a {thing} of one customer; the answer holds it as it is afterwards, with its parent.",
        "parameters": given,
        **({"requestBody": answer} if method in ("patch", "post") else {}),
        "responses": {"200": {"description": "As it is now", **answer}, "404": {"description": "No such record"}},
    }


def _document(empty: Mapping[str, Any], schemas: Mapping[str, Any], operations: int) -> dict[str, Any]:
    paths = {f"/things{n}/{{id}}": {"get": _read(n, f"S{n * 13 % len(schemas)}")} for n in range(operations)}
    return {**empty, "paths": paths, "components": {"schemas": schemas}}


def _read(number: int, schema: str) -> dict[str, Any]:
    answer = {"application/json": {"schema": _ref(schema)}}
    return {
        "operationId": f"read{number}",
        "summary": f"Reads thing {number}",
        "description": f"{_WORDS}, number {number}.",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "description": "which", "schema": {"type": "string"}}
        ],
        "responses": {"200": {"description": "ok", "content": answer}, "404": {"description": "none"}},
    }


def _knot(n: int) -> dict[str, Any]:
    """Five references to others, over allOf, anyOf, oneOf and items."""
    near, far, third, fifth, parent = (
        f"S{(n * by + more) % DEEP}" for by, more in ((1, 1), (1, 13), (3, 2), (5, 3), (7, 1))
    )
    fields = {
        "owner": {
            "anyOf": [{"type": "string", "maxLength": 5000}, _ref(near)],
            "description": "The owner's id, or the owner",
        },
        "source": {"oneOf": [_ref(third), _ref(fifth)]},
        "parts": {"type": "array", "items": _ref(far)},
    }
    return {"allOf": [_ref(parent), _object(fields)]}


def _with_definitions(n: int) -> dict[str, Any]:
    part = {"type": ["string", "null"], "description": f"part of record {n}, as it is printed", "minLength": 1}
    fields = {f"f{k}": _ref(f"S{n}/$defs/p{k}") for k in range(20)}
    return {**_object(fields), "$defs": {f"p{k}": part for k in range(20)}}


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}

"""The OpenAPI 3.1 description of a declared system, as its owner would publish it."""

from __future__ import annotations

import json
from typing import Any

from assess.demo.use_cases.declared import DeclaredSystem, Operation
from assess.demo.use_cases.service import METHODS, path_of, singular

Plain = dict[str, Any]
_ERRORS = {"400": "A field is missing or invalid.", "401": "No valid token.", "403": "A scope is missing.", "404": "No such record.",
           "409": "Refused in its present state.", "422": "Refused.", "429": "Too many requests."}  # fmt: skip
_TYPES: Plain = {
    "text": {"type": "string", "minLength": 1, "maxLength": 200},
    "long_text": {"type": "string", "maxLength": 200_000},
    "money": {"type": "string", "pattern": r"^\d{1,6}\.\d{2}$"},
    "currency": {"type": "string", "enum": ["EUR"]},
    "list": {"type": "array", "items": {"type": "string"}},
}


def described(name: str, system: DeclaredSystem, url: str) -> str:
    """The description as JSON text."""
    paths: dict[str, Plain] = {}
    for identity, operation in system.operations.items():
        paths.setdefault(path_of(system, operation), {})[METHODS[operation.kind].lower()] = _operation(
            name, identity, operation, system
        )
    document = {
        "openapi": "3.1.0",
        "info": {"title": system.title, "version": "1.0.0", "description": f"{system.title}. Errors are RFC 9457 problem details."},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": {"type": "object", "properties": {n: {"type": "string"} for n in ("type", "title", "detail")} | {"status": {"type": "integer"}}}},
            "securitySchemes": {"oauth2": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {f"{name}.read": "read", f"{name}.write": "write"}}}}},
        },
    }  # fmt: skip
    return json.dumps(document, indent=1) + "\n"


def _operation(name: str, identity: str, op: Operation, system: DeclaredSystem) -> Plain:
    right = "read" if op.kind in ("get", "find") else "write"
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    done = "201" if op.kind == "create" else "200"
    said: Plain = {
        "operationId": identity,
        "summary": f"{op.kind.capitalize()} {singular(op.of)}",
        "parameters": _parameters(op, system),
        "responses": {
            done: {"description": "Done.", "content": {"application/json": {"schema": _answer(op, system)}}},
            **{status: {"description": says, "content": problem} for status, says in _ERRORS.items()},
        },
        "security": [{"oauth2": [f"{name}.{right}"]}],
    }
    if op.takes:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(op)}}}
    return said


def _parameters(op: Operation, system: DeclaredSystem) -> list[Plain]:
    plain = {"schema": {"type": "string"}}
    if op.kind == "find":
        return [{"name": name, "in": "query", "description": f"Only with this {name}.", **plain} for name in op.by]
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key again answers the first answer.",
        **plain,
    }
    keyed = [key] if op.kind == "create" and op.keeps_key else []
    if op.kind == "create":
        return keyed
    return [
        {"name": system.records[op.of].key, "in": "path", "required": True, "description": "Which record.", **plain}
    ]


def _body(op: Operation) -> Plain:
    properties = {name: _TYPES[kind.removesuffix("?")] for name, kind in op.takes.items()}
    reference = {"reference": {"type": "string", "description": "The caller's own reference."}} if op.keeps_key else {}
    required = [name for name, kind in op.takes.items() if not kind.endswith("?")]
    return {"type": "object", "properties": properties | reference, "required": required, "additionalProperties": False}


def _answer(op: Operation, system: DeclaredSystem) -> Plain:
    own = system.records[op.of]
    names = dict.fromkeys([own.key, *(name for row in own.rows for name in row), *op.takes])
    record = {"type": "object", "properties": {name: {} for name in names}}
    if op.kind != "find":
        return record
    return {"type": "object", "properties": {"items": {"type": "array", "items": record}, "total": {"type": "integer"}}}

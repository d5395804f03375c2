"""An OpenAPI draft from calls that were collected (Postman) or recorded (HAR): names and types only, no value is kept.

What a draft holds was seen once; it is no promise of the system's owner, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEPTH = 8
EXAMPLES = "x-examples-only"
"""Marks a document that was drafted from calls; whoever owns the interface takes it out when the document is right."""
VERBS = {"post": "create", "put": "replace", "patch": "update"}
_VALUE = re.compile(r"\d|@|%40|^\{\{.*\}\}$|^:|^\{.*\}$|^[A-Za-z_-]{25,}$")
_NAME = re.compile(r"^[A-Za-z_$][\w$-]{0,60}$")
_SECRET = re.compile(r"(?i)token|secret|passw|apikey|api_key|session|cookie|signature|^auth")


@dataclass
class Call:
    """One request as far as a description needs it; bodies are parsed JSON or None."""

    method: str
    path: str
    name: str = ""
    query: Iterable[str] = ()
    sent: Any = None
    status: int = 0
    answered: Any = None


@dataclass
class _Drafted:
    names: set[str] = field(default_factory=set)
    paths: dict[str, dict[str, Any]] = field(default_factory=dict)


def openapi_of(title: str, calls: Iterable[Call]) -> dict[str, Any]:
    """An OpenAPI 3.0.3 document. Calls of one method and shape of path are one operation."""
    drafted = _Drafted()
    for call in calls:
        path, parameters = templated(call.path)
        own = drafted.paths.setdefault(path, {})
        operation = own.setdefault(call.method.lower(), _operation(call, path, parameters, drafted.names))
        _merge(operation, call)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "version": "draft",
            "description": "Drafted from calls that were seen, without their values. Its owner has not confirmed it.",
        },
        EXAMPLES: True,
        "paths": {path: drafted.paths[path] for path in sorted(drafted.paths)},
    }


def templated(path: str) -> tuple[str, list[str]]:
    """A path whose values are placeholders: `/accounts/A-17/bills/9` → `/accounts/{account_id}/bills/{bill_id}`."""
    parts, names = list[str](), list[str]()
    for part in path.split("?", maxsplit=1)[0].split("/"):
        if part and _VALUE.search(part) and not re.fullmatch(r"v\d{1,2}(\.\d{1,2})?", part):
            before = next((p for p in reversed(parts) if p and not p.startswith("{")), "item")
            name = _singular(re.sub(r"\W", "_", before)) + "_id"
            while name in names:
                name += "_2"
            names.append(name)
            parts.append(f"{{{name}}}")
        else:
            parts.append(part)
    return "/".join(parts) or "/", names


def _operation(call: Call, path: str, parameters: list[str], taken: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": _id(call, path, taken), "responses": {}}
    if call.name and not _VALUE.search(call.name):
        found["summary"] = call.name[:100]
    if parameters:
        found["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
        ]
    return found


def _merge(operation: dict[str, Any], call: Call) -> None:
    known = {p["name"] for p in operation.get("parameters", [])}
    for name in call.query:
        if _NAME.match(name) and not _SECRET.search(name) and name not in known:
            operation.setdefault("parameters", []).append({"name": name, "in": "query", "schema": {"type": "string"}})
            known.add(name)
    if call.sent is not None and "requestBody" not in operation:
        operation["requestBody"] = {"content": {"application/json": {"schema": schema_of(call.sent)}}}
    status = str(call.status or 200)
    if status not in operation["responses"]:
        answer: dict[str, Any] = {"description": "as seen" if call.status else "not seen"}
        if call.answered is not None:
            answer["content"] = {"application/json": {"schema": schema_of(call.answered)}}
        operation["responses"][status] = answer


def schema_of(value: Any, depth: int = 0) -> dict[str, Any]:
    """Types of a value; names that look like values (an e-mail address as a key) become `additionalProperties`."""
    if isinstance(value, Mapping):
        if depth >= DEPTH:
            return {"type": "object"}
        named = {k: v for k, v in value.items() if _NAME.match(str(k)) and not re.search(r"\d{4,}", str(k))}
        found: dict[str, Any] = {"type": "object"}
        if named:
            found["properties"] = {
                k: schema_of(v, depth + 1) for k, v in sorted(named.items()) if not _SECRET.search(k)
            }
        if len(named) < len(value):
            found["additionalProperties"] = True
        return found
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0], depth + 1) if value and depth < DEPTH else {}}
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": kinds[type(value)]} if type(value) in kinds else {}


def _id(call: Call, path: str, taken: set[str]) -> str:
    words: list[str] = re.findall(r"[A-Za-z]+", call.name if not _VALUE.search(call.name) else "")
    if not 1 <= len(words) <= 6:
        nouns = [
            _singular(p) if i + 1 < path.count("/") else p for i, p in enumerate(re.findall(r"/([A-Za-z]+)", path))
        ]
        words = [VERBS.get(call.method.lower(), call.method.lower()), *nouns]
    name = words[0].lower() + "".join(word[:1].upper() + word[1:] for word in words[1:])
    unique = next(one for one in (name, *(f"{name}{n}" for n in range(2, len(taken) + 3))) if one not in taken)
    taken.add(unique)
    return unique


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word

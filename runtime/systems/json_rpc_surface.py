"""A surface from an OpenRPC document: the methods of a JSON-RPC 2.0 service. Source: https://spec.open-rpc.org.

What a method does is guessed from its name, like for SOAP; a person confirms it in the effects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.systems.surface import Operation, Parameter, Problem, Surface
from runtime.systems.verbs import verb_of


def surface_of_openrpc(name: str, raw: bytes, path: Path) -> Surface:
    """Reads the document offline; a text that is none gives a surface without operations."""
    digest = "sha256:" + hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    try:
        root = json.loads(raw.decode("utf-8-sig"))
        methods = [m for m in root["methods"] if isinstance(m, Mapping) and isinstance(m.get("name"), str)]
    except (ValueError, KeyError, TypeError, RecursionError):
        says = "this is no OpenRPC document: it has no list of `methods`"
        return Surface(name, "unreadable", digest, problems=(Problem("blocker", says, path.name),))
    shared = _mapping(_mapping(root.get("components")).get("schemas"))
    operations = {str(m["name"]): _operation(m, shared) for m in methods}
    info = _mapping(root.get("info"))
    problems = [] if operations else [Problem("blocker", "the document declares no method", path.name)]
    if len(operations) < len(methods):
        problems.append(Problem("costly", "two methods share one name", path.name))
    return Surface(
        system=name,
        format=f"openrpc {str(root.get('openrpc', '1'))[:3]}",
        digest=digest,
        operations=operations,
        problems=tuple(problems),
        title=str(info.get("title") or ""),
        version=str(info.get("version") or ""),
        text=str(info.get("description") or ""),
    )


def is_openrpc(raw: bytes) -> bool:
    """Whether a text looks like an OpenRPC document."""
    return raw[:100_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"openrpc"' in raw[:100_000]


def by_position(operation: Operation) -> bool:
    """Whether the method wants its parameters as a list."""
    return operation.body_type == "params by-position"


def _operation(method: Mapping[str, Any], shared: Mapping[str, Any]) -> Operation:
    params = [_resolved(p, shared) for p in method.get("params") or () if isinstance(p, Mapping)]
    named = [p for p in params if isinstance(p.get("name"), str)]
    schemas = {str(p["name"]): _resolved(_mapping(p.get("schema")), shared) for p in named}
    required = [str(p["name"]) for p in named if p.get("required") is True]
    result = _resolved(_mapping(_mapping(method.get("result")).get("schema")), shared)
    name = str(method["name"])
    return Operation(
        id=name,
        method="POST",
        path=f"/#{name}",
        summary=str(method.get("summary") or ""),
        description=str(method.get("description") or ""),
        reads=verb_of(name) == "read",
        parameters=tuple(
            Parameter(str(p["name"]), "body", p.get("required") is True, bool(p.get("description")), schemas[p["name"]])
            for p in named
        ),
        body_schema={"type": "object", "properties": schemas, "required": required},
        body_required=bool(required),
        body_type="params by-position" if method.get("paramStructure") == "by-position" else "params by-name",
        answers={"200": result},
        deprecated=method.get("deprecated") is True,
    )


def _resolved(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """One step into the document's own components; deeper references stay as they are."""
    ref = schema.get("$ref")
    return _mapping(shared.get(ref.rpartition("/")[2])) if isinstance(ref, str) else schema


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

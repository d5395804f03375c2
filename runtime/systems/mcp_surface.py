"""A surface from an MCP server's tools: the saved answer to `tools/list`. Source: https://modelcontextprotocol.io/specification.

A tool is a read only where its server says so (`readOnlyHint`); a hint is no promise, and the effects are confirmed by
a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.systems.surface import Operation, Parameter, Problem, Surface


def surface_of_mcp(name: str, raw: bytes, path: Path) -> Surface:
    """Reads `{"tools": […]}`, or a whole JSON-RPC answer that holds it, offline."""
    digest = "sha256:" + hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    try:
        root = json.loads(raw.decode("utf-8-sig"))
        tools = [t for t in _mapping(root.get("result", root))["tools"] if isinstance(t, Mapping) and t.get("name")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        says = "this is no list of MCP tools: save the answer to `tools/list`"
        return Surface(name, "unreadable", digest, problems=(Problem("blocker", says, path.name),))
    problems = [] if tools else [Problem("blocker", "the server offers no tool", path.name)]
    problems += [
        Problem("note", f"tool {t['name']} says nothing about itself", path.name)
        for t in tools
        if not t.get("description")
    ]
    return Surface(
        system=name,
        format="mcp",
        digest=digest,
        operations={str(t["name"]): _operation(t) for t in tools},
        problems=tuple(problems),
        title=path.stem,
    )


def is_mcp(raw: bytes) -> bool:
    """Whether a text looks like a list of tools."""
    start = raw[:50_000]
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"tools"' in start and b'"inputSchema"' in raw


def _operation(tool: Mapping[str, Any]) -> Operation:
    name, schema = str(tool["name"]), dict(_mapping(tool.get("inputSchema")))
    hints = _mapping(tool.get("annotations"))
    description = str(tool.get("description") or "")
    required = [str(one) for one in schema.get("required") or ()]
    return Operation(
        id=name,
        method="POST",
        path=f"/#{name}",
        summary=str(tool.get("title") or hints.get("title") or description.split("\n", maxsplit=1)[0]),
        description=description,
        reads=hints.get("readOnlyHint") is True,
        parameters=tuple(
            Parameter(key, "body", key in required, bool(_mapping(one).get("description")), _mapping(one))
            for key, one in _mapping(schema.get("properties")).items()
        ),
        body_schema=schema,
        body_required=bool(required),
        answers={"200": _mapping(tool.get("outputSchema"))},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

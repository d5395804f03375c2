"""Drafts the remedy of a description without words: an OpenAPI Overlay 1.0 that holds a place for each missing sentence.

Every sentence that is missing is marked TODO and none is invented: what an operation is for, only its owner knows. What
stands in the document is never replaced. Source: https://spec.openapis.org/overlay/v1.0.0; targets are JSONPath (RFC 9535).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.systems.surface import Operation

TODO = "TODO: "
NOTE = "x-cxready-todo"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Gap:
    """One missing sentence: where it belongs (JSONPath), under which key, and what it must say."""

    target: str
    key: str
    asks: str


def overlay_of(
    document: Mapping[str, Any],
    operations: Iterable[Operation],
    *,
    extends: str,
    alike: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The overlay for operations of a document, JSON-ready; `actions` is empty where no word is missing.

    Args:
        document: the description as it stands in its file.
        extends: name of that file.
        alike: pairs of operation ids that a model cannot tell apart.
    """
    gaps = dict.fromkeys(gap for operation in operations for gap in _gaps(document, operation, alike))
    actions = [{"target": gap.target, "update": {gap.key: TODO + gap.asks}} for gap in gaps]
    info = {"title": f"Words that {extends} lacks", "version": "0.1.0"}
    return {"overlay": "1.0.0", "info": info, "extends": extends, "actions": actions}


def _gaps(document: Mapping[str, Any], operation: Operation, alike: Sequence[tuple[str, str]]) -> Iterator[Gap]:
    item, place = _followed(document, _at(document, "paths", operation.path), f"$.paths{_step(operation.path)}")
    method = operation.method.lower()
    written = item.get(method)
    if not isinstance(written, Mapping):
        return
    here = f"{place}.{method}"
    if not operation.summary and not operation.description:
        yield Gap(here, "description", "what it does, when to use it, and what it changes")
    others = [b if a == operation.id else a for a, b in alike if operation.id in (a, b)]
    if others:
        yield Gap(here, NOTE, f"say in the description when to use it instead of {', '.join(others)}")
    yield from _parameters(document, item.get("parameters"), place)
    yield from _parameters(document, written.get("parameters"), here)
    yield from _body(document, written.get("requestBody"), f"{here}.requestBody")


def _parameters(document: Mapping[str, Any], written: Any, place: str) -> Iterator[Gap]:
    listed = written if isinstance(written, list) else []
    names = [p.get("name") for p in listed if isinstance(p, Mapping)]
    for number, one in enumerate(listed):
        name = one.get("name") if isinstance(one, Mapping) else None
        own = f"[?@.name=='{name}']" if name and names.count(name) == 1 and "'" not in name else f"[{number}]"
        found, here = _followed(document, one, f"{place}.parameters{own}")
        if found.get("name") and not str(found.get("description") or "").strip():
            yield Gap(here, "description", f"what {found['name']} means, and which values it takes")


def _body(document: Mapping[str, Any], written: Any, place: str) -> Iterator[Gap]:
    body, here = _followed(document, written, place)
    content = body.get("content")
    for kind, media in (content if isinstance(content, Mapping) else {}).items():
        schema = media.get("schema") if isinstance(media, Mapping) else None
        yield from _fields(document, schema, f"{here}.content{_step(str(kind))}.schema")


def _fields(document: Mapping[str, Any], schema: Any, place: str, deep: int = 0) -> Iterator[Gap]:
    """Fields of an object that a caller fills, also those that `allOf` brings in; not what lies inside a field."""
    found, here = _followed(document, schema, place)
    for number, part in enumerate(found.get("allOf") or () if deep < 4 else ()):
        yield from _fields(document, part, f"{here}.allOf[{number}]", deep + 1)
    properties = found.get("properties")
    for name, one in (properties if isinstance(properties, Mapping) else {}).items():
        said, at = _followed(document, one, f"{here}.properties{_step(str(name))}")
        if said and not str(said.get("description") or said.get("title") or "").strip():
            yield Gap(at, "description", f"what {name} means, and which values it takes")


def _followed(document: Mapping[str, Any], value: Any, place: str) -> tuple[Mapping[str, Any], str]:
    """What stands at the end of local references, and where; {} where a reference leaves the document."""
    for _ in range(20):
        reference = value.get("$ref") if isinstance(value, Mapping) else None
        if not isinstance(reference, str):
            return (value, place) if isinstance(value, Mapping) else ({}, place)
        if not reference.startswith("#/"):
            return {}, place
        steps = [s.replace("~1", "/").replace("~0", "~") for s in reference[2:].split("/")]
        value, place = _at(document, *steps), "$" + "".join(map(_step, steps))
    return {}, place


def _at(document: Mapping[str, Any], *steps: str) -> Any:
    found: Any = document
    for step in steps:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _step(name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f".{name}" if _PLAIN.fullmatch(name) else f"['{quoted}']"

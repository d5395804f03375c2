"""Rules of the OpenAPI standard that its schemas cannot say: references, operation ids, path parameters, defaults, schemas.

Sources: OpenAPI 3.1.1, sections 4.8.8 to 4.8.12 and 4.8.24; OpenAPI 2.0, Operation and Parameter Object; JSON Schema 2020-12.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from runtime.systems.openapi_documents import pointed

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_NAMED = {
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "schemas",
    "parameters",
    "headers",
}
_VALUES = {"example", "examples", "default", "enum", "const"}
_OF_VALUES = {"type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}


def broken_rules(document: Mapping[str, Any], path: Path, folder: Path) -> Iterator[str]:
    """Sentences `place: what`, in the order of their weight."""
    nodes = list(_nodes(document))
    yield from _references(document, nodes, path, folder)
    yield from _operations(document)
    yield from _tags(document)
    yield from _schemas(document, nodes)


def _nodes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], bool]]:
    """Every object as (place, key, object, whether its keys are names); examples and other values are left out."""
    waiting: list[tuple[str, str, Any, bool]] = [("", "", document, False)]
    while waiting:
        place, key, node, named = waiting.pop()
        if isinstance(node, dict):
            yield place, key, node, named
            for name, value in reversed(node.items()):
                if isinstance(value, dict | list) and (named or not (name in _VALUES or name.startswith("x-"))):
                    waiting.append((f"{place}/{name}", name, value, not named and name in _NAMED))
        elif isinstance(node, list):
            waiting += [(f"{place}/{n}", key, one, False) for n, one in reversed(list(enumerate(node)))]


def _references(document: Mapping[str, Any], nodes: Any, path: Path, folder: Path) -> Iterator[str]:
    anchors = {f"#{node['$anchor']}" for _, _, node, _ in nodes if isinstance(node.get("$anchor"), str)}
    said: dict[str, str] = {}
    for place, _, node, named in nodes:
        reference = node.get("$ref")
        if named or not isinstance(reference, str):
            continue
        if reference not in said:
            said[reference] = "" if reference in anchors else _leads_nowhere(document, reference, path, folder)
        if said[reference]:
            yield f"{place[1:]}: {said[reference]}"


def _leads_nowhere(document: Mapping[str, Any], reference: str, path: Path, folder: Path) -> str:
    file, _, pointer = reference.partition("#")
    if ":" in file or file.startswith("//"):
        return f"refers to {reference[:120]} outside the folder"
    if file:
        target = (path.parent / unquote(file)).resolve()
        if not target.is_relative_to(folder.resolve()):
            return f"refers to {reference[:120]} outside the folder"
        return "" if target.is_file() else f"refers to {reference[:120]}, which is missing"
    return (
        "" if pointed(document, unquote(pointer)) is not None else f"refers to {reference[:120]}, which does not exist"
    )


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for path, item in _mapping(document.get("paths")).items():
        shared = _path_parameters(document, _mapping(item).get("parameters"))
        for method in _METHODS:
            operation = _mapping(_mapping(item).get(method))
            if not operation:
                continue
            where = f"paths/{path}/{method}"
            ids[str(operation.get("operationId") or f"{method} {path}")] += 1
            own = operation.get("parameters")
            yield from _twice(own, where)
            yield from _unmatched(str(path), shared | _path_parameters(document, own), where)
    yield from (f"paths: the operationId {name} stands at {n} operations" for name, n in ids.items() if n > 1)


def _path_parameters(document: Mapping[str, Any], written: Any) -> set[str]:
    found = set()
    for one in written if isinstance(written, list) else ():
        reference = _mapping(one).get("$ref")
        value = (
            pointed(document, unquote(reference[1:])) if isinstance(reference, str) and reference[:1] == "#" else one
        )
        if _mapping(value).get("in") == "path":
            found.add(str(_mapping(value).get("name")))
        elif isinstance(reference, str) and reference[:1] != "#":
            found.add("*")  # stands in another file
    return found


def _unmatched(path: str, declared: set[str], where: str) -> Iterator[str]:
    wanted = set(re.findall(r"\{([^{}/]+)\}", path))
    if "*" in declared:
        return
    yield from (f"{where}: the path parameter {name} is not declared" for name in sorted(wanted - declared))
    yield from (f"{where}: the path parameter {name} does not stand in the path" for name in sorted(declared - wanted))


def _twice(written: Any, where: str) -> Iterator[str]:
    named = [(one.get("in"), one.get("name")) for one in written or () if isinstance(one, Mapping) and one.get("name")]
    yield from (
        f"{where}: the parameter {name} in {place} stands {n} times"
        for (place, name), n in Counter(named).items()
        if n > 1
    )


def _tags(document: Mapping[str, Any]) -> Iterator[str]:
    tags = document.get("tags")
    names = Counter(str(tag.get("name")) for tag in tags if isinstance(tag, Mapping)) if isinstance(tags, list) else {}
    yield from (f"tags: the tag {name} stands {n} times" for name, n in names.items() if n > 1)


def _schemas(document: Mapping[str, Any], nodes: Any) -> Iterator[str]:
    """Defaults that their own schema refuses; in 3.1 and 3.2 also what JSON Schema says against a schema."""
    modern = str(document.get("openapi", "")).startswith(("3.1", "3.2")) and "jsonSchemaDialect" not in document
    for place, key, node, named in nodes:
        if not named and "default" in node and not _fits(node, modern):
            yield f"{place[1:]}: its own schema refuses the default {node['default']!r}"
        if modern and not named and isinstance(node.get("pattern"), str) and not _regex().is_valid(node["pattern"]):
            yield f"{place[1:]}/pattern: {node['pattern'][:120]!r} is no regular expression of ECMA-262"
        if modern and named and place == "/components/schemas":
            yield from (said for name, one in node.items() for said in _unsound(f"{place}/{name}", one))
        elif modern and not named and key == "schema":
            yield from _unsound(place, node)


def _unsound(place: str, schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping) and "$schema" in schema:
        return
    for error in _meta().iter_errors(schema):
        inside = "/".join(map(str, error.instance_path))
        yield f"{place[1:]}{'/' if inside else ''}{inside}: {error.message[:200]}"


def _fits(schema: Mapping[str, Any], modern: bool) -> bool:
    import jsonschema_rs

    if schema["default"] is None and schema.get("nullable") is True:
        return True
    draft = jsonschema_rs.Draft202012Validator if modern else jsonschema_rs.Draft4Validator
    try:
        return bool(draft({k: v for k, v in schema.items() if k in _OF_VALUES}).is_valid(schema["default"]))
    except (ValueError, TypeError):  # the schema itself is wrong, which is said in its own place
        return True


@cache
def _meta() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


@cache
def _regex() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

"""The files of an OpenAPI description: read safely, with references followed inside the engagement's folder only.

Schemas are inlined within bounds. What is cyclic or too large keeps its `$ref`, and the schema then carries
`components`, so that a JSON Schema validator can still follow it. Remote references are problems, never requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from runtime.systems.document_text import Unreadable, parse_document
from runtime.systems.surface import Problem

MAX_DEPTH = 10
MAX_NODES = 400
MAX_FILES = 200
MAX_BYTES = 30_000_000
_LIST_KEYS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAP_KEYS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_ONE_KEYS = ("items", "additionalProperties", "not", "propertyNames", "contains")
_PLAIN = {"type", "description", "title", "format", "enum", "example", "default", "pattern", "minLength", "maxLength"}
_OLD = {"nullable", "exclusiveMinimum", "exclusiveMaximum"}
_MERGEABLE = {"type", "properties", "required", "description", "title", "example", "examples"}

Place = tuple[Any, Path]


class Documents:
    """One description and what it refers to. `problems` grows while it is read."""

    def __init__(self, main: Path, raw: bytes, folder: Path) -> None:
        self.main, self.folder = main.resolve(), folder.resolve()
        self.problems: list[Problem] = []
        self._files: dict[Path, Any] = {self.main: parse_document(raw)}
        self._components: Mapping[str, Any] | None = None
        self._targets: dict[tuple[Path, str], Place] = {}
        self._schemas: dict[tuple[int, Path], tuple[Any, dict[str, Any]]] = {}
        self.root: Any = self._files[self.main]

    def replace(self, root: Any) -> None:
        """Another document stands for the main file from now on: its conversion."""
        self._files[self.main] = self.root = root
        self._targets.clear()

    def resolve(self, value: Any, here: Path, where: str = "") -> Place:
        """Follows `$ref` until something else stands there; {} where it leads nowhere."""
        for _ in range(20):
            if not isinstance(value, Mapping) or not isinstance(value.get("$ref"), str):
                return value, here
            value, here = self._target(value["$ref"], here, where)
        self._problem("costly", "a chain of references that does not end", where)
        return {}, here

    def schema(self, schema: Any, here: Path, where: str = "") -> dict[str, Any]:
        """The schema with references inlined; `nullable` of OpenAPI 3.0 becomes JSON Schema's null type. To be read only:
        where many operations share a schema, it is made once.
        """
        reference = schema.get("$ref") if isinstance(schema, Mapping) and len(schema) == 1 else None
        key = (id(schema), here)
        if isinstance(reference, str):
            schema, there = self._target(reference, here, where)
            key = (id(schema), there)
        if key not in self._schemas:
            start = ((here, reference),) if isinstance(reference, str) else ()
            self._schemas[key] = schema, self._made(schema, key[1], start, where)
        return self._schemas[key][1]

    def _made(self, schema: Any, here: Path, start: tuple[tuple[Path, str], ...], where: str) -> dict[str, Any]:
        state = _State(MAX_NODES)
        found = self._inline(schema, here, start, state, where)
        if not isinstance(found, dict):
            return {}
        return {**found, "components": self._all_components()} if state.kept_reference else found

    def _inline(self, node: Any, here: Path, stack: tuple[tuple[Path, str], ...], state: _State, where: str) -> Any:
        if not isinstance(node, dict):
            return node
        if node.keys() <= _PLAIN:  # nothing in it to follow, to convert or to leave out
            state.left -= 1
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            key = (here, reference)
            if state.left <= 0 or len(stack) >= MAX_DEPTH or key in stack:
                return self._kept(reference, here, state)
            target, there = self._target(reference, here, where)
            alone = len(node) == 1 or not isinstance(target, dict)
            merged = target if alone else {**target, **{k: v for k, v in node.items() if k != "$ref"}}
            return self._inline(merged, there, (*stack, key), state, where)
        state.left -= 1
        found: dict[str, Any] = {}
        for name, value in node.items():
            if name in _LIST_KEYS and isinstance(value, list):
                found[name] = [self._inline(one, here, stack, state, where) for one in value]
            elif name in _MAP_KEYS and isinstance(value, dict):
                found[name] = {str(k): self._inline(v, here, stack, state, where) for k, v in value.items()}
            elif name in _ONE_KEYS:
                found[name] = self._inline(value, here, stack, state, where)
            elif not str(name).startswith("x-"):
                found[str(name)] = value
        return _merged(_plain_null(found))

    def _kept(self, reference: str, here: Path, state: _State) -> dict[str, Any]:
        if here != self.main or not reference.startswith("#/components/schemas/"):
            return {}
        state.kept_reference = True
        return {"$ref": reference}

    def _all_components(self) -> Mapping[str, Any]:
        """Every schema of the main document with its references left in; made once and shared."""
        if self._components is None:
            components = self.root.get("components") if isinstance(self.root, Mapping) else None
            schemas = components.get("schemas") if isinstance(components, Mapping) else None
            found = {str(k): _converted(v, 0) for k, v in schemas.items()} if isinstance(schemas, Mapping) else {}
            self._components = {"schemas": found}
        return self._components

    def _target(self, reference: str, here: Path, where: str) -> Place:
        """What a reference leads to; looked for once, and where it leads nowhere each time, so that each place is said."""
        key = (here, reference)
        if key not in self._targets:
            found = self._found(reference, here, where)
            if found[0] == {}:
                return found
            self._targets[key] = found
        return self._targets[key]

    def _found(self, reference: str, here: Path, where: str) -> Place:
        file, _, pointer = reference.partition("#")
        if "://" in file or file.startswith("//") or file.lower().startswith("file:"):
            self._problem("costly", f"a reference to another address is not followed: {reference[:120]}", where)
            return {}, here
        if file:
            path = (here.parent / unquote(file)).resolve()
            document = self._load(path, reference, where)
            if document is None:
                return {}, here
            here = path
        found = pointed(self._files[here], unquote(pointer))
        if found is None:
            self._problem("costly", f"a reference that leads nowhere: {reference[:120]}", where)
        return ({} if found is None else found), here

    def _load(self, path: Path, reference: str, where: str) -> Any:
        if path in self._files:
            return self._files[path]
        if not path.is_relative_to(self.folder):
            self._problem("costly", f"a reference out of the folder is not followed: {reference[:120]}", where)
            return None
        if not path.is_file() or len(self._files) >= MAX_FILES or path.stat().st_size > MAX_BYTES:
            self._problem("costly", f"a referenced file is missing or too large: {reference[:120]}", where)
            return None
        try:
            self._files[path] = parse_document(path.read_bytes())
        except Unreadable as error:
            self._problem("costly", f"a referenced file cannot be read ({error}): {reference[:120]}", where)
            return None
        return self._files[path]

    def _problem(self, grade: Any, what: str, where: str) -> None:
        problem = Problem(grade, what, where)
        if problem not in self.problems:
            self.problems.append(problem)


class _State:
    def __init__(self, left: int) -> None:
        self.left, self.kept_reference = left, False


def pointed(document: Any, pointer: str) -> Any:
    """RFC 6901."""
    value = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _converted(node: Any, depth: int) -> Any:
    """`nullable` translated all the way down, references kept."""
    if depth > 60:
        return {}
    if isinstance(node, Mapping):
        return _plain_null({str(k): _converted(v, depth + 1) for k, v in node.items()})
    return [_converted(one, depth + 1) for one in node] if isinstance(node, list) else node


def _plain_null(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 dialect to JSON Schema: `nullable`, and boolean exclusive bounds."""
    if schema.keys().isdisjoint(_OLD):
        return schema
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if schema.pop("nullable", None) is not True:
        return schema
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    """`allOf` of plain objects becomes one object, so that readers find every property in one place."""
    parts = schema.get("allOf")
    if not isinstance(parts, list) or not parts or not all(isinstance(p, dict) and set(p) <= _MERGEABLE for p in parts):
        return schema
    if not set(schema) <= _MERGEABLE | {"allOf"}:
        return schema
    rest = {k: v for k, v in schema.items() if k != "allOf"}
    properties: dict[str, Any] = {}
    required: list[str] = []
    merged: dict[str, Any] = {}
    for part in [*parts, rest]:
        properties |= part["properties"] if isinstance(part.get("properties"), dict) else {}
        required += [name for name in part.get("required") or [] if name not in required]
        merged |= {k: v for k, v in part.items() if k not in ("properties", "required")}
    return merged | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})

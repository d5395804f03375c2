"""The fields of a SOAP message as JSON Schema, read from the XML schemas beside the WSDL;
bounded in depth and number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from runtime.systems.wsdl_documents import WSDL, XSD, WsdlFiles
from runtime.systems.wsdl_parts import local

MAX_DEPTH = 5
MAX_FIELDS = 300
_GROUPS = tuple(f"{XSD}{name}" for name in ("sequence", "all", "choice"))
_SIMPLE = {
    "boolean": {"type": "boolean"},
    "dateTime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "anyURI": {"type": "string", "format": "uri"},
    **{
        name: {"type": "integer"}
        for name in [
            "int",
            "integer",
            "long",
            "short",
            "byte",
            "unsignedInt",
            "unsignedLong",
            "unsignedShort",
            "positiveInteger",
            "nonNegativeInteger",
        ]
    },
    **{name: {"type": "number"} for name in ("float", "double")},
    "decimal": {"type": "string", "format": "decimal"},  # text, because money must not become a float
}


class MessageFields:
    """Looks messages, elements and types up by local name over all files of one WSDL."""

    def __init__(self, files: WsdlFiles) -> None:
        self._messages = _named(files, f"{WSDL}message")
        self._elements = _named(files, f"{XSD}schema/{XSD}element")
        self._types = _named(files, f"{XSD}schema/{XSD}complexType") | _named(files, f"{XSD}schema/{XSD}simpleType")
        self._groups = _named(files, f"{XSD}schema/{XSD}group")
        self._left = 0

    def schema(self, message: str) -> dict[str, Any]:
        """An object schema of one message; document style unwraps the single element, RPC lists the parts."""
        self._left = MAX_FIELDS
        found = self._messages.get(message)
        parts = found.findall(f"{WSDL}part") if found is not None else []
        if len(parts) == 1 and parts[0].get("element"):
            return self._wrapped(local(parts[0].get("element", "")))
        fields = {p.get("name", ""): self._part(p) for p in parts}
        return _object(fields, list(fields), {})

    def _wrapped(self, name: str) -> dict[str, Any]:
        element = self._elements.get(name)
        schema = self._element(element, 0) if element is not None else {}
        return schema if schema.get("type") == "object" else {}

    def _part(self, part: etree._Element) -> dict[str, Any]:
        if part.get("element"):
            return self._wrapped(local(part.get("element", "")))
        return self._typed(local(part.get("type", "")), 1)

    def _element(self, element: etree._Element, depth: int) -> dict[str, Any]:
        inner = element.find(f"{XSD}complexType")
        if inner is not None:
            return self._complex(inner, depth)
        simple = element.find(f"{XSD}simpleType")
        return self._simple(simple) if simple is not None else self._typed(local(element.get("type", "")), depth)

    def _typed(self, name: str, depth: int) -> dict[str, Any]:
        found = self._types.get(name)
        if found is None:
            return dict(_SIMPLE.get(name, {"type": "string"} if name else {}))
        if found.tag == f"{XSD}simpleType":
            return self._simple(found)
        return self._complex(found, depth + 1)

    def _simple(self, simple: etree._Element) -> dict[str, Any]:
        restriction = simple.find(f"{XSD}restriction")
        base = local(restriction.get("base", "string")) if restriction is not None else "string"
        schema = dict(_SIMPLE.get(base, {"type": "string"}))
        values = (
            [e.get("value", "") for e in restriction.findall(f"{XSD}enumeration")] if restriction is not None else []
        )
        return schema | ({"enum": values} if values else {})

    def _complex(self, complex_type: etree._Element, depth: int) -> dict[str, Any]:
        if depth >= MAX_DEPTH or self._left <= 0:
            return {"type": "object"}
        fields: dict[str, Any] = {}
        required: list[str] = []
        notes: dict[str, str] = {}
        for element in self._members(complex_type, depth):
            target = self._elements.get(local(element.get("ref", ""))) if element.get("ref") else element
            if target is None or self._left <= 0:
                continue
            self._left -= 1
            name = target.get("name", "")
            schema = self._element(target, depth + 1)
            repeated = element.get("maxOccurs", "1") not in ("0", "1")
            fields[name] = {"type": "array", "items": schema} if repeated else schema
            notes[name] = _documentation(element)
            parent = element.getparent()
            if element.get("minOccurs", "1") != "0" and parent is not None and parent.tag != f"{XSD}choice":
                required.append(name)
        return _object(fields, required, notes)

    def _members(self, complex_type: etree._Element, depth: int) -> Iterator[etree._Element]:
        extension = complex_type.find(f"{XSD}complexContent/{XSD}extension")
        if extension is not None:
            base = self._types.get(local(extension.get("base", "")))
            if base is not None and base is not complex_type and depth < MAX_DEPTH:
                yield from self._members_of_base(base, depth)
            complex_type = extension
        for group in complex_type:
            yield from self._in_group(group, 0)

    def _members_of_base(self, base: etree._Element, depth: int) -> Iterator[etree._Element]:
        yield from self._members(base, depth + 1)

    def _in_group(self, node: etree._Element, depth: int) -> Iterator[etree._Element]:
        if depth > MAX_DEPTH:
            return
        if node.tag == f"{XSD}group":
            named = self._groups.get(local(node.get("ref", "")))
            for child in named if named is not None else ():
                yield from self._in_group(child, depth + 1)
        if node.tag in _GROUPS:
            for child in node:
                if child.tag == f"{XSD}element":
                    yield child
                else:
                    yield from self._in_group(child, depth + 1)


def _named(files: WsdlFiles, path: str) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    *parents, tag = path.replace("}schema/", "}schema\0").split("\0")
    for root in files.roots.values():
        for element in root.iter(tag):
            parent = element.getparent()
            if (not parents or (parent is not None and parent.tag == parents[0])) and element.get("name"):
                found.setdefault(element.get("name", ""), element)
    return found


def _object(fields: dict[str, Any], required: list[str], notes: dict[str, str]) -> dict[str, Any]:
    for name, note in notes.items():
        if note:
            fields[name] = {**fields[name], "description": note}
    return {"type": "object", "properties": fields, **({"required": required} if required else {})}


def _documentation(element: etree._Element) -> str:
    found = element.find(f"{XSD}annotation/{XSD}documentation")
    return " ".join("".join(str(t) for t in found.itertext()).split()) if found is not None else ""

"""A surface from a WSDL: the census' callable operations with their fields.

Canonical ids are `Port.Operation`. An operation that several ports offer is listed once, under the first SOAP port
that can be
called; the others are a note.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runtime.systems.surface import Operation, Parameter, Problem, Surface
from runtime.systems.verbs import verb_of
from runtime.systems.wsdl_bridge import bridge_problems
from runtime.systems.wsdl_census import census
from runtime.systems.wsdl_parts import SoapOperation
from runtime.systems.xsd_fields import MessageFields


def surface_of_wsdl(name: str, path: Path, folder: Path) -> Surface:
    """Reads a WSDL offline; what cannot be used stands in `problems`."""
    counted = census(path, folder)
    fields = MessageFields(counted.files)
    operations: dict[str, Operation] = {}
    taken: dict[str, str] = {}
    again: dict[str, int] = {}
    for one in counted.callable:
        if taken.setdefault(one.name, one.port) != one.port:
            again[one.port] = again.get(one.port, 0) + 1
            continue
        operation = _operation(one, fields)
        operations.setdefault(operation.id, operation)
    notes = [
        Problem("note", f"port {port} offers operations again that another port has ({n})", f"port {port}")
        for port, n in again.items()
    ]
    return Surface(
        system=name,
        format="wsdl 1.1",
        digest="sha256:" + hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest(),
        operations=operations,
        problems=(*counted.problems, *bridge_problems(counted), *notes),
        title=counted.title or (counted.callable[0].service if counted.callable else ""),
        version=counted.namespace,
        text=counted.documentation,
    )


def _operation(one: SoapOperation, fields: MessageFields) -> Operation:
    schema = fields.schema(one.request)
    id = f"{one.port}.{one.name}"
    answer = fields.schema(one.answer) if one.answer else {}
    return Operation(
        id=id,
        method="POST",
        path=f"{urlsplit(one.address).path or '/'}#{one.name}",
        summary=one.documentation.split(". ")[0],
        description=one.documentation,
        reads=verb_of(one.name) == "read",
        parameters=_parameters(schema),
        body_schema=schema,
        body_required=True,
        body_type="text/xml" if one.version == "1.1" else "application/soap+xml",
        answers={"200": answer, **({"500": {}} if one.faults else {})},
    )


def _parameters(schema: dict[str, Any]) -> tuple[Parameter, ...]:
    required = schema.get("required", [])
    return tuple(
        Parameter(name, "body", name in required, bool(inner.get("description")), inner)
        for name, inner in schema.get("properties", {}).items()
        if isinstance(inner, dict)
    )

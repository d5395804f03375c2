"""Finds an operation of a surface by the id that a person wrote.

Canonical ids: OpenAPI `operationId`, else `METHOD /path`; SOAP `Port.Operation`. Written ids may differ in case, and
a SOAP
operation may be named without its port, as long as only one operation fits.
"""

from __future__ import annotations

import difflib
import re
from urllib.parse import urlsplit

from runtime.errors import BadInput
from runtime.systems.surface import Operation, Parameter, Surface

_METHOD_PATH = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/\S*)", re.IGNORECASE)


def find_operation(surface: Surface, written: str) -> Operation:
    """The operation; without a description, `METHOD /path/{name}` is taken as it stands.

    Raises:
        BadInput: nothing fits, or more than one does.
    """
    if written in surface.operations:
        return surface.operations[written]
    wanted = written.lower()
    for fits in (
        lambda op: op.id.lower() == wanted,
        lambda op: f"{op.method} {op.path}".lower() == wanted,
        lambda op: op.id.rpartition(".")[2].lower() == wanted,
    ):
        found = [op for op in surface.operations.values() if fits(op)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(sorted(op.id for op in found)[:4])
            raise BadInput(f"{written} could be any of: {names}", surface.system, "write the whole id")
    plain = _METHOD_PATH.fullmatch(written)
    if plain and surface.format == "none":
        return _undescribed(plain[1].upper(), plain[2])
    near = difflib.get_close_matches(written, list(surface.operations), n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"the description declares {len(surface.operations)} operations"
    raise BadInput(f"{written} is no operation of {surface.system}", f"{surface.system}.{written}", hint)


def _undescribed(method: str, path: str) -> Operation:
    names = re.findall(r"\{([^}/]+)\}", path)
    parameters = tuple(Parameter(name, "path", required=True) for name in names)
    return Operation(
        f"{method} {path}", method, path, reads=method in ("GET", "HEAD", "OPTIONS"), parameters=parameters
    )


def template_of(surface: Surface, path: str) -> str:
    """The declared path template that a concrete path or a whole link belongs to, else the path without its query.

    A whole link, as lists give for their next page, also carries the path of the system's address.
    """
    parts = urlsplit(path)
    bare, lead = parts.path or "/", "(?:/.*)?" if parts.netloc else ""
    declared = sorted({op.path for op in surface.operations.values()}, key=lambda p: p.count("{"))
    for template in declared:
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(lead + pattern, bare):
            return template
    return bare

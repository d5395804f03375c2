"""Reading an HTTP request strictly: what two servers could understand differently is refused before anything looks at its meaning.

Covered: request smuggling (RFC 9112 section 11.2), method overrides, encoded or doubled path segments, other content types,
content codings, repeated headers, queries on writes, calls that already passed an enforcing proxy. Only a declared path
template of a write matches. Operations of other protocols (SOAP, GraphQL, JSON-RPC, MCP) are addressed by name,
`POST /<system>/<operation>`, with their message as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.guardrails import canonical
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    from starlette.datastructures import Headers

METHODS = ("POST", "PUT", "PATCH", "DELETE")
OVERRIDES = (
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-path",
)
PASSED = "cxready"
VIA = f"1.1 {PASSED}"  # RFC 9110 section 7.6.3
SINGLE = ("content-length", "content-type", "authorization", "host", "idempotency-key", "if-match", "x-cxready-context")
_PATH = re.compile(r"/[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_PLACE = re.compile(r"\{([^}/]+)\}")


class Malformed(Exception):
    """The request is refused as it stands; `status` is the HTTP status to answer with."""

    def __init__(self, what: str, status: int = 400) -> None:
        super().__init__(what)
        self.what, self.status = what, status


@dataclass(frozen=True)
class Target:
    """The operation that a request names, and the values in its path."""

    system: str
    operation: Operation
    in_path: Mapping[str, str]


def check_head(method: str, headers: Headers, own_hosts: frozenset[str]) -> int:
    """Refuses what could be read in two ways; gives the length of the body.

    Raises:
        Malformed: with a sentence and status.
    """
    if method not in METHODS:
        raise Malformed(f"{method} does not pass here; reads go to the system itself", 405)
    names = [name.lower() for name in headers.keys()]  # noqa: SIM118 repeated names are wanted
    if any(name in names for name in OVERRIDES):
        raise Malformed("headers that override method or path are not accepted")
    if any(names.count(name) > 1 for name in SINGLE) or any("_" in name for name in names):
        raise Malformed("a header stands twice, or is written with an underscore")
    if "transfer-encoding" in names or "content-encoding" in names or "upgrade" in names or "expect" in names:
        raise Malformed("send the body plainly, with Content-Length")
    if "content-range" in names or not _plain_connection(headers):
        raise Malformed("a part of a body, or headers to be dropped on the way, are not accepted")
    if PASSED in headers.get("Via", "").lower() or "x-cxready-run" in names:
        raise Malformed("the call already passed an enforcing proxy: one write, one decision", 508)
    if headers.get("Host", "").lower() not in own_hosts:
        raise Malformed("the request names another host", 421)
    length = str(headers.get("Content-Length", "0"))
    if not re.fullmatch(r"[0-9]{1,7}", length) or int(length) > canonical.MAX_BYTES:
        raise Malformed("the body is too large", 413)
    return int(length)


def _plain_connection(headers: Headers) -> bool:
    """`Connection` names nothing that a server on the way would take out (RFC 9110 section 7.6.1)."""
    named = {part.strip().lower() for part in headers.get("Connection", "").split(",")}
    return named <= {"", "close", "keep-alive"}


def target(path: str, method: str, surfaces: Mapping[str, Surface]) -> Target:
    """The one write operation whose template matches the whole path exactly.

    Raises:
        Malformed: none or several match, or the path is not in its plain form.
    """
    if not _PATH.fullmatch(path) or any(part in (".", "..") for part in path.split("/")):
        raise Malformed("the path is not in its plain form, or has a query", 404)
    system, _, rest = path[1:].partition("/")
    surface = surfaces.get(system)
    if surface is not None and is_named(surface):
        if method != "POST" or rest not in surface.operations:
            raise Malformed("no declared operation has this method and path", 404)
        return Target(system, surface.operations[rest], {})
    found = [
        Target(system, one, match.groupdict())
        for one in (surface.operations.values() if surface else ())
        if one.method == method and (match := _match(one.path, f"/{rest}"))
    ]
    exact = [one for one in found if not one.in_path] or found
    if len(exact) != 1:
        raise Malformed("no declared operation has this method and path", 404)
    names = _PLACE.findall(exact[0].operation.path)
    return Target(system, exact[0].operation, dict(zip(names, exact[0].in_path.values(), strict=True)))


def is_named(surface: Surface) -> bool:
    """Whether operations are addressed by name: every protocol but REST, whose descriptions are OpenAPI."""
    return not surface.format.startswith(("openapi", "examples"))


def idempotency_key(headers: Headers) -> str:
    """The caller's key, empty when there is none.

    Raises:
        Malformed: longer than 200 signs, or anything but plain printable ones.
    """
    key = str(headers.get("Idempotency-Key", ""))
    if not re.fullmatch(r"[\x21-\x7e]{0,200}", key):
        raise Malformed("an idempotency key has at most 200 plain signs, without spaces")
    return key


def arguments(found: Target, headers: Headers, raw: bytes) -> dict[str, Any]:
    """Path values and body fields in one flat mapping, as `System.call` takes them.

    Raises:
        Malformed: another content type, or a field that also stands in the path.
        NotCanonical: see canonical.py.
    """
    if not raw:
        return dict(found.in_path)
    kind = str(headers.get("Content-Type", "")).lower().replace(" ", "")
    if kind not in ("application/json", "application/json;charset=utf-8"):
        raise Malformed("the body must be application/json", 415)
    body = canonical.parse(raw)
    if set(body) & set(found.in_path):
        raise Malformed("a field of the body also stands in the path")
    return {**{name: body[name] for name in sorted(body)}, **found.in_path}


def _match(template: str, path: str) -> re.Match[str] | None:
    """Groups are numbered, because names of parameters need not be names of groups."""
    parts = _PLACE.split(template)
    pattern = "".join(f"(?P<p{n}>[A-Za-z0-9._~-]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.fullmatch(pattern, path)

"""A REST system as one holder sees it: arguments go where the description puts them, one request a call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from runtime.errors import BadInput
from runtime.systems.auth import Auth
from runtime.systems.exchange import Exchange, Why
from runtime.systems.oauth import send_renewing
from runtime.systems.operations import find_operation, template_of
from runtime.systems.outgoing import READING, Outgoing
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import Transport

_PLACEHOLDER = re.compile(r"\{([^}/]+)\}")
_ACCEPT = "application/json, application/problem+json, */*;q=0.1"


class RestSystem:
    """Implements `exchange.System`. `auth` tells how the holder proves itself (`token_lifetime_s`, `scheme`)."""

    def __init__(self, surface: Surface, transport: Transport, auth: Auth | None) -> None:
        self.name, self.holder = transport.system, transport.holder
        self.surface, self.transport, self.auth = surface, transport, auth

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`; an operation without description is written `METHOD /path/{name}`."""
        found = find_operation(self.surface, operation)
        placed = place(found, arguments or {}, self.name)
        sent = {"Accept": _ACCEPT, **placed.headers, **(headers or {})}
        data, content_type = encode(placed.body, found.body_type)
        if content_type and not _has(sent, "content-type"):
            sent["Content-Type"] = content_type
        out = Outgoing(
            found.method, self._url(placed.path), found.path, found.id, why, sent, data, placed.body, reads=found.reads
        )
        return send_renewing(self.transport, out, self.auth)

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        """See `exchange.System.request`. `path` may be a whole link on the system's own address;
        a text or bytes body goes as it is.
        """
        url = path if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) else self._url(path)
        sent = {"Accept": _ACCEPT, **(headers or {})}
        raw = isinstance(body, str | bytes)
        data, content_type = (
            (body.encode() if isinstance(body, str) else body, "application/json") if raw else encode(body, "")
        )
        if content_type and not _has(sent, "content-type"):
            sent["Content-Type"] = content_type
        shown = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        verb, template = method.upper(), template_of(self.surface, path)
        out = Outgoing(verb, url, template, f"{verb} {template}", why, sent, data, shown, reads=verb in READING)
        return send_renewing(self.transport, out, self.auth)

    def _url(self, path: str) -> str:
        base = self.transport.base.rstrip("/")
        if path.startswith("//"):  # a link to another host in disguise
            return urljoin(base + "/", path)
        return base + "/" + path.lstrip("/")


class Placed:
    """Where the arguments of one call went. `body` is None when there is none to send."""

    def __init__(self, path: str, headers: dict[str, str], body: Any) -> None:
        self.path, self.headers, self.body = path, headers, body


def place(operation: Operation, arguments: Mapping[str, Any], system: str) -> Placed:
    """Puts arguments into path, query, header and body.

    Names that the description does not know go into the body, for methods without one into the query. `body` alone
    replaces the whole body. None leaves an optional parameter out.

    Raises:
        BadInput: a path parameter is missing or would change the path.
    """
    left = {name: value for name, value in arguments.items() if name != "body" or "body" in _body_names(operation)}
    path = _PLACEHOLDER.sub(lambda m: _segment(m[1], left.pop(m[1], None), operation, system), operation.path)
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for parameter in operation.parameters:
        name = next((key for key in left if key == parameter.name), None)
        name = name or next(
            (k for k in left if parameter.where == "header" and k.lower() == parameter.name.lower()), None
        )
        if name is None or parameter.where in ("body", "path"):
            continue
        value = left.pop(name)
        if value is None:
            continue
        if parameter.where == "query":
            query += _query(parameter.name, value)
        elif parameter.where == "header":
            headers[parameter.name] = _plain(value)
        else:
            cookies.append(f"{parameter.name}={quote(_plain(value), safe='')}")
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    if operation.method in ("GET", "HEAD", "OPTIONS") or (operation.method == "DELETE" and not operation.body_schema):
        query += [pair for name, value in left.items() if value is not None for pair in _query(name, value)]
        left = {}
    body = (
        arguments["body"]
        if "body" in arguments and "body" not in _body_names(operation)
        else (left or _empty(operation))
    )
    return Placed(path + ("?" + urlencode(query) if query else ""), headers, body)


def encode(body: Any, body_type: str) -> tuple[bytes | None, str]:
    """Bytes and content type of a body: JSON unless the description asks for a form."""
    if body is None:
        return None, ""
    if body_type == "application/x-www-form-urlencoded" and isinstance(body, Mapping):
        pairs = [pair for name, value in body.items() for pair in _query(name, value)]
        return urlencode(pairs).encode(), body_type
    if isinstance(body, str | bytes) and body_type and "json" not in body_type:
        return body.encode() if isinstance(body, str) else body, body_type
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), body_type or "application/json"


def _body_names(operation: Operation) -> Mapping[str, Any]:
    names = operation.body_schema.get("properties", {})
    return names if isinstance(names, Mapping) else {}


def _empty(operation: Operation) -> dict[str, Any] | None:
    """An operation that requires a body gets an empty object, others get none."""
    return {} if operation.body_required and operation.method in ("POST", "PUT", "PATCH") else None


def _segment(name: str, value: Any, operation: Operation, system: str) -> str:
    text = "" if value is None else _plain(value)
    if text in ("", ".", ".."):
        raise BadInput(
            f"the path parameter {name} is {'missing' if not text else 'no record id'}",
            f"{system}.{operation.id}",
            f"give {name}",
        )
    return quote(text, safe="")


def _query(name: str, value: Any) -> list[tuple[str, str]]:
    """OpenAPI's defaults: lists repeat the name (form, explode), objects use brackets (deepObject)."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _query(f"{name}[{key}]", inner)]
    if isinstance(value, list | tuple):
        return [(name, _plain(item)) for item in value]
    return [(name, _plain(value))]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _has(headers: Mapping[str, str], name: str) -> bool:
    return any(key.lower() == name for key in headers)

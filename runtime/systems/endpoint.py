"""What systems with one address for everything have in common (GraphQL, JSON-RPC, MCP): every call is a POST to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from runtime.systems.auth import Auth
from runtime.systems.exchange import Exchange, Why
from runtime.systems.oauth import send_renewing
from runtime.systems.outgoing import READING, Outgoing, path_of
from runtime.systems.parsed import Parse
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import Transport

JSON = "application/json"


class Endpoint:
    """Base of the systems whose staging address is the endpoint itself. `accepts`: media types of answers."""

    accepts = JSON

    def __init__(self, surface: Surface, transport: Transport, auth: Auth | None) -> None:
        self.name, self.holder = transport.system, transport.holder
        self.surface, self.transport, self.auth = surface, transport, auth

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        """See `exchange.System.request`: to the endpoint (`path` empty) or below it."""
        url = path if "://" in path else self.transport.base.rstrip("/") + ("/" + path.lstrip("/") if path else "")
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        sent = {"Accept": self.accepts, **({"Content-Type": JSON} if data else {}), **(headers or {})}
        verb = method.upper()
        out = Outgoing(verb, url, path_of(url), f"{verb} {path_of(url)}", why, sent, data, body, reads=verb in READING)
        return send_renewing(self.transport, out, self.auth)

    def post(
        self,
        found: Operation,
        message: Mapping[str, Any],
        *,
        shown: Any,
        headers: Mapping[str, str] | None,
        why: Why,
        parse: Parse,
    ) -> Exchange:
        """One operation as a message. `shown`: its arguments, for trace and evidence."""
        sent = {"Accept": self.accepts, "Content-Type": JSON, **(headers or {})}
        data = json.dumps(message).encode()
        out = Outgoing(
            "POST", self.transport.base, found.path, found.id, why, sent, data, shown, reads=found.reads, parse=parse
        )  # fmt: skip
        return send_renewing(self.transport, out, self.auth)


def given_of(arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """Arguments without those that are left out."""
    return {name: value for name, value in (arguments or {}).items() if value is not None}

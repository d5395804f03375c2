"""An MCP server behind the same interface as every system: a tool a call, over Streamable HTTP.

Source: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports. The handshake (initialize,
initialized) is sent once a connection; a session that ended (404) is opened again once. Every message is one request of
our own transport, so that budget, plan, trace and credentials hold.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.systems.auth import Auth
from runtime.systems.endpoint import Endpoint, given_of
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.operations import find_operation
from runtime.systems.outgoing import HANDSHAKE
from runtime.systems.parsed import Parsed, as_declared
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import Transport

VERSION = "2025-06-18"


class McpSystem(Endpoint):
    """Implements `exchange.System`."""

    accepts = "application/json, text/event-stream"

    def __init__(self, surface: Surface, transport: Transport, auth: Auth | None) -> None:
        super().__init__(surface, transport, auth)
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        self._session: dict[str, str] | None = None

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`; `body` is the tool's structured content, else its text, as JSON where it is."""
        found, given = find_operation(self.surface, operation), given_of(arguments)
        params = {"name": found.id, "arguments": given}
        for attempt in range(2):
            opened = self._opened(why)
            if isinstance(opened, Exchange):
                return opened
            exchange = self._say(found, "tools/call", params, {**opened, **(headers or {})}, why, given)
            if exchange.status != 404 or "Mcp-Session-Id" not in opened or attempt:
                break
            self._session = None  # it ended meanwhile
        return exchange

    def _opened(self, why: Why) -> dict[str, str] | Exchange:
        """Headers of the session; the exchange that failed where it could not be opened."""
        with self._lock:
            if self._session is None:
                asked = {
                    "protocolVersion": VERSION,
                    "capabilities": {},
                    "clientInfo": {"name": "cxready", "version": "1"},
                }
                answer = self._say(_HELLO, "initialize", asked, {}, why, asked)
                if not answer.ok:
                    return answer
                spoken = answer.body.get("protocolVersion", VERSION) if isinstance(answer.body, Mapping) else VERSION
                session = answer.header("Mcp-Session-Id")
                self._session = {
                    "MCP-Protocol-Version": str(spoken),
                    **({"Mcp-Session-Id": session} if session else {}),
                }
                self._say(_READY, "notifications/initialized", None, self._session, why, None)
            return dict(self._session)

    def _say(
        self,
        what: Operation,
        method: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        why: Why,
        shown: Any,
    ) -> Exchange:
        number = None if method.startswith("notifications/") else next(self._numbers)
        message = {"jsonrpc": "2.0", "method": method, "params": params, "id": number}
        return self.post(
            what,
            {name: value for name, value in message.items() if value is not None},
            shown=shown,
            headers=headers,
            why=why,
            parse=lambda status, raw, kind: parsed_message(status, raw, kind, number),
        )


_HELLO = Operation("initialize", "POST", HANDSHAKE)
_READY = Operation("initialized", "POST", HANDSHAKE)


def parsed_message(status: int, raw: bytes, content_type: str, number: int | None) -> Parsed:
    """The result of one request, from JSON or from a stream of events."""
    if "text/event-stream" in content_type.lower():
        messages = list(_events(raw))
        found = next((m for m in messages if m.get("id") == number), None)
        if found is None:
            return Parsed(None, Seen.FAULT, "the stream ended without an answer")
        return _result(found)
    answer = as_declared(status, raw, content_type)
    if answer.seen is not None or not isinstance(answer.body, Mapping) or "jsonrpc" not in answer.body:
        return answer
    return _result(answer.body)


def _events(raw: bytes) -> Iterator[Mapping[str, Any]]:
    """Messages of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    for block in raw.decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        try:
            found = json.loads("\n".join(lines)) if lines else None
        except ValueError:
            continue
        if isinstance(found, Mapping):
            yield found


def _result(message: Mapping[str, Any]) -> Parsed:
    error = message.get("error")
    if isinstance(error, Mapping):
        internal = error.get("code") == -32603
        return Parsed({"error": error}, Seen.FAULT if internal else Seen.REFUSED, str(error.get("message", ""))[:200])
    result = message.get("result")
    if not isinstance(result, Mapping) or not ({"content", "structuredContent"} & set(result)):
        return Parsed(result)
    value = result.get("structuredContent")
    text = "\n".join(str(c.get("text", "")) for c in result.get("content") or () if isinstance(c, Mapping))
    value = _as_json(text) if value is None else value
    if result.get("isError") is True:
        return Parsed({"error": value}, Seen.REFUSED, text[:200])
    return Parsed(value if isinstance(value, Mapping | list) else {"result": value})


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

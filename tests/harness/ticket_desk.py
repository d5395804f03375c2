"""A ticket system of the plain kind on a loopback port: no idempotency, two creates are two tickets; what it holds can be counted.

with TicketDesk() as desk:
    system = desk.system("agent")          # as the pilot reaches it; `via` puts a fault proxy in between
assert desk.open("h_1") == 1
"""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from runtime.systems.connect import connect
from runtime.systems.exchange import System
from runtime.systems.outgoing import Bounds
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Network, SystemSettings
from runtime.systems.trace import Trace

_TICKET = {"type": "object", "properties": {n: {"type": "string"} for n in ("subject", "body", "queue", "handoff_key")}}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY = {"name": "handoff_key", "in": "query", "schema": {"type": "string"}}


def _said(code: str, **more: Any) -> dict[str, Any]:
    return {"responses": {code: {"description": "said"}}, **more}


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Desk", "version": "1"},
    "paths": {
        "/tickets": {
            "post": _said(
                "201", operationId="create", requestBody={"content": {"application/json": {"schema": _TICKET}}}
            ),
            "get": _said("200", operationId="find", parameters=[_KEY]),
        },
        "/tickets/{id}": {"get": _said("200", operationId="read", parameters=[_ID])},
        "/tickets/{id}/close": {"post": _said("200", operationId="close", parameters=[_ID])},
    },
}


class TicketDesk:
    """Context manager. `lag`: seconds until a new ticket is found by a search, as with a search index."""

    def __init__(self, lag: float = 0.0) -> None:
        self.lag, self.lock = lag, threading.Lock()
        self.tickets: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.desk = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> TicketDesk:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def made(self, key: str) -> int:
        """Tickets ever made with a key."""
        return sum(ticket["handoff_key"] == key for ticket in self.tickets.values())

    def open(self, key: str) -> int:
        """Open tickets with a key."""
        return sum(t["handoff_key"] == key and t["status"] == "open" for t in self.tickets.values())


def system(url: str, folder: Path, *, read_s: float = 5.0) -> System:
    """The desk as the pilot's client reaches it."""
    place = folder / "desk.json"
    if not place.exists():  # several processes share the folder
        part = folder / f"desk.{os.getpid()}.part"
        part.write_text(json.dumps(DESCRIPTION))
        part.replace(place)
    settings = SystemSettings.model_validate(
        {
            "role": "ticketing",
            "description": "desk.json",
            "environments": {"staging": {"url": url}},
            "credentials": {"agent": {"scheme": "bearer", "token": "${DESK_TOKEN}"}},
        }
    )
    return connect(
        "desk", settings, holder="agent", network=Network(), folder=folder, budget=RequestBudget(10**9, system="desk"),
        trace=Trace.memory(), secrets={"DESK_TOKEN": "t"}, bounds=Bounds(connect_s=2.0, read_s=read_s, whole_s=read_s * 2),
    )  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """What it holds is the log."""

    @property
    def desk(self) -> TicketDesk:
        found: TicketDesk = self.server.desk  # type: ignore[attr-defined]
        return found

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.strip("/").split("/")
        with self.desk.lock:
            if len(parts) == 3:
                self.desk.tickets[parts[1]]["status"] = "closed"
                return self._say(200, self.desk.tickets[parts[1]])
            number = f"T-{len(self.desk.tickets) + 1}"
            ticket = {**json.loads(body), "id": number, "status": "open", "made": time.monotonic()}
            self.desk.tickets[number] = ticket
        self._say(201, ticket)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != "/tickets":
            found = self.desk.tickets.get(parts.path.rsplit("/", 1)[-1])
            return self._say(200 if found else 404, found or {"error": "no such ticket"})
        key = parse_qs(parts.query).get("handoff_key", [""])[0]
        with self.desk.lock:
            tickets = list(self.desk.tickets.values())
        ripe = time.monotonic() - self.desk.lag
        self._say(200, {"tickets": [t for t in tickets if t["handoff_key"] == key and t["made"] <= ripe]})

    def _say(self, status: int, value: Any) -> None:
        raw = json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True  # the client gave up

"""A stand-in for every system: a loopback server that takes any write and counts what reaches it, and an estate that points at it.

With it the real proxy can be attacked without anything ever reaching a client's system.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runtime.estate import Estate
from runtime.systems.settings import Credential, Environment, Network

SECRETS = {"CXREADY_STAND_IN": "stand-in"}


@dataclass
class StandIn:
    """`arrived` holds method, path, body and time (time.monotonic) of every request."""

    url: str
    arrived: list[tuple[str, str, bytes, float]] = field(default_factory=list)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Runs the server while the block runs."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.seen = StandIn(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.seen
    finally:
        server.shutdown()
        server.server_close()


def estate_at(estate: Estate, url: str, acting: str | None = None) -> Estate:
    """The estate with every system at `url`; the action `acting` may act alone, so that only limits stand in the way."""
    credential = Credential(scheme="bearer", token="${CXREADY_STAND_IN}")  # noqa: S106 a reference
    change = {
        "environments": {"staging": Environment(url=url)},
        "credentials": {"enforcer": credential},
        "network": None,
        "windows": [],
    }
    guardrails = estate.guardrails
    if acting is not None:
        actions = {**guardrails.actions, acting: guardrails.actions[acting].model_copy(update={"autonomy": "act"})}
        guardrails = guardrails.model_copy(update={"actions": actions, "high_stakes": []})
    systems = {name: settings.model_copy(update=change) for name, settings in estate.systems.items()}
    return replace(estate, systems=systems, guardrails=guardrails, network=Network())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    seen: StandIn


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 15

    def _take(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.arrived.append((self.command, self.path, raw, time.monotonic()))
        body = json.dumps({"id": f"S-{len(self.server.seen.arrived)}"}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the trial tells what arrived."""

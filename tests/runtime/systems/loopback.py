"""A real HTTP server on a loopback port whose answers a test writes down, byte by byte if it must."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runtime.systems.connect import connect
from runtime.systems.exchange import Why
from runtime.systems.outgoing import Bounds
from runtime.systems.passage import Passage
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Network, SystemSettings
from runtime.systems.trace import Trace

WHY = Why("a test")


class Loopback:
    """`answers` maps "METHOD /path" to (status, headers, body) or to a function of the request;
    `seen` keeps what arrived.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.seen: list[dict[str, Any]] = []
        loop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                request = {
                    "method": self.command,
                    "path": self.path,
                    "headers": dict(self.headers),
                    "body": self.rfile.read(size),
                }
                loop.seen.append(request)
                answer = loop.answers.get(
                    f"{self.command} {self.path.partition('?')[0]}", (404, {}, {"title": "nothing here"})
                )
                status, headers, body = answer(request) if callable(answer) else answer
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                sent = {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
                for name, value in sent.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(data)
                if "Content-Length" in headers:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that is handed the naked connection after the request came in."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def settings(url: str, **more: Any) -> SystemSettings:
    return SystemSettings.model_validate({"role": "billing", "environments": {"staging": {"url": url}}, **more})


def system(
    url: str,
    folder: Path,
    *,
    budget: int = 100,
    trace: Trace | None = None,
    secrets: dict[str, str] | None = None,
    network: Network | None = None,
    bounds: Bounds | None = None,
    holder: Any = "agent",
    passage: Passage | None = None,
    **more: Any,
) -> Any:
    return connect(
        "billing",
        settings(url, **more),
        holder=holder,
        network=network or Network(),
        folder=folder,
        budget=RequestBudget(budget, system="billing"),
        trace=trace or Trace.memory(),
        secrets=secrets or {},
        run="r1",
        contact="it@example.org",
        bounds=bounds,
        passage=passage,
    )

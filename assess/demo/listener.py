"""A service on a loopback port: HTTP/1.1 in daemon threads, request and answer as plain values."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from assess.demo.rest_service import Request, Response

LARGEST_BODY = 1_000_000


class Listener:
    """A service on a free loopback port, served by daemon threads until `close()`."""

    def __init__(self, answer: Callable[[Request], Response], port: int = 0) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(answer))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def answers_with(self, answer: Callable[[Request], Response]) -> None:
        """Requests from now on are answered by something else, like the same service behind faults."""
        self.server.RequestHandlerClass = _handler(answer)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(timeout=5)


def _handler(answer: Callable[[Request], Response]) -> type[BaseHTTPRequestHandler]:
    class LoopbackHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "Northwind", ""
        disable_nagle_algorithm = True
        timeout = 30

        def _serve(self) -> None:
            try:
                length = int(self.headers.get("Content-Length") or 0)
            except ValueError:
                length = -1
            if not 0 <= length <= LARGEST_BODY:
                self.close_connection = True
                self._send(Response(413, {"title": "The body is too large", "status": 413}))
                return
            place = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(place.query, keep_blank_values=True))
            self._send(answer(Request(self.command, place.path, query, headers, self.rfile.read(length))))

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def _send(self, response: Response) -> None:
            body = response.body
            data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            self.send_response(response.status)
            headers = {"Content-Type": "application/json", **response.headers} if data else dict(response.headers)
            for name, value in headers.items():
                self.send_header(name, value)
            if response.status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD" and response.status != 204:
                self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: what was asked is counted, not printed."""

    return LoopbackHandler

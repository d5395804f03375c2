"""A reverse proxy on a loopback port that makes one upstream misbehave by plan, and writes down what it did.

    with FaultProxy(server_url, [Rule(DropAfter(), method="POST", path="/credits", nth=[1])], seed=3) as proxy:
        client = Client(proxy.url)
        ...
    assert proxy.log[0].faults == (DropAfter(),) and proxy.log[0].upstream == [201]

HTTP/1.1 with keep-alive, one thread a connection. The plan can be replaced meanwhile: `proxy.plan = FaultPlan(…)`.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

from tests.harness.defects import Defect, Request
from tests.harness.faults import (
    Answer,
    DropAfter,
    DropBefore,
    Duplicate,
    Fault,
    FaultPlan,
    HalfBody,
    Latency,
    OkWithError,
    Reset,
    Rule,
    page,
)

# RFC 9110 section 7.6.1: these speak about one connection and are not forwarded.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
UPSTREAM_TIMEOUT = 30.0


@dataclass
class Exchange:
    """One request through the proxy: number from 1, its faults, the statuses the upstream gave, the status sent on."""

    n: int
    method: str
    path: str
    faults: tuple[Fault, ...]
    upstream: list[int] = field(default_factory=list)
    sent: int | None = None  # None: the client got no complete answer


class FaultProxy:
    """Context manager; `url` is where clients go. `upstream` is scheme, host and port (http only)."""

    def __init__(self, upstream: str, rules: Sequence[Rule] = (), seed: int = 0, defect: Defect | None = None) -> None:
        parts = urlsplit(upstream)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"{upstream!r}: an http:// address is needed")
        self.upstream = (parts.hostname, parts.port or 80)
        self.plan = FaultPlan(rules, seed)
        self.defect = defect or Defect()
        self.log: list[Exchange] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FaultProxy:
        print(f"FaultProxy: seed={self.plan.seed}")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def opened(self, method: str, path: str) -> Exchange:
        """Number a request, choose its faults and enter it in the log."""
        with self._lock:
            exchange = Exchange(len(self.log) + 1, method, path, tuple(self.plan.choose(method, path)))
            self.log.append(exchange)
        return exchange


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: FaultProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """The log is FaultProxy.log."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _serve(self) -> None:
        body = self._request_body()
        exchange = self.server.proxy.opened(self.command, self.path)
        for fault in exchange.faults:
            if isinstance(fault, Latency):
                time.sleep(fault.seconds)
        decisive = next((fault for fault in exchange.faults if not isinstance(fault, Latency)), None)
        answer = None if decisive is None else page(decisive)
        if isinstance(decisive, DropBefore) or decisive == Reset(applied=False):
            return self._hang_up(reset=isinstance(decisive, Reset))
        if decisive == OkWithError(applied=True):
            self._ask_upstream(body, exchange)
        if answer is None:
            for _ in range(2 if isinstance(decisive, Duplicate) else 1):
                answer = self._with_defect(body, exchange)
        assert answer is not None
        if isinstance(decisive, DropAfter | Reset):
            return self._hang_up(reset=isinstance(decisive, Reset))
        self._answer(answer, exchange, half=isinstance(decisive, HalfBody))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _request_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass
        return b"".join(chunks)

    def _with_defect(self, body: bytes, exchange: Exchange) -> Answer:
        defect = self.server.proxy.defect
        request = Request(exchange.n, self.command, self.path, dict(self.headers.items()), body)
        answer = defect.asked(request) or self._ask_upstream(request.body, exchange, request.headers)
        return defect.told(request, answer)

    def _ask_upstream(self, body: bytes, exchange: Exchange, headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=UPSTREAM_TIMEOUT)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in (headers or self.headers).items():
                if name.lower() not in HOP_BY_HOP | {"host", "content-length"}:
                    connection.putheader(name, value)
            host, port = self.server.proxy.upstream
            connection.putheader("Host", f"{host}:{port}")
            if body or "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            told = connection.getresponse()
            answer = Answer(told.status, told.getheaders(), told.read())
        except OSError as problem:
            return Answer(502, [("Content-Type", "text/plain")], f"fault proxy: upstream: {problem}".encode())
        finally:
            connection.close()
        exchange.upstream.append(answer.status)
        return answer

    def _answer(self, answer: Answer, exchange: Exchange, half: bool) -> None:
        self.send_response_only(answer.status)
        bodiless = self.command == "HEAD" or answer.status in (204, 304) or answer.status < 200
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP and (bodiless or name.lower() != "content-length"):
                self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if half and not bodiless:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            return self._hang_up()
        if not bodiless:
            self.wfile.write(answer.body)
        exchange.sent = answer.status

    def _hang_up(self, reset: bool = False) -> None:
        self.wfile.flush()
        if reset:
            # SO_LINGER with zero seconds: close() sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

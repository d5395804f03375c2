"""A company's web proxy on a loopback port: takes HTTP and CONNECT, breaks TLS open with a CA of its own, asks for a
password, shows its own pages instead of answers, and writes down every request.

    with CorporateProxy({"billing.corp.example": estate.urls["billing"]}, trustme.CA()) as proxy:
        proxy.trust(folder / "ca.pem")
        ...  # a client with proxy.url and that CA asks https://billing.corp.example/…
    assert [p.host for p in proxy.log] == ["billing.corp.example"]

Names are resolved by the proxy alone: clients never see the addresses behind it. With `intercepts=False` a tunnel goes
through to the address unseen, and what the plan holds against a host is said to CONNECT.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import trustme

from tests.harness.fault_proxy import HOP_BY_HOP
from tests.harness.faults import Answer, DropAfter, DropBefore, Fault, FaultPlan, Latency, Rule, page
from tests.harness.meddling import ASKS_FOR_A_PASSWORD, Instead, OtherChain, no_such_host


@dataclass
class Passed:
    """One request at the proxy: number from 1, where it was to go, and what was done: passed, or the plan's word."""

    n: int
    method: str
    host: str
    path: str
    run: str
    did: str = "passed"
    status: int | None = None


class CorporateProxy:
    """Context manager; `url` goes into HTTPS_PROXY. `hosts`: name → base address that the proxy resolves it to."""

    def __init__(
        self,
        hosts: Mapping[str, str],
        authority: trustme.CA | None = None,
        *,
        rules: Sequence[Rule] = (),
        seed: int = 0,
        intercepts: bool = True,
        password: tuple[str, str] | None = None,
        tells: Callable[[Answer, Mapping[str, str]], Answer] = lambda answer, asked: answer,
    ) -> None:
        self.tells = tells  # what becomes of a system's answer, given the headers of the request
        self.hosts, self.intercepts, self.password = dict(hosts), intercepts, password
        self.authority, self.stranger = authority or trustme.CA(organization_name="Acme Web Gateway"), trustme.CA()
        self.plan = FaultPlan([rule for rule in rules if rule.method != "CONNECT"], seed)
        self.at_the_door = FaultPlan([rule for rule in rules if rule.method == "CONNECT"], seed)
        self.log: list[Passed] = []
        self.connects: list[str] = []
        self.sign_ins: list[str] = []  # what was said to the proxy itself
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def url_with(self, user: str, password: str) -> str:
        return self.url.replace("//", f"//{user}:{password}@")

    def trust(self, path: Path) -> Path:
        """Writes the certificate that clients must trust to be intercepted."""
        self.authority.cert_pem.write_to_path(str(path))
        return path

    def __enter__(self) -> CorporateProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def noted(self, method: str, host: str, path: str, run: str) -> tuple[Passed, Fault | None]:
        """Numbers a request and says what the plan does with it; rules match `//host/path`."""
        with self._lock:
            chosen = self.plan.choose(method, f"//{host}{path}")
            passed = Passed(len(self.log) + 1, method, host, path, run)
            self.log.append(passed)
        decisive = next((f for f in chosen if not isinstance(f, Latency)), None)
        if decisive is not None:
            passed.did = type(decisive).__name__ if not isinstance(decisive, Instead) else decisive.name
        return passed, decisive

    def connecting(self, host: str) -> Fault | None:
        """What the plan says to a CONNECT, by rules for the method CONNECT."""
        with self._lock:
            self.connects.append(host)
            chosen = self.at_the_door.choose("CONNECT", f"//{host}/")
        return chosen[0] if chosen else None

    def context(self, host: str, stranger: bool) -> ssl.SSLContext:
        """The server side of a host's broken-open TLS: a leaf certificate minted for it."""
        with self._lock:
            if (host, stranger) not in self._contexts:
                made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                (self.stranger if stranger else self.authority).issue_cert(host).configure_cert(made)
                self._contexts[(host, stranger)] = made
            return self._contexts[(host, stranger)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: CorporateProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up or mistrusts the certificate is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    inside: str = ""  # the host of a tunnel that was broken open
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """The log is CorporateProxy.log."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError, ssl.SSLError):
            self.close_connection = True

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        proxy = self.server.proxy
        fault = proxy.connecting(host)
        if not self._signed_in():
            return self._answer(ASKS_FOR_A_PASSWORD)
        if isinstance(fault, Instead):
            return self._answer(fault.answer)
        if isinstance(fault, DropBefore):
            return self._hang_up()
        if host not in proxy.hosts and (not proxy.intercepts or port != "443"):
            return self._answer(no_such_host(host))
        self.send_response_only(200, "Connection established")
        self.end_headers()
        if not proxy.intercepts:
            return self._tunnel(urlsplit(proxy.hosts[host]))
        self._break_open(host, stranger=isinstance(fault, OtherChain))

    def _break_open(self, host: str, stranger: bool) -> None:
        self.wfile.flush()
        self.connection = self.server.proxy.context(host, stranger).wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")  # type: ignore[assignment]
        self.inside, self.close_connection = host, False

    def _tunnel(self, place: Any) -> None:
        self.wfile.flush()
        with socket.create_connection((place.hostname, place.port or 443)) as onward:
            back = threading.Thread(target=_pour, args=(onward, self.connection), daemon=True)
            back.start()
            _pour(self.connection, onward)
            back.join(5)
        self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        place = urlsplit(self.path)
        host = self.inside or place.hostname or ""
        path = self.path if self.inside else self.path[self.path.index(place.netloc) + len(place.netloc) :] or "/"
        passed, fault = self.server.proxy.noted(self.command, host, path, self.headers.get("X-Cxready-Run", ""))
        if not self.inside and not self._signed_in():
            passed.did = "asked for a password"
            return self._answer(ASKS_FOR_A_PASSWORD, passed)
        if isinstance(fault, DropBefore):
            return self._hang_up()
        answer = fault.answer if isinstance(fault, Instead) else page(fault) if fault else None
        answer = answer or self._onward(host, path, body)
        if isinstance(fault, DropAfter):
            return self._hang_up()
        self._answer(answer, passed)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _signed_in(self) -> bool:
        said = self.headers.get("Proxy-Authorization", "")
        if said:
            self.server.proxy.sign_ins.append(said)
        wanted = self.server.proxy.password
        return wanted is None or said == f"Basic {base64.b64encode(':'.join(wanted).encode()).decode()}"

    def _onward(self, host: str, path: str, body: bytes) -> Answer:
        base = self.server.proxy.hosts.get(host)
        if base is None:
            return no_such_host(host)
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
        try:
            kept = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP and "proxy-" not in k.lower()}
            connection.request(self.command, path, body or None, kept)
            told = connection.getresponse()
            answer = Answer(told.status, [*told.getheaders(), ("Via", "1.1 gateway.acme.example")], told.read())
            return self.server.proxy.tells(answer, kept)
        except OSError:
            return no_such_host(host)
        finally:
            connection.close()

    def _answer(self, answer: Answer, passed: Passed | None = None) -> None:
        self.send_response_only(answer.status)
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(answer.body)
        self.wfile.flush()
        if passed:
            passed.status = answer.status

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


def _pour(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return

"""The proxy on raw sockets: whatever two servers could read differently is refused, and nothing of it reaches the system behind."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.derive.stand_in import SECRETS, StandIn, estate_at, stand_in
from runtime import decision_log
from runtime.estate import Estate
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.proxy import RunningProxy, serve
from runtime.guardrails.proxy_request import METHODS
from tests.runtime.guardrails.described import described_estate

ACCOUNT = "A-1"
AMOUNTS = itertools.count(1)
GOOD = {"account_id": ACCOUNT, "amount": "1.10", "currency": "EUR"}


@pytest.fixture(scope="module")
def system() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture(scope="module")
def estate(system: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return estate_at(described_estate(tmp_path_factory.mktemp("estate")), system.url)


@pytest.fixture(scope="module")
def proxy(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProxy]:
    running = serve(estate, folder=tmp_path_factory.mktemp("state"), secrets=SECRETS, facts={"always": lambda _: True})
    yield running
    running.close()


class Wire:
    """Sends bytes and reads what comes back until the proxy closes the connection, or the patience ends."""

    def __init__(self, proxy: RunningProxy, system: StandIn) -> None:
        self.proxy, self.system = proxy, system
        host, _, port = proxy.url.removeprefix("http://").partition(":")
        self.host, self.port, self.n = host, int(port), 0

    def head(self, *lines: str, path: str = "/billing/credits", method: str = "POST", host: str = "") -> str:
        self.n += 1
        signed = self.proxy.headers(CaseContext(workflow="dispute", case=f"wire-{self.n}", customer=ACCOUNT))
        fixed = [f"{method} {path} HTTP/1.1", f"Host: {host or f'{self.host}:{self.port}'}"]
        return "\r\n".join(
            [*fixed, *(f"{k}: {v}" for k, v in signed.items()), "Content-Type: application/json", *lines]
        )

    def good(self) -> bytes:
        """Another amount each time: an equal one would be asked about."""
        return json.dumps({**GOOD, "amount": f"{next(AMOUNTS) / 100:.2f}"}).encode()

    def say(self, raw: bytes, *, patience: float = 3.0, then: bytes = b"", half_close: bool = False) -> bytes:
        with socket.create_connection((self.host, self.port), timeout=patience) as wire:
            wire.sendall(raw)
            if then:
                time.sleep(0.05)
                wire.sendall(then)
            if half_close:
                wire.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while part := wire.recv(65_536):
                    answer += part
            except (TimeoutError, ConnectionError):
                pass
            return answer

    def refused(self, raw: bytes, **more: object) -> bytes:
        """The answer, after making sure that it is a refusal and that nothing arrived behind the proxy."""
        before = len(self.system.arrived)
        answer = self.say(raw, **more)  # type: ignore[arg-type]
        assert not answer.startswith(b"HTTP/1.1 2"), answer[:300]
        time.sleep(0.02)
        assert len(self.system.arrived) == before, "a refused call reached the system"
        return answer


@pytest.fixture
def wire(proxy: RunningProxy, system: StandIn) -> Iterator[Wire]:
    found = Wire(proxy, system)
    yield found
    body = found.good()
    last = found.say(f"{found.head(f'Content-Length: {len(body)}')}\r\n\r\n".encode() + body)
    assert last.startswith(b"HTTP/1.1 201"), (
        "the proxy still lets through what is right, or what it refused says nothing"
    )


def test_a_right_call_passes_reserialised_and_the_connection_ends(wire: Wire, system: StandIn) -> None:
    body = b'{ "currency" : "EUR",\n "amount":"42.20", "account_id" : "A-1" }'
    answer = wire.say(f"{wire.head(f'Content-Length: {len(body)}')}\r\n\r\n".encode() + body)
    assert answer.startswith(b"HTTP/1.1 201") and b"connection: close" in answer.lower()
    assert json.loads(system.arrived[-1][2]) == {**GOOD, "amount": "42.20"} and b" " not in system.arrived[-1][2]


def test_a_second_call_behind_the_first_is_not_read(wire: Wire, system: StandIn) -> None:
    first, second = wire.good(), wire.good()
    before = len(system.arrived)
    raw = b"".join(f"{wire.head(f'Content-Length: {len(b)}')}\r\n\r\n".encode() + b for b in (first, second))
    answer = wire.say(raw)
    assert answer.count(b"HTTP/1.1 ") == 1 and len(system.arrived) == before + 1


def test_a_caller_that_closes_its_side_still_gets_the_answer(wire: Wire) -> None:
    body = wire.good()
    answer = wire.say(f"{wire.head(f'Content-Length: {len(body)}')}\r\n\r\n".encode() + body, half_close=True)
    assert answer.startswith(b"HTTP/1.1 201")


SMUGGLED = b"POST /billing/credits HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTHS = {
    "chunked": ("Transfer-Encoding: chunked",),
    "length and chunked": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunked and length": ("Transfer-Encoding: chunked", "Content-Length: 5"),
    "a coding nobody knows": ("Content-Length: 5", "Transfer-Encoding: xchunked"),
    "a coding with a tab": ("Content-Length: 5", "Transfer-Encoding:\tchunked"),
    "a blank before the colon": ("Content-Length: 5", "Transfer-Encoding : chunked"),
    "a folded coding": ("Content-Length: 5", "Transfer-Encoding:\r\n chunked"),
    "two codings": ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    "identity": ("Content-Length: 5", "Transfer-Encoding: identity"),
    "two lengths": ("Content-Length: 5", "Content-Length: 50"),
    "the same length twice": ("Content-Length: 50", "Content-Length: 50"),
    "two lengths in one": ("Content-Length: 5, 50",),
    "a plus": ("Content-Length: +50",),
    "a hexadecimal length": ("Content-Length: 0x32",),
    "a negative length": ("Content-Length: -1",),
    "a length with a blank inside": ("Content-Length: 5 0",),
    "a length in other digits": ("Content-Length: \u0665\u0660",),
    "a length beyond all bounds": ("Content-Length: 99999999999999999999",),
    "a length above the bound": ("Content-Length: 70000",),
    "an upgrade": ("Content-Length: 5", "Connection: Upgrade", "Upgrade: h2c"),
    "an expectation": ("Content-Length: 5", "Expect: 100-continue"),
    "a compressed body": ("Content-Length: 5", "Content-Encoding: gzip"),
    "a name with an underscore": ("Content-Length: 5", "Transfer_Encoding: chunked"),
}


@pytest.mark.parametrize("lines", LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_could_be_read_in_two_ways_is_refused(wire: Wire, lines: tuple[str, ...]) -> None:
    body = b"0\r\n\r\n" + SMUGGLED
    wire.refused(f"{wire.head(*lines)}\r\n\r\n".encode() + body)


HEADS = {
    "a bare line feed": lambda w, b: w.head(f"Content-Length: {len(b)}").replace("\r\n", "\n").encode() + b"\n\n" + b,
    "a bare carriage return": lambda w, b: (
        w.head(f"Content-Length: {len(b)}", "X-A: b\rX-C: d").encode() + b"\r\n\r\n" + b
    ),
    "a folded line": lambda w, b: w.head("X-A: b\r\n c", f"Content-Length: {len(b)}").encode() + b"\r\n\r\n" + b,
    "one line feed among good ends": lambda w, b: (
        w.head("X-A: b\nX-C: d", f"Content-Length: {len(b)}").encode() + b"\r\n\r\n" + b
    ),
    "a NUL in a value": lambda w, b: w.head(f"Content-Length: {len(b)}", "X-A: b\x00c").encode() + b"\r\n\r\n" + b,
    "a line without a colon": lambda w, b: (
        w.head("what is this", f"Content-Length: {len(b)}").encode() + b"\r\n\r\n" + b
    ),
    "no host": lambda w, b: (
        w.head(f"Content-Length: {len(b)}").replace(f"Host: {w.host}:{w.port}\r\n", "").encode() + b"\r\n\r\n" + b
    ),
    "two hosts": lambda w, b: w.head(f"Content-Length: {len(b)}", "Host: internal").encode() + b"\r\n\r\n" + b,
    "another host": lambda w, b: w.head(f"Content-Length: {len(b)}", host="internal").encode() + b"\r\n\r\n" + b,
    "HTTP/1.0 without a host": lambda w, b: (
        f"POST /billing/credits HTTP/1.0\r\nContent-Length: {len(b)}\r\n\r\n".encode() + b
    ),
    "HTTP/0.9": lambda w, b: b"POST /billing/credits\r\n\r\n" + b,
    "HTTP/2 in clear": lambda w, b: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a head without end": lambda w, b: w.head("X-A: " + "a" * 120_000).encode() + b"\r\n\r\n",
    "no bytes at all": lambda w, b: b"\r\n\r\n\r\n",
}


@pytest.mark.parametrize("build", HEADS.values(), ids=HEADS)
def test_a_head_that_is_not_plain_is_refused(wire: Wire, build: object) -> None:
    wire.refused(build(wire, wire.good()))  # type: ignore[operator]


PATHS = (
    "/billing/./credits",
    "/billing/x/../credits",
    "/billing//credits",
    "//billing/credits",
    "/billing/credits/",
    "/billing/credits;v=1",
    "/billing/credits?dry_run=false",
    "/billing/credits#x",
    "/billing%2fcredits",
    "/billing/%63redits",
    "/billing/credits%00",
    "/billing/credits%20",
    "/billing/CREDITS",
    "/Billing/credits",
    "/billing\\credits",
    "/billing/%252e%252e/credits",
    "/billing/\u24d2redits",
    "http://127.0.0.1/billing/credits",
    "/billing/batch",
    "/billing/$batch",
    "/billing/v1/credits",
    "*",
)


@pytest.mark.parametrize("path", PATHS)
def test_only_the_declared_path_in_its_plain_form_matches(wire: Wire, path: str) -> None:
    body = wire.good()
    wire.refused(f"{wire.head(f'Content-Length: {len(body)}', path=path)}\r\n\r\n".encode() + body)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PUT", "post", "POST2", "SEARCH"])
def test_only_the_declared_method_matches(wire: Wire, method: str) -> None:
    assert "POST" in METHODS
    body = wire.good()
    wire.refused(f"{wire.head(f'Content-Length: {len(body)}', method=method)}\r\n\r\n".encode() + body)


OVERRIDES = (
    "X-HTTP-Method-Override: DELETE",
    "X-HTTP-Method: PATCH",
    "X-Method-Override: PUT",
    "X-Original-URL: /admin",
    "X-Rewrite-URL: /admin",
    "Idempotency-Key: with space",
    "Via: 1.1 cxready",
    "X-Cxready-Run: another",
    "Content-Type: text/xml",
)


@pytest.mark.parametrize("line", OVERRIDES)
def test_headers_that_would_change_the_call_are_refused(wire: Wire, line: str) -> None:
    body = wire.good()
    wire.refused(f"{wire.head(f'Content-Length: {len(body)}', line)}\r\n\r\n".encode() + body)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-7", ""]
)  # fmt: skip
def test_other_content_types_are_refused(wire: Wire, kind: str) -> None:
    body = wire.good()
    head = wire.head(f"Content-Length: {len(body)}").replace("Content-Type: application/json", f"Content-Type: {kind}")
    assert b"415" in wire.refused(f"{head}\r\n\r\n".encode() + body).split(b"\r\n")[0]


def test_a_body_that_never_ends_is_given_up(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.guardrails import proxy_app

    monkeypatch.setattr(proxy_app, "BODY_S", 0.3)
    answer = wire.refused(f"{wire.head('Content-Length: 40')}\r\n\r\n".encode() + b'{"a"')
    assert b" 408 " in answer.split(b"\r\n")[0]


def test_a_body_that_breaks_off_is_no_call(wire: Wire) -> None:
    wire.refused(f"{wire.head('Content-Length: 400')}\r\n\r\n".encode() + wire.good(), half_close=True)


def test_many_at_once_are_each_answered(wire: Wire, system: StandIn) -> None:
    before, answers = len(system.arrived), []

    def call() -> None:
        body = wire.good()
        answers.append(wire.say(f"{wire.head(f'Content-Length: {len(body)}')}\r\n\r\n".encode() + body))

    threads = [threading.Thread(target=call, daemon=True) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert all(a.startswith(b"HTTP/1.1 201") for a in answers) and len(system.arrived) == before + 24


def test_what_was_refused_stands_in_the_log(proxy: RunningProxy, wire: Wire, estate: Estate) -> None:
    wire.refused(f"{wire.head('Content-Length: 2', path='/billing/batch')}\r\n\r\n{{}}".encode())
    folder = Path(proxy.point._ledger.path).parent  # type: ignore[union-attr]
    log = decision_log.connect(folder / "pilot.sqlite")
    last = decision_log.rows(log)[-1]
    assert last.operation == "POST /billing/batch" and last.decision == "refuse" and decision_log.verify(log) == []

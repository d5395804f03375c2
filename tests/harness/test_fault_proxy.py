"""Each fault does to a real client and a real server exactly what its name says, and the log tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.harness.fault_proxy import FaultProxy
from tests.harness.faults import (
    Challenge,
    DropAfter,
    DropBefore,
    Duplicate,
    Fault,
    FaultPlan,
    HalfBody,
    Latency,
    LoginPage,
    Reset,
    Rule,
    Throttled,
    Unavailable,
)


class Shop(ThreadingHTTPServer):
    """Keeps what was posted; GET lists it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ShopHandler)
        self.orders: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shop

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.answer(200, json.dumps([order.decode() for order in self.server.orders]).encode())

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self.server.orders.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(201, b'{"id": "a long enough answer to be cut"}')

    def do_DELETE(self) -> None:
        self.server.orders.clear()
        self.send_response(204)
        self.end_headers()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Seen", self.headers.get("X-Sent", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def once(fault: Fault) -> list[Rule]:
    return [Rule(fault, method="POST", nth=[1])]


def test_without_faults_requests_pass_unchanged(shop: Shop) -> None:
    with FaultProxy(shop.url) as proxy, requests.Session() as client:
        posted = client.post(f"{proxy.url}/orders?x=1", data=b"one", headers={"X-Sent": "kept"})
        listed = client.get(f"{proxy.url}/orders")
        head = client.head(f"{proxy.url}/orders")
        removed = client.delete(f"{proxy.url}/orders")

    assert (posted.status_code, posted.headers["X-Seen"]) == (201, "kept")
    assert listed.json() == ["one"] and head.headers["Content-Length"] == "7" and removed.status_code == 204
    assert [(e.n, e.method, e.path, e.faults, e.upstream, e.sent) for e in proxy.log[:2]] == [
        (1, "POST", "/orders?x=1", (), [201], 201),
        (2, "GET", "/orders", (), [200], 200),
    ]


def test_a_chunked_request_arrives_whole(shop: Shop) -> None:
    with FaultProxy(shop.url) as proxy:
        requests.post(proxy.url, data=iter([b"first ", b"second"]))

    assert shop.orders == [b"first second"]


def test_a_request_dropped_before_never_reaches_the_server(shop: Shop) -> None:
    with FaultProxy(shop.url, once(DropBefore())) as proxy, pytest.raises(requests.ConnectionError):
        requests.post(proxy.url, data=b"one")

    assert shop.orders == [] and proxy.log[0].upstream == [] and proxy.log[0].sent is None


def test_an_answer_dropped_after_leaves_the_effect_behind(shop: Shop) -> None:
    with FaultProxy(shop.url, once(DropAfter())) as proxy:
        with pytest.raises(requests.ConnectionError):
            requests.post(proxy.url, data=b"one")
        again = requests.post(proxy.url, data=b"one")

    assert again.status_code == 201 and shop.orders == [b"one", b"one"]
    assert proxy.log[0].upstream == [201] and proxy.log[0].sent is None


@pytest.mark.parametrize("applied", [False, True])
def test_a_reset_is_a_reset(shop: Shop, applied: bool) -> None:
    with FaultProxy(shop.url, once(Reset(applied))) as proxy, pytest.raises(requests.ConnectionError, match="reset by"):
        requests.post(proxy.url, data=b"one")

    assert len(shop.orders) == int(applied)


def test_half_a_body_is_noticed_by_the_client(shop: Shop) -> None:
    incomplete = pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead")
    with FaultProxy(shop.url, once(HalfBody())) as proxy, incomplete:
        requests.post(proxy.url, data=b"one")

    assert shop.orders == [b"one"]


def test_a_duplicate_delivery_reaches_the_server_twice_and_the_client_once(shop: Shop) -> None:
    with FaultProxy(shop.url, once(Duplicate())) as proxy:
        answer = requests.post(proxy.url, data=b"one")

    assert answer.status_code == 201 and shop.orders == [b"one", b"one"] and proxy.log[0].upstream == [201, 201]


def test_latency_delays_and_adds_up_with_another_fault(shop: Shop) -> None:
    with FaultProxy(shop.url, [Rule(Latency(0.2)), Rule(Unavailable(), method="POST")]) as proxy:
        begun = time.monotonic()
        read = requests.get(proxy.url)
        between = time.monotonic()
        written = requests.post(proxy.url, data=b"one")
        ended = time.monotonic()

    assert read.status_code == 200 and between - begun >= 0.2
    assert written.status_code == 503 and ended - between >= 0.2 and shop.orders == []


@pytest.mark.parametrize(
    ("fault", "status", "header", "content"),
    [
        (Unavailable(), 503, ("Retry-After", None), "text/html"),
        (Unavailable(retry_after=7), 503, ("Retry-After", "7"), "text/html"),
        (Throttled(), 429, ("Retry-After", None), "text/html"),
        (Throttled(retry_after=2, as_html=False), 429, ("Retry-After", "2"), "application/json"),
        (Challenge("cloudflare"), 403, ("cf-mitigated", "challenge"), "text/html"),
        (Challenge("aws"), 202, ("x-amzn-waf-action", "challenge"), "text/html"),
        (LoginPage(), 200, ("Location", None), "text/html"),
        (LoginPage(redirect=True), 302, ("Location", "/login?next=%2F"), "text/html"),
    ],
    ids=str,
)
def test_a_page_in_between_looks_like_the_real_one(
    shop: Shop, fault: Fault, status: int, header: tuple[str, str | None], content: str
) -> None:
    with FaultProxy(shop.url, [Rule(fault)]) as proxy:
        answer = requests.get(proxy.url, allow_redirects=False)

    assert answer.status_code == status and answer.headers.get(header[0]) == header[1]
    assert answer.headers["Content-Type"].startswith(content) and proxy.log[0].upstream == []
    assert isinstance(fault, LoginPage) is False or status == 302 or 'type="password"' in answer.text


def test_a_burst_hits_the_requests_it_names_and_no_other(shop: Shop) -> None:
    with FaultProxy(shop.url, [Rule(Unavailable(), path="^/orders", nth=range(2, 5))]) as proxy:
        statuses = [requests.get(f"{proxy.url}{path}").status_code for path in ["/orders", "/other"] * 5]

    assert statuses == [200, 200, 503, 200, 503, 200, 503, 200, 200, 200]


def test_the_same_seed_gives_the_same_faults_and_another_seed_others() -> None:
    def faults(seed: int) -> list[bool]:
        plan = FaultPlan([Rule(DropBefore(), share=0.3)], seed)
        return [bool(plan.choose("GET", "/")) for _ in range(200)]

    assert faults(1) == faults(1) != faults(2)
    assert 30 <= sum(faults(1)) <= 90


def test_requests_at_the_same_time_are_each_numbered_once(shop: Shop) -> None:
    with FaultProxy(shop.url, [Rule(DropAfter(), nth=[5])]) as proxy, ThreadPoolExecutor(8) as pool:

        def post(n: int) -> int:
            try:
                return requests.post(proxy.url, data=str(n)).status_code
            except requests.ConnectionError:
                return 0

        results = list(pool.map(post, range(24)))

    assert sorted(e.n for e in proxy.log) == list(range(1, 25))
    assert results.count(0) == 1 and len(shop.orders) == 24


def test_an_upstream_that_is_down_is_said_to_be(shop: Shop) -> None:
    with FaultProxy("http://127.0.0.1:1") as proxy:
        assert requests.get(proxy.url).status_code == 502
    with pytest.raises(ValueError, match="http://"):
        FaultProxy("https://shop.example")

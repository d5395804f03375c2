"""A hostile or broken server costs one bounded, worded exchange on every protocol; nothing is followed, the rest goes on."""

import gzip
import json
import socket
import threading
import time
import zlib

import pytest
from loopback import WHY, Loopback, raw_server, system

from runtime.errors import CxreadyError
from runtime.systems.exchange import Seen
from runtime.systems.outgoing import Bounds
from runtime.systems.passage import Passage

BOUNDS = Bounds(connect_s=2.0, read_s=0.5, whole_s=1.0, body=200_000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(b" " * 30_000_000)


def lies_long(c):
    c.sendall(HEAD + b'Content-Length: 9000\r\n\r\n{"a": 1}')


def lies_twice(c):
    c.sendall(HEAD + b'Content-Length: 8\r\nContent-Length: 9000\r\n\r\n{"a": 1}')


def lies_below_zero(c):
    c.sendall(HEAD + b'Content-Length: -5\r\n\r\n{"a": 1')


def lies_in_chunks(c):
    c.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n{}\r\n")


def chunks_of_nonsense(c):
    c.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")


def endless(c):
    c.sendall(HEAD + b"\r\n[")
    for _ in range(2_000):
        c.sendall(b"1," * 8_000)


def drips(c):
    c.sendall(HEAD + b"\r\n")
    for _ in range(80):
        c.sendall(b"[")
        time.sleep(0.1)


def a_header_of_ten_megabytes(c):
    c.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10_000_000 + b"\r\n\r\n{}")


def ten_thousand_headers(c):
    c.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(10_000)) + b"\r\n{}")


def a_compressed_bomb(c):
    c.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


def a_bomb_in_a_bomb(c):
    twice = gzip.compress(BOMB)
    c.sendall(HEAD + b"Content-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(twice) + twice)


def gzip_that_is_none(c):
    c.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")


def deflate_cut_short(c):
    data = zlib.compress(b'{"a": 1}' * 500)[:20]
    c.sendall(HEAD + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(data) + data)


def no_http(c):
    c.sendall(b"220 ftp.example ready\r\n")


def a_status_of_its_own(c):
    c.sendall(b"HTTP/1.1 99999 Whatever\r\nContent-Length: 0\r\n\r\n")


def headers_that_drip(c):
    c.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(80):
        c.sendall(b"a")
        time.sleep(0.1)


def gzip_that_drips(c):
    c.sendall(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10])
    for _ in range(80):
        c.sendall(b"\x00\x00\x00\xff\xff")  # empty blocks: data that unpacks to nothing
        time.sleep(0.1)


def nothing(c):
    c.shutdown(socket.SHUT_RDWR)


def silence(c):
    time.sleep(2)


def json_a_thousand_levels_deep(c):
    c.sendall(HEAD + b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000)


HOSTILE = [
    value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
]
SAYS = {
    lies_long: "broke off",
    endless: "larger than",
    drips: "did not end",
    headers_that_drip: "did not end",
    a_compressed_bomb: "larger than",
    gzip_that_drips: "did not end",
    silence: "no answer within",
}
OTHERS = [(act, protocol) for act in (lies_long, endless, a_compressed_bomb, headers_that_drip, json_a_thousand_levels_deep)
          for protocol in ("soap", "graphql", "json-rpc", "mcp")]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "protocol"),
    [*((act, "rest") for act in HOSTILE), *OTHERS],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_it_is_one_fault_in_bounded_time_and_the_next_system_answers(server, tmp_path, act, protocol):
    passage, began = Passage(), time.monotonic()
    server.answers["POST /fine"] = (200, {}, {"fine": True})
    with raw_server(act) as url:
        hostile = system(url, tmp_path, bounds=BOUNDS, passage=passage, protocol=protocol)
        answer = hostile.request("POST", "/a", body="{}", why=WHY)
    assert answer.seen in (Seen.FAULT, Seen.PATH) and answer.error and time.monotonic() - began < 6
    assert SAYS.get(act, "") in answer.error and len(answer.error) < 400 and len(str(answer.body or "")) <= BOUNDS.body
    assert (
        system(server.url, tmp_path, passage=passage, protocol=protocol).request("POST", "/fine", body="{}", why=WHY).ok
    )


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:9/x",
        "file:///etc/passwd",
        "//evil.example/x",
        "gopher://a/x",
        "data:,x",
        "http://169.254.169.254/latest",
    ],
)
@pytest.mark.parametrize("status", [302, 308])
@pytest.mark.parametrize("protocol", ["rest", "json-rpc"])
def test_no_redirect_leads_elsewhere(server, tmp_path, target, status, protocol):
    server.answers["GET /a"] = server.answers["POST /a"] = (status, {"Location": target}, {})
    for method in ("GET", "POST"):
        answer = system(server.url, tmp_path, protocol=protocol).request(method, "/a", why=WHY)
        assert answer.location == target and "root:" not in str(answer.body)
    assert [r["path"] for r in server.seen] == ["/a", "/a"]


OAUTH = {"agent": {"scheme": "oauth2", "token_url": "/token", "client_id": "me", "client_secret": "${S}"}}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {}, {"access_token": "a\r\nX-Evil: 1"}), "a header carries"),
        ((200, {}, {"access_token": "a" * 100_000}), "a header carries"),
        ((200, {}, {"access_token": {"a": 1}}), "a header carries"),
        ((200, {"Content-Type": "text/html"}, b"<html><input type=password></html>"), "no|token"),
        ((302, {"Location": "http://evil.example/token"}, {}), "refused the client"),
        ((200, {}, b"{" * 3000), "no token"),
        ((500, {}, {}), "no token"),
    ],
)
def test_a_hostile_token_service_is_worded_and_its_token_goes_nowhere(server, tmp_path, answer, says):
    server.answers["POST /token"] = answer
    one = system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "hush"}, bounds=BOUNDS)
    with pytest.raises(CxreadyError, match=says):
        one.request("GET", "/a", why=WHY)
    assert {r["path"] for r in server.seen} == {"/token"}


def test_an_endless_stream_of_events_ends(tmp_path):
    def stream(c):
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            c.sendall(b"event: ping\ndata: {}\n\n")
            time.sleep(0.05)

    (tmp_path / "tools.json").write_text(json.dumps({"tools": [{"name": "find", "inputSchema": {"type": "object"}}]}))
    began = time.monotonic()
    with raw_server(stream) as url:
        answer = system(url, tmp_path, protocol="mcp", description="tools.json", bounds=BOUNDS).call(
            "find", {}, why=WHY
        )
    assert answer.seen is Seen.FAULT and "did not end" in answer.error and time.monotonic() - began < 5


def test_twenty_hostile_answers_at_once_leave_a_healthy_call_alone(server, tmp_path):
    server.answers["GET /fine"] = (200, {}, {"fine": True})
    passage, answers = Passage(), []
    with raw_server(lies_long) as url:
        hostile = system(url, tmp_path, bounds=BOUNDS, passage=passage)
        threads = [
            threading.Thread(target=lambda: answers.append(hostile.request("GET", "/a", why=WHY))) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        assert system(server.url, tmp_path, passage=passage).request("GET", "/fine", why=WHY).ok
        for thread in threads:
            thread.join(30)
    assert len(answers) == 20 and all(a.seen in (Seen.FAULT, Seen.PATH) for a in answers)


def test_a_system_is_healthy_again_when_its_server_is(tmp_path):
    server = Loopback()
    server.answers["GET /a"] = (200, {"Content-Length": "9000"}, {})
    one = system(server.url, tmp_path, bounds=BOUNDS)
    assert one.request("GET", "/a", why=WHY).seen is Seen.FAULT
    server.answers["GET /a"] = (200, {}, {"back": True})
    assert one.request("GET", "/a", why=WHY).body == {"back": True}
    server.close()


def test_an_answer_that_was_read_whole_leaves_its_connection_open_for_the_next(tmp_path):
    came = []

    def twice(c):
        came.append(c)
        for _ in range(2):
            c.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
            c.recv(65_536)

    with raw_server(twice) as url:
        one = system(url, tmp_path, bounds=BOUNDS)
        assert all(one.request("GET", "/a", why=WHY).ok for _ in range(2))
    assert len(came) == 1

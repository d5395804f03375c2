"""Each scheme reaches the wire as its RFC says; tokens are kept, renewed, and never shown."""

import base64
import itertools
from urllib.parse import parse_qs

import pytest
from loopback import WHY, system

from runtime.errors import BadInput, Refused, Unreachable
from runtime.systems.trace import Trace

OAUTH = {
    "agent": {"scheme": "oauth2", "token_url": "/token", "client_id": "me", "client_secret": "${S}", "scope": "read"}
}


def test_basic_and_api_key_are_sent_as_written(server, tmp_path):
    basic = {"agent": {"scheme": "basic", "user": "u", "password": "${P}"}}
    system(server.url, tmp_path, credentials=basic, secrets={"P": "pässword"}).request("GET", "/", why=WHY)
    key = {"agent": {"scheme": "api_key", "header": "X-Custom", "key": "${K}"}}
    system(server.url, tmp_path, credentials=key, secrets={"K": "key-1"}).request("GET", "/", why=WHY)
    assert base64.b64decode(server.seen[0]["headers"]["Authorization"].split()[1]).decode() == "u:pässword"
    assert server.seen[1]["headers"]["X-Custom"] == "key-1"


def test_a_token_is_fetched_once_and_its_lifetime_known(server, tmp_path):
    server.answers["POST /token"] = (200, {}, {"access_token": "tok-1", "expires_in": 900})
    server.answers["GET /a"] = (200, {}, {})
    one = system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "hush-hush"})
    assert one.request("GET", "/a", why=WHY).ok and one.request("GET", "/a", why=WHY).ok
    assert [r["path"] for r in server.seen] == ["/token", "/a", "/a"]
    assert parse_qs(server.seen[0]["body"].decode()) == {"grant_type": ["client_credentials"], "scope": ["read"]}
    assert one.auth.token_lifetime_s == 900 and one.auth.fetched == 1
    assert server.seen[1]["headers"]["Authorization"] == "Bearer tok-1"
    assert one.transport.budget.used == 3


def test_a_token_that_died_early_is_renewed_once(server, tmp_path):
    numbers = itertools.count(1)
    server.answers["POST /token"] = lambda _: (200, {}, {"access_token": f"tok-{next(numbers)}", "expires_in": 900})
    server.answers["GET /a"] = lambda r: (
        (401, {}, {}) if r["headers"]["Authorization"].endswith("tok-1") and len(server.seen) > 2 else (200, {}, {})
    )
    one = system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "hush-hush"})
    assert one.request("GET", "/a", why=WHY).ok
    assert one.request("GET", "/a", why=WHY).ok
    assert one.auth.fetched == 2


def test_a_first_token_that_is_refused_is_not_renewed(server, tmp_path):
    server.answers["POST /token"] = (200, {}, {"access_token": "tok-1"})
    server.answers["GET /a"] = (401, {}, {})
    one = system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "hush-hush"})
    assert one.request("GET", "/a", why=WHY).status == 401
    assert len(server.seen) == 2 and one.auth.token_lifetime_s is None


def test_after_two_failed_sign_ins_no_third_is_tried(server, tmp_path):
    server.answers["POST /token"] = (401, {}, {"error": "invalid_client"})
    one = system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "wrong-one"})
    for _ in range(2):
        with pytest.raises(BadInput, match="invalid_client"):
            one.request("GET", "/a", why=WHY)
    with pytest.raises(Refused, match="lock the account"):
        one.request("GET", "/a", why=WHY)
    assert len(server.seen) == 2


def test_a_dead_token_service_is_unreachable(tmp_path):
    dead = {"agent": {**OAUTH["agent"], "token_url": "http://127.0.0.1:9/token"}}
    with pytest.raises(Unreachable, match="no token"):
        system("http://127.0.0.1:9", tmp_path, credentials=dead, secrets={"S": "hush-hush"}).request(
            "GET", "/", why=WHY
        )


def test_no_credential_is_found_in_trace_or_exchange(server, tmp_path):
    server.answers["POST /token"] = (200, {}, {"access_token": "canary-token", "expires_in": 900})
    server.answers["GET /a"] = (
        200,
        {},
        {"echo": "Bearer canary-token and canary-secret", "note": base64.b64encode(b"canary-secret").decode()},
    )
    trace = Trace(tmp_path / "t.sqlite")
    answer = system(server.url, tmp_path, trace=trace, credentials=OAUTH, secrets={"S": "canary-secret"}).request(
        "GET", "/a", why=WHY
    )
    trace.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.glob("t.sqlite*"))
    assert b"canary" not in raw and base64.b64encode(b"canary-secret") not in raw
    assert "canary" not in str(answer.sent_headers)


def test_a_holder_without_credential_is_named(server, tmp_path):
    with pytest.raises(BadInput, match="no credential for the holder audit"):
        system(server.url, tmp_path, credentials=OAUTH, secrets={"S": "hush-hush"}, holder="audit")

"""Grants and proofs of OAuth 2.0 against a token service that checks signatures and takes a used refresh token for theft."""

import json
import threading
import time

import keyring
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from keyring.backend import KeyringBackend
from loopback import WHY, system
from pydantic import ValidationError
from token_service import TokenService

from runtime.errors import BadInput, Refused
from runtime.systems.passage import Passage
from runtime.systems.settings import Credential
from runtime.systems.trace import Trace

OAUTH = {"scheme": "oauth2", "token_url": "/token", "client_id": "agent"}
KEYED = {**OAUTH, "private_key": "${KEY}"}
REFRESH = {**OAUTH, "grant": "refresh_token", "refresh_token": "${R}"}


@pytest.fixture(scope="module")
def keys():
    return {
        "RS256": RSAKey.generate_key(2048),
        "ES256": ECKey.generate_key("P-256"),
        "ES384": ECKey.generate_key("P-384"),
        "EdDSA": OKPKey.generate_key("Ed25519"),
    }


def connected(server, folder, credential, **more):
    server.answers.setdefault("GET /a", (200, {}, {}))
    return system(server.url, folder, credentials={"agent": credential}, **more)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "ES384", "EdDSA"])
def test_a_signed_assertion_stands_for_the_secret(server, tmp_path, keys, algorithm):
    service = TokenService(server, {"agent": keys[algorithm]})
    pem = keys[algorithm].as_pem(private=True).decode()
    one = connected(server, tmp_path, {**KEYED, "key_id": "2026-11"}, secrets={"KEY": pem})
    assert one.request("GET", "/a", why=WHY).ok
    sent = service.headers[0]
    assert (sent["alg"], sent["kid"], sent["sub"], sent["exp"] - sent["iat"]) == (algorithm, "2026-11", "agent", 120)
    assert "Authorization" not in server.seen[0]["headers"]


def test_each_assertion_is_another_one(server, tmp_path, keys):
    service = TokenService(server, {"agent": keys["ES256"]})
    one = connected(server, tmp_path, KEYED, secrets={"KEY": keys["ES256"].as_pem(private=True).decode()})
    one.request("GET", "/a", why=WHY)
    one.auth.renew()
    assert one.request("GET", "/a", why=WHY).ok and len(service.ids) == 2


@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_a_key_may_lie_in_a_file(server, tmp_path, keys, form):
    TokenService(server, {"agent": keys["ES256"]})
    key = keys["ES256"]
    text = (
        key.as_pem(private=True).decode() if form == "pem" else json.dumps({**key.as_dict(private=True), "kid": "k1"})
    )
    (tmp_path / "agent.key").write_text(text)
    assert connected(server, tmp_path, {**OAUTH, "private_key": "agent.key"}).request("GET", "/a", why=WHY).ok


def test_a_wrong_key_is_refused_and_not_tried_a_third_time(server, tmp_path, keys):
    TokenService(server, {"agent": keys["RS256"]})
    one = connected(server, tmp_path, KEYED, secrets={"KEY": keys["ES256"].as_pem(private=True).decode()})
    for _ in range(2):
        with pytest.raises(BadInput, match="invalid_client") as said:
            one.request("GET", "/a", why=WHY)
        assert "public key" in said.value.do
    with pytest.raises(Refused, match="lock the account"):
        one.request("GET", "/a", why=WHY)


@pytest.mark.parametrize(
    ("key", "more", "says"),
    [
        ("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----", {}, "cannot be read"),
        ("{broken", {}, "neither PEM nor JWK"),
        ("gone.pem", {}, "cannot be read"),
        ("PUBLIC", {}, "public key"),
        ("EC", {"algorithm": "RS256"}, "does not sign with RS256"),
    ],
)
def test_a_key_that_cannot_sign_is_named_before_anything_is_sent(server, tmp_path, keys, key, more, says):
    text = {"PUBLIC": keys["ES256"].as_pem(private=False), "EC": keys["ES256"].as_pem(private=True)}.get(
        key, key.encode()
    )
    with pytest.raises(BadInput, match=says) as said:
        connected(server, tmp_path, {**KEYED, **more}, secrets={"KEY": text.decode()})
    assert "credentials.agent.private_key" in said.value.where and server.seen == []


def test_an_assertion_can_be_the_grant_itself(server, tmp_path, keys):
    service = TokenService(server, {"agent": keys["RS256"]})
    credential = {**KEYED, "grant": "jwt_bearer", "subject": "integration@example.org"}
    one = connected(server, tmp_path, credential, secrets={"KEY": keys["RS256"].as_pem(private=True).decode()})
    assert one.request("GET", "/a", why=WHY).ok
    assert {"integration@example.org", "agent"} == {h["sub"] for h in service.headers} | {
        h["iss"] for h in service.headers
    }


def test_a_rotated_refresh_token_is_used_once_by_all_connections_of_a_run(server, tmp_path):
    service, passage = TokenService(server, refresh="refresh-0"), Passage()
    both = [connected(server, tmp_path, REFRESH, secrets={"R": "refresh-0"}, passage=passage) for _ in range(2)]
    threads = [
        threading.Thread(target=one.request, args=("GET", "/a"), kwargs={"why": WHY}) for one in both for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in both:
        one.auth.renew()
        assert one.request("GET", "/a", why=WHY).ok
    assert not service.family_dead and passage.refresh_tokens.rotated == {"${R}": 4}


def test_a_refresh_token_that_stays_is_used_again(server, tmp_path):
    TokenService(server, refresh="refresh-0", rotates=False)
    one = connected(server, tmp_path, REFRESH, secrets={"R": "refresh-0"})
    one.request("GET", "/a", why=WHY)
    one.auth.renew()
    assert one.request("GET", "/a", why=WHY).ok and one.auth.fetched == 2


class KeyStore(KeyringBackend):
    """A store of its own, in memory."""

    priority = 1

    def __init__(self):
        self.values = {}

    def get_password(self, service, username):
        return self.values.get((service, username))

    def set_password(self, service, username, password):
        self.values[(service, username)] = password


def test_a_rotated_token_of_the_key_store_is_there_for_the_next_run(server, tmp_path):
    store, before = KeyStore(), keyring.get_keyring()
    store.set_password("crm", "agent", "refresh-0")
    service = TokenService(server, refresh="refresh-0")
    credential = {**REFRESH, "refresh_token": "keyring:crm/agent"}
    keyring.set_keyring(store)
    try:
        for _ in range(2):  # two runs: nothing is shared but the key store
            assert connected(server, tmp_path, credential).request("GET", "/a", why=WHY).ok
    finally:
        keyring.set_keyring(before)
    assert store.values[("crm", "agent")] == service.valid_refresh and not service.family_dead


def test_a_rotated_token_of_the_environment_is_said_to_be_lost(server, tmp_path, caplog):
    TokenService(server, refresh="refresh-0")
    connected(server, tmp_path, REFRESH, secrets={"R": "refresh-0"}).request("GET", "/a", why=WHY)
    assert "write it as keyring" in caplog.text and "refresh-1" not in caplog.text


def test_a_used_up_refresh_token_says_what_to_do(server, tmp_path):
    TokenService(server, refresh="refresh-9")
    with pytest.raises(BadInput, match="invalid_grant") as said:
        connected(server, tmp_path, REFRESH, secrets={"R": "refresh-0"}).request("GET", "/a", why=WHY)
    assert "sign in once more" in said.value.do


def test_the_lifetime_is_measured_where_a_token_dies_before_its_time(server, tmp_path, keys):
    TokenService(server, {"agent": keys["ES256"]})
    server.answers["GET /a"] = lambda r: (
        (401, {}, {}) if "tok-1" in r["headers"]["Authorization"] and len(server.seen) > 2 else (200, {}, {})
    )
    one = connected(server, tmp_path, KEYED, secrets={"KEY": keys["ES256"].as_pem(private=True).decode()})
    assert one.request("GET", "/a", why=WHY).ok and one.auth.token_lifetime_s == 900
    time.sleep(0.2)
    assert one.request("GET", "/a", why=WHY).ok
    assert 0.2 <= one.auth.died_after_s < 10 and one.auth.token_lifetime_s == one.auth.died_after_s


@pytest.mark.parametrize("protocol", ["json-rpc", "graphql", "mcp"])
def test_a_token_that_died_is_renewed_on_every_protocol(server, tmp_path, protocol):
    TokenService(server, refresh="r", rotates=False)
    server.answers["POST /a"] = lambda r: (
        (401, {}, {}) if "tok-1" in r["headers"]["Authorization"] and len(server.seen) > 2 else (200, {}, {})
    )
    one = connected(server, tmp_path, REFRESH, secrets={"R": "r"}, protocol=protocol)
    assert [one.request("POST", "/a", body={}, why=WHY).ok for _ in range(2)] == [True, True] and one.auth.fetched == 2


def test_a_secret_may_go_into_the_form(server, tmp_path):
    server.answers["POST /token"] = (200, {}, {"access_token": "t"})
    credential = {**OAUTH, "client_secret": "${S}", "client_auth": "secret_post"}
    assert connected(server, tmp_path, credential, secrets={"S": "canary"}).request("GET", "/a", why=WHY).ok
    assert b"client_secret=canary" in server.seen[0]["body"] and "Authorization" not in server.seen[0]["headers"]


def test_no_key_assertion_or_refresh_token_is_written_down(server, tmp_path, keys):
    TokenService(server, {"agent": keys["ES256"]}, refresh="refresh-0-canary")
    pem = keys["ES256"].as_pem(private=True).decode()
    trace = Trace(tmp_path / "t.sqlite")
    credential = {**KEYED, "grant": "refresh_token", "refresh_token": "${R}"}
    server.answers["GET /a"] = lambda r: (200, {}, {"echo": r["headers"]["Authorization"]})
    connected(server, tmp_path, credential, secrets={"KEY": pem, "R": "refresh-0-canary"}, trace=trace).request(
        "GET", "/a", why=WHY
    )
    trace.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.glob("t.sqlite*"))
    assert b"canary" not in raw and b"PRIVATE KEY" not in raw and b"client_assertion" not in raw and b"tok-" not in raw


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "client_secret, or private_key"),
        ({"client_secret": "${S}", "private_key": "${K}"}, "write one of them"),
        ({"grant": "refresh_token"}, "refresh_token"),
        ({"grant": "jwt_bearer", "client_secret": "${S}"}, "private_key, subject"),
        ({"client_secret": "plain"}, "only by reference"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----"}, "only by reference"),
    ],
)
def test_a_credential_that_lacks_something_says_what(given, says):
    with pytest.raises(ValidationError, match=says):
        Credential.model_validate({**OAUTH, **given})

"""An account sees two failed sign-ins at most, over all connections, holders and runs; a new secret is tried at once."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from loopback import WHY, system

from runtime.errors import BadInput
from runtime.systems import sign_ins
from runtime.systems.passage import Passage
from runtime.systems.settings import Network
from runtime.systems.sign_ins import Account, SignInFailed, SignIns, SignInsSpent
from tests.harness.corporate_proxy import CorporateProxy

ADA = Account("https://id.example/token", "ada", "wr0ng-secret", "systems.crm.credentials.agent.client_secret (${X})")
BASIC = {"agent": {"scheme": "basic", "user": "ada", "password": "${P}"}}
OAUTH = {"scheme": "oauth2", "token_url": "/token", "client_id": "agent", "client_secret": "${S}"}


def test_a_third_failure_is_refused_in_later_runs_too_and_the_secret_is_not_kept(tmp_path):
    place = tmp_path / "sign-ins.sqlite"
    SignIns(place).failed(ADA)
    SignIns(place).check(ADA, "crm")
    SignIns(place).failed(ADA)
    with pytest.raises(SignInsSpent, match="a third could lock the account") as stopped:
        SignIns(place).check(ADA, "crm")
    assert "${X}" in str(stopped.value) and "wr0ng" not in str(stopped.value)
    assert b"wr0ng" not in place.read_bytes() and "wr0ng" not in repr(ADA)


def test_another_secret_is_tried_at_once_and_the_same_one_half_an_hour_later(tmp_path, monkeypatch):
    known = SignIns(tmp_path / "sign-ins.sqlite")
    known.failed(ADA)
    known.failed(ADA)
    known.check(Account(ADA.place, ADA.user, "the right one", ADA.shown), "crm")

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + timedelta(minutes=31)

    monkeypatch.setattr(sign_ins, "datetime", Later)
    known.check(ADA, "crm")


def test_a_right_that_is_lacking_after_the_account_was_accepted_is_no_failure():
    known = SignIns()
    known.passed(ADA)
    for _ in range(5):
        known.failed(ADA)
    known.check(ADA, "crm")


def test_a_wrong_password_reaches_the_system_twice_over_several_connections(server, tmp_path):
    server.answers["GET /x"] = (401, {"WWW-Authenticate": "Basic"}, {"title": "no"})
    passage = Passage()
    for _ in range(2):
        system(server.url, tmp_path, credentials=BASIC, secrets={"P": "wrong-password"}, passage=passage).request(
            "GET", "/x", why=WHY
        )
    with pytest.raises(SignInsSpent, match="sign-ins as ada failed"):
        system(server.url, tmp_path, credentials=BASIC, secrets={"P": "wrong-password"}, passage=passage).request(
            "GET", "/x", why=WHY
        )
    assert len(server.seen) == 2


def test_a_refused_client_reaches_the_token_service_twice_over_all_holders(server, tmp_path):
    server.answers["POST /token"] = (401, {}, {"error": "invalid_client"})
    passage, stopped = Passage(), []
    for holder in ("agent", "audit", "agent", "enforcer"):
        one = system(
            server.url, tmp_path, holder=holder, credentials=dict.fromkeys(("agent", "audit", "enforcer"), OAUTH),
            secrets={"S": "wrong-secret"}, passage=passage,
        )  # fmt: skip
        with pytest.raises((SignInFailed, SignInsSpent)) as stop:
            one.request("GET", "/x", why=WHY)
        stopped.append(type(stop.value))
    assert stopped == [SignInFailed, SignInFailed, SignInsSpent, SignInsSpent]
    assert [r["path"] for r in server.seen] == ["/token", "/token"]


def test_a_wrong_password_for_the_proxy_is_said_to_it_twice(server, tmp_path):
    server.answers["GET /x"] = (200, {}, {})
    with CorporateProxy({"billing.corp.example": server.url}, password=("ada", "right")) as proxy:
        passage = Passage()

        def ask(password):
            way = Network(proxy=proxy.url_with("ada", password))
            return system("http://billing.corp.example", tmp_path, network=way, passage=passage).request(
                "GET", "/x", why=WHY
            )

        assert [ask("wrong").seen.value for _ in range(2)] == ["path", "path"]
        with pytest.raises(SignInsSpent, match="sign-ins as ada failed"):
            ask("wrong")
        assert proxy.sign_ins == [f"Basic {base64.b64encode(b'ada:wrong').decode()}"] * 2
        assert ask("right").ok


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a=1; b=2\n", "line break or control character at its end"),
        ("a\r\nX-Evil: 1", "line break"),
        ("gehe\u2028im", "no header"),
    ],
)
def test_a_cookie_that_no_header_carries_is_named_before_anything_is_sent(server, tmp_path, value, said):
    with pytest.raises(BadInput, match=said) as stopped:
        system(
            server.url,
            tmp_path,
            credentials={"agent": {"scheme": "session", "token": "${COOKIE}"}},
            secrets={"COOKIE": value},
        )
    assert "systems.billing.credentials.agent.token" in str(stopped.value) and "geheim" not in str(stopped.value)
    assert not server.seen

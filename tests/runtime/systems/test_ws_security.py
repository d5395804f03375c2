"""A WS-Security UsernameToken against a SOAP server that checks digest, nonce, time and text, as the profile says."""

import base64
import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback import WHY, settings, system
from lxml import etree
from pydantic import ValidationError

from runtime.errors import Refused
from runtime.systems.exchange import Seen
from runtime.systems.trace import Trace

DEMO = Path(__file__).parents[3] / "templates/demo/descriptions/usage.wsdl"
PASSWORD = "canary-wörd"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
ANSWER = ENVELOPE.format(
    '<getUsageResponse xmlns="urn:northwind:usage:1"><account>A-1</account><from>2026-10-01T00:00:00Z</from>'
    "<to>2026-11-01T00:00:00Z</to></getUsageResponse>"
)
FAULT = ENVELOPE.format(
    f'<e:Fault xmlns:w="{WSS}wssecurity-secext-1.0.xsd"><faultcode>w:FailedAuthentication</faultcode>'
    "<faultstring>no</faultstring></e:Fault>"
)


class Checking:
    """Takes a message once, with a fresh time and the right password."""

    def __init__(self, server):
        self.nonces, self.why, self.server = set(), [], server
        server.answers["POST /usage"] = self.answer

    def answer(self, request):
        wrong = self._wrong(etree.fromstring(request["body"]))
        self.why.append(wrong)
        return (500 if wrong else 200), {"Content-Type": "text/xml"}, (FAULT if wrong else ANSWER).encode()

    def _wrong(self, envelope):
        found = envelope.find(".//{*}Header/{*}Security/{*}UsernameToken")
        if found is None:
            return "no token"
        password, kind = found.findtext("{*}Password"), found.find("{*}Password").get("Type")
        if found.findtext("{*}Username") != "agent":
            return "user"
        if kind == f"{WSS}username-token-profile-1.0#PasswordText":
            return "" if password == PASSWORD else "text"
        nonce, created = base64.b64decode(found.findtext("{*}Nonce")), found.findtext("{*}Created")
        if nonce in self.nonces:
            return "replay"
        self.nonces.add(nonce)
        age = (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds()
        digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + PASSWORD.encode()).digest()).decode()
        return "" if digest == password and created.endswith("Z") and -5 < age < 300 else "digest or time"


def usage(server, folder, password=PASSWORD, trace=None, **more):
    shutil.copy(DEMO, folder / "usage.wsdl")
    credential = {"scheme": "ws_security", "user": "agent", "password": "${P}", **more}
    return system(
        server.url + "/usage", folder, protocol="soap", description="usage.wsdl", credentials={"agent": credential},
        secrets={"P": password}, trace=trace,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["digest", "text"])
def test_each_message_carries_a_token_of_its_own(server, tmp_path, kind):
    checking, one = Checking(server), usage(server, tmp_path, password_type=kind)
    answers = [one.call("getUsage", {"account": "A-1"}, why=WHY) for _ in range(3)]
    assert checking.why == ["", "", ""] and all(a.ok for a in answers)
    assert len(checking.nonces) == (3 if kind == "digest" else 0)


def test_a_message_that_is_sent_once_more_has_a_token_of_its_own(server, tmp_path):
    checking, one = Checking(server), usage(server, tmp_path)
    throttled = iter([True])

    def first_throttled(request):
        answer = checking.answer(request)  # the token was taken before the throttle spoke
        return (429, {"Retry-After": "0"}, b"") if next(throttled, False) else answer

    server.answers["POST /usage"] = first_throttled
    assert one.call("getUsage", {"account": "A-1"}, why=WHY).ok and checking.why == ["", ""]


def test_a_timestamp_is_added_where_a_policy_asks_for_it(server, tmp_path):
    checking, one = Checking(server), usage(server, tmp_path, timestamp=True)
    assert one.call("getUsage", {"account": "A-1"}, why=WHY).ok and checking.why == [""]
    stamp = etree.fromstring(server.seen[0]["body"]).find(".//{*}Security/{*}Timestamp")
    times = [datetime.fromisoformat(stamp.findtext("{*}" + name)) for name in ("Created", "Expires")]
    assert (times[1] - times[0]).total_seconds() == 300


def test_a_wrong_password_is_a_refusal_and_not_tried_a_third_time(server, tmp_path):
    checking, one = Checking(server), usage(server, tmp_path, password="another")
    for _ in range(2):
        answer = one.call("getUsage", {"account": "A-1"}, why=WHY)
        assert answer.seen is Seen.REFUSED and answer.body["fault"] == "FailedAuthentication"
    with pytest.raises(Refused, match="lock the account"):
        one.call("getUsage", {"account": "A-1"}, why=WHY)
    assert checking.why == ["digest or time"] * 2


@pytest.mark.parametrize("kind", ["digest", "text"])
def test_the_password_is_nowhere_but_in_the_message(server, tmp_path, kind):
    trace = Trace(tmp_path / "t.sqlite")
    Checking(server)
    answer = usage(server, tmp_path, trace=trace, password_type=kind).call("getUsage", {"account": "A-1"}, why=WHY)
    trace.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.glob("t.sqlite*"))
    assert b"canary" not in raw and "canary" not in str(answer)


def test_a_token_in_messages_is_for_soap_only():
    with pytest.raises(ValidationError, match="stands in SOAP messages"):
        settings("http://a", credentials={"agent": {"scheme": "ws_security", "user": "a", "password": "${P}"}})

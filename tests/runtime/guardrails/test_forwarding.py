"""What happens to a write after the decision: once, whatever protocol, whatever restarts, and nothing hides behind a fault of ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from probes.derive.stand_in import SECRETS, StandIn, estate_at, stand_in
from runtime import decision_log
from runtime.errors import BadInput, Refused
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy import SECRET, TOKEN, RunningProxy, serve
from runtime.systems.settings import Environment, SystemSettings
from tests.runtime.guardrails.described import described_estate

ACCOUNT = "A-1"
CREDIT = {"account_id": ACCOUNT, "amount": "12.40", "currency": "EUR"}
NAMED = {TOKEN: "token-of-the-run", SECRET: "secret-of-the-run"}


@pytest.fixture
def system() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def estate(system: StandIn, tmp_path: Path) -> Estate:
    return estate_at(described_estate(tmp_path), system.url)


@contextmanager
def serving(estate: Estate, folder: Path, **more: Any) -> Iterator[RunningProxy]:
    running = serve(estate, folder=folder, secrets={**SECRETS, **NAMED}, **more)
    try:
        yield running
    finally:
        running.close()


def send(
    proxy: RunningProxy, path: str = "/billing/credits", body: Any = CREDIT, case: str = "case-1", **headers: str
) -> requests.Response:
    about = CaseContext(workflow="dispute", case=case, customer=ACCOUNT)
    with requests.Session() as session:
        session.trust_env = False
        return session.post(proxy.url + path, json=body, headers={**proxy.headers(about), **headers}, timeout=20)


def spent(path: Path) -> int:
    looked = Ask("look", "", "issue_credit", "billing.createCredit", ACCOUNT, "EUR", 0)
    return BudgetLedger(path / "budgets.sqlite").totals(looked).spent_customer


def test_a_repeated_call_gets_its_first_answer_also_after_a_restart(
    estate: Estate, system: StandIn, tmp_path: Path
) -> None:
    key = {"Idempotency-Key": "k-1"}
    with serving(estate, tmp_path) as proxy:
        first = send(proxy, **key)
    with serving(estate, tmp_path) as proxy:
        again = send(proxy, **key)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert len(system.arrived) == 1 and spent(tmp_path) == 1_240


def test_a_write_that_moves_no_money_is_not_repeated_either(estate: Estate, system: StandIn, tmp_path: Path) -> None:
    with serving(estate, tmp_path) as proxy:
        answers = [
            send(proxy, f"/billing/accounts/{ACCOUNT}/notes", {"reason": "called back"}, **{"Idempotency-Key": "n-1"})
            for _ in range(2)
        ]
    assert [a.status_code for a in answers] == [201, 201] and len(system.arrived) == 1


def test_two_proxies_of_one_folder_share_token_totals_and_answers(
    estate: Estate, system: StandIn, tmp_path: Path
) -> None:
    with serving(estate, tmp_path) as one, serving(estate, tmp_path) as two:
        assert (one.token, one.secret) == (two.token, two.secret)
        first, second = (send(proxy, **{"Idempotency-Key": "k-2"}) for proxy in (one, two))
        assert first.json() == second.json() and len(system.arrived) == 1
        another = send(two, **{"Idempotency-Key": "k-3"})
    assert another.json()["rule"] == "issue_credit.equal_write", "an equal write under a new key is asked about"


def test_a_call_that_passed_one_proxy_is_refused_by_the_next(estate: Estate, system: StandIn, tmp_path: Path) -> None:
    with serving(estate, tmp_path / "behind") as behind:
        in_front = estate_at(estate, f"{behind.url}/billing")
        with serving(in_front, tmp_path / "front") as front:
            answer = send(front)
    assert answer.status_code == 508 and "one write, one decision" in answer.json()["reason"]
    assert system.arrived == []


def test_what_goes_out_says_that_it_passed(estate: Estate, system: StandIn, tmp_path: Path) -> None:
    from runtime.systems.trace import Trace

    seen: list[Any] = []
    trace = Trace.memory()
    record = trace.record
    trace.record = lambda exchange: (seen.append(exchange), record(exchange))[1]  # type: ignore[method-assign]
    with serving(estate, tmp_path, trace=trace) as proxy:
        send(proxy)
    sent = seen[-1]
    assert sent.sent_headers["Via"] == "1.1 cxready" and sent.sent_headers["Idempotency-Key"]


def test_log_only_lets_through_and_counts_what_it_would_not_have_allowed(
    estate: Estate, system: StandIn, tmp_path: Path
) -> None:
    with serving(estate, tmp_path, mode="log_only") as proxy:
        over = send(proxy, body={**CREDIT, "amount": "74.50"})
        unknown = send(proxy, "/billing/batch", {})
        KillSwitch(tmp_path).turn_on("person-1", "test")
        stopped = send(proxy, body={**CREDIT, "amount": "1.00"})
    assert over.status_code == 201 and over.headers["X-Cxready-Decision"] == "act"
    assert unknown.status_code == 404 and stopped.json()["rule"] == "kill_switch"
    assert len(system.arrived) == 1 and spent(tmp_path) == 7_450, (
        "what left counts, so that limits begin with true totals"
    )
    row = decision_log.rows(decision_log.connect(tmp_path / "pilot.sqlite"), "case-1")[0]
    assert (row.decision, row.detail["mode"], row.detail["passed"]) == ("escalate", "log_only", True)


def test_a_pilot_never_trusts_its_own_records(estate: Estate, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        serve(estate, folder=tmp_path, secrets=SECRETS, trusts_signed_records=True, for_pilot=True)


def test_a_port_that_is_taken_is_an_error_with_its_place(estate: Estate, tmp_path: Path) -> None:
    with serving(estate, tmp_path) as proxy, pytest.raises(BadInput, match="cannot listen"):
        serve(estate, folder=tmp_path, secrets=SECRETS, port=int(proxy.url.rpartition(":")[2]))


def test_what_cannot_be_logged_is_not_sent(
    estate: Estate, system: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(estate, tmp_path) as proxy:
        with monkeypatch.context() as broken:
            broken.setattr(decision_log, "_insert", _full)
            refused = send(proxy)
        assert refused.status_code >= 500 and system.arrived == [] and spent(tmp_path) == 0
        assert send(proxy).status_code == 201


def test_a_fault_after_the_write_does_not_deny_what_was_done(
    estate: Estate, system: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(estate, tmp_path) as proxy:
        monkeypatch.setattr(BudgetLedger, "commit", _full)
        answer = send(proxy)
    assert answer.status_code == 201 and len(system.arrived) == 1
    assert spent(tmp_path) == 1_240, "the reservation goes on counting"


def test_an_error_says_nothing_of_token_and_secret(estate: Estate, tmp_path: Path) -> None:
    with serving(estate, tmp_path) as proxy:
        assert proxy.token not in repr(proxy) and proxy.secret not in repr(proxy)


def test_a_soap_write_is_decided_and_sent_as_an_envelope(tmp_path: Path) -> None:
    with books() as (url, seen):
        (tmp_path / "books.wsdl").write_text(WSDL, encoding="utf-8")
        settings = SystemSettings(
            role="billing",
            protocol="soap",
            description="books.wsdl",
            environments={"staging": Environment(url=f"{url}/books")},
        )
        pays = {
            "does": "create",
            "money_out": {"field": "amount", "currency": {"field": "currency"}},
            "customer": {"field": "account_id"},
        }
        estate = described_estate(tmp_path, books=(settings, {"BooksPort.payOut": pays}))
        with serving(estate, tmp_path / "state") as proxy:
            paid = send(proxy, "/books/BooksPort.payOut")
            over = send(proxy, "/books/BooksPort.payOut", {**CREDIT, "amount": "50.01"})
            wrong = send(proxy, "/books/BooksPort.payOut", {**CREDIT, "amount": "3.00", "note": "x"})
            other = [send(proxy, path) for path in ("/books/payOut", "/books/books", "/books/BooksPort.getBook")]
            with_method = requests.put(
                f"{proxy.url}/books/BooksPort.payOut", json=CREDIT, headers=proxy.headers(_about()), timeout=20
            )
            refused = send(proxy, "/books/BooksPort.payOut", {**CREDIT, "amount": "6.66"})
        assert paid.status_code == 200 and paid.json() == {"result": "P-1"}
        assert over.json()["reason"] == "50.01 EUR is above the limit of 50.00 EUR for issue_credit"
        assert wrong.json()["decision"] == "refuse" and [a.status_code for a in other] == [404, 404, 404]
        assert with_method.status_code == 404 and refused.json()["fault"] == "Client"
    assert len(seen) == 2 and b"<ns0:amount>12.40</ns0:amount>" in seen[0]
    assert spent(tmp_path / "state") == 1_240, "a fault of the caller's is a no: its amount is given back"


def _about() -> CaseContext:
    return CaseContext(workflow="dispute", case="case-1", customer=ACCOUNT)


def _full(*_: Any, **__: Any) -> None:
    raise sqlite3.OperationalError("database or disk is full")


@contextmanager
def books() -> Iterator[tuple[str, list[bytes]]]:
    """A SOAP service that pays everything but 6.66."""
    seen: list[bytes] = []
    envelope = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
    done = envelope.format('<payOutResponse xmlns="urn:books"><id>P-1</id></payOutResponse>')
    no = envelope.format("<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            refuses = b"6.66" in seen[-1]
            body = (no if refuses else done).encode()
            self.send_response(500 if refuses else 200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


_FIELDS = "".join(f'<xsd:element name="{name}" type="xsd:string"/>' for name in ("account_id", "amount", "currency"))
WSDL = f"""<?xml version="1.0"?>
<wsdl:definitions name="Books" targetNamespace="urn:books" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:books">
  <wsdl:types><xsd:schema targetNamespace="urn:books" elementFormDefault="qualified">
    <xsd:element name="payOut"><xsd:complexType><xsd:sequence>{_FIELDS}</xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="payOutResponse"><xsd:complexType><xsd:sequence><xsd:element name="id" type="xsd:string"/>
    </xsd:sequence></xsd:complexType></xsd:element></xsd:schema></wsdl:types>
  <wsdl:message name="in"><wsdl:part name="body" element="tns:payOut"/></wsdl:message>
  <wsdl:message name="out"><wsdl:part name="body" element="tns:payOutResponse"/></wsdl:message>
  <wsdl:portType name="BooksPort"><wsdl:operation name="payOut"><wsdl:input message="tns:in"/>
    <wsdl:output message="tns:out"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="BooksBinding" type="tns:BooksPort">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="payOut"><soap:operation soapAction="urn:books#payOut"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation></wsdl:binding>
  <wsdl:service name="BooksService"><wsdl:port name="BooksPort" binding="tns:BooksBinding">
    <soap:address location="https://books.example/books"/></wsdl:port></wsdl:service>
</wsdl:definitions>
"""

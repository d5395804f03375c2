"""The SOAP service through zeep, and past it with hostile envelopes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests
import zeep
from requests.auth import HTTPBasicAuth


@pytest.fixture
def service(estate):
    session = requests.Session()
    session.trust_env = False
    session.auth = HTTPBasicAuth("usage-agent", estate.environment()["USAGE_AGENT_PASSWORD"])
    client = zeep.Client(f"{estate.urls['usage']}/usage?wsdl", transport=zeep.Transport(session=session))
    return client.service


def test_sessions_and_charges_carry_the_contract_of_the_crm(service, call):
    usage = service.getUsage(account="A-10234")
    contract = call("crm", "agent")("GET", "/customers/A-10234/contract").json()["contract_id"]
    assert len(usage.sessions) > 5
    assert {each.contract_id for each in [*usage.sessions, *usage.charges]} == {contract}
    assert [charge.amount for charge in usage.charges] == [Decimal("24.80")]


def test_nothing_was_recorded_while_the_logger_was_down(service):
    status = service.getLoggingStatus()
    (outage,) = status.outages
    assert status.hours_down == Decimal(120)
    overlapping = [
        s for s in service.getUsage(account="A-10234").sessions if s.start < outage.to and s.end > outage["from"]
    ]
    assert overlapping == []


def test_an_interval_cuts_the_outage(service):
    month = service.getLoggingStatus()["from"]
    start = datetime(month.year, month.month, 13, 0, tzinfo=UTC)
    end = datetime(month.year, month.month, 14, 0, tzinfo=UTC)
    assert service.getLoggingStatus(**{"from": start, "to": end}).hours_down == Decimal(18)


def test_an_unknown_account_is_a_typed_fault(service):
    with pytest.raises(zeep.exceptions.Fault, match="not known") as fault:
        service.getUsage(account="A-1")
    assert fault.value.code == "soap:Client"
    assert fault.value.detail[0].tag == "{urn:northwind:usage:1}unknownAccount"


def test_without_a_password_there_is_no_answer(estate):
    answer = requests.post(f"{estate.urls['usage']}/usage", data="<x/>", auth=("usage-agent", "wrong"), timeout=10)
    assert answer.status_code == 401 and b"faultstring" in answer.content


@pytest.mark.parametrize(
    "body", ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a>", "<a/>", "", '<?xml version="1.0"?><!-- x --><a/>']
)
def test_hostile_or_broken_envelopes_end_as_faults(estate, body):
    auth = ("usage-agent", estate.environment()["USAGE_AGENT_PASSWORD"])
    answer = requests.post(f"{estate.urls['usage']}/usage", data=body, auth=auth, timeout=10)
    assert answer.status_code == 500
    assert b"faultstring" in answer.content

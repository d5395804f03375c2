"""A SOAP system answers like any other: plain values in and out, faults as refusals, nothing fetched from anywhere."""

import shutil
from pathlib import Path

import pytest
from loopback import WHY, settings, system

from runtime.errors import BadInput
from runtime.systems.exchange import Seen
from runtime.systems.surface_reader import load_surface
from runtime.systems.wsdl_census import census

DEMO = Path(__file__).parents[3] / "templates/demo/descriptions/usage.wsdl"
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
ANSWER = ENVELOPE.format(
    '<getUsageResponse xmlns="urn:northwind:usage:1"><account>A-1</account><from>2026-10-01T00:00:00Z</from><to>2026-11-01T00:00:00Z</to>'
    "</getUsageResponse>"
).encode()
FAULT = ENVELOPE.format("<e:Fault><faultcode>e:{}</faultcode><faultstring>no</faultstring>{}</e:Fault>")
XML = {"Content-Type": "text/xml"}


@pytest.fixture
def usage(server, tmp_path):
    if not DEMO.exists():
        pytest.skip("the demo's WSDL is not there yet")
    shutil.copy(DEMO, tmp_path / "usage.wsdl")
    return system(server.url + "/usage", tmp_path, protocol="soap", description="usage.wsdl")


@pytest.mark.parametrize("name", ["UsagePort.getUsage", "getUsage", "GETUSAGE", "usageport.getusage"])
def test_an_operation_is_found_by_its_canonical_and_its_plain_name(server, usage, name):
    server.answers["POST /usage"] = (200, XML, ANSWER)
    answer = usage.call(name, {"account": "A-1", "from": "2026-10-01T00:00:00+00:00"}, why=WHY)
    assert answer.ok and answer.operation == "UsagePort.getUsage"
    assert (
        answer.body["account"] == "A-1"
        and answer.body["from"] == "2026-10-01T00:00:00+00:00"
        and answer.body["sessions"] == []
    )
    assert b"<ns0:account>A-1</ns0:account>" in server.seen[0]["body"]


def test_a_client_fault_is_a_refusal_and_a_bare_server_fault_a_fault(server, usage):
    server.answers["POST /usage"] = (
        500,
        XML,
        FAULT.format("Client", "<detail><unknownAccount><account>x</account></unknownAccount></detail>").encode(),
    )
    answer = usage.call("getUsage", {"account": "x"}, why=WHY)
    assert answer.seen is Seen.REFUSED
    assert answer.body == {"fault": "Client", "message": "no", "detail": {"unknownAccount": {"account": "x"}}}
    server.answers["POST /usage"] = (500, XML, FAULT.format("Server", "").encode())
    assert usage.call("getUsage", {"account": "x"}, why=WHY).seen is Seen.FAULT


@pytest.mark.parametrize(
    ("status", "kind", "body", "seen"),
    [
        (200, "text/html", b"<html><input type='password'></html>", Seen.LOGIN_PAGE),
        (200, "text/xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', Seen.FAULT),
        (200, "text/xml", b"<e:Envelope", Seen.FAULT),
        (200, "text/xml", ENVELOPE.format("<other/>").encode(), Seen.FAULT),
        (401, "text/xml", b"", Seen.REFUSED),
        (429, "text/plain", b"slow", Seen.THROTTLED),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(server, usage, status, kind, body, seen):
    server.answers["POST /usage"] = (status, {"Content-Type": kind}, body)
    assert usage.call("getUsage", {"account": "x"}, why=WHY).seen is seen


def test_arguments_that_do_not_fit_are_named_before_anything_is_sent(server, usage):
    with pytest.raises(BadInput, match="do not fit"):
        usage.call("getUsage", {"acount": "x"}, why=WHY)
    assert server.seen == []


def wsdl(tmp_path, text, name="a.wsdl"):
    (tmp_path / name).write_text(text)
    return load_surface("usage", settings("http://127.0.0.1:9", protocol="soap", description=name), tmp_path)


def test_a_wsdl_with_entities_is_refused_unread(tmp_path):
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><definitions xmlns="http://schemas.xmlsoap.org/wsdl/">&b;</definitions>'
    surface = wsdl(tmp_path, bomb)
    assert (
        not surface.operations
        and [p.grade for p in surface.problems] == ["blocker"]
        and "DTD" in surface.problems[0].what
    )


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "/etc/passwd", "../../etc/passwd", "http://127.0.0.1:9/x.xsd"]
)
def test_an_import_out_of_the_folder_is_a_problem_and_never_read(tmp_path, location):
    surface = wsdl(
        tmp_path,
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><import namespace="x" location="{location}"/></definitions>',
    )
    assert any("not followed" in p.what for p in surface.problems) and "root:" not in str(surface)


def test_the_census_names_what_a_library_hides(tmp_path):
    surface = wsdl(tmp_path, HIDDEN)
    said = " | ".join(f"{p.grade}: {p.what}" for p in surface.problems)
    assert (
        "costly: get is overloaded 2 times" in said
        and "costly: RPC/encoded" in said
        and "costly: WS-SecurityPolicy" in said
    )
    assert "note: operations without documentation" in said and "costly: lost cannot be called" in said
    assert set(surface.operations) == {"P.get"}


def test_a_wsdl_2_or_a_schema_is_called_what_it_is(tmp_path):
    assert "WSDL 2.0" in wsdl(tmp_path, '<description xmlns="http://www.w3.org/ns/wsdl"/>').problems[0].what
    assert "no WSDL" in wsdl(tmp_path, "<schema/>").problems[0].what


HIDDEN = """<definitions name="H" targetNamespace="urn:h" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:h"
 xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:wsp="http://www.w3.org/ns/ws-policy"
 xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702">
 <wsp:Policy><sp:UsernameToken/></wsp:Policy>
 <message name="In"><part name="id" type="x:string"/></message><message name="Out"><part name="r" type="x:string"/></message>
 <portType name="T"><operation name="get"><input message="t:In"/><output message="t:Out"/></operation>
  <operation name="get"><input message="t:In"/><output message="t:Out"/></operation>
  <operation name="lost"><input message="t:Gone"/><output message="t:Out"/></operation></portType>
 <binding name="B" type="t:T"><s:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="get"><s:operation soapAction="get"/><input><s:body use="encoded"/></input><output><s:body use="encoded"/></output></operation>
  <operation name="lost"><s:operation soapAction="lost"/><input><s:body use="encoded"/></input></operation></binding>
 <service name="S"><port name="P" binding="t:B"><s:address location="http://h.example/soap"/></port></service></definitions>"""


def test_the_census_reads_the_demo_without_a_problem():
    if not DEMO.exists():
        pytest.skip("the demo's WSDL is not there yet")
    counted = census(DEMO, DEMO.parent)
    assert counted.problems == () and [op.name for op in counted.callable] == ["getUsage", "getLoggingStatus"]

"""What a WSDL costs is graded before anybody calls: blocker, costly, note; what our client makes of it is tried offline."""

import pytest
from loopback import settings

from runtime.systems.surface import BRIDGE
from runtime.systems.surface_reader import load_surface

SOUND = """<definitions name="H" targetNamespace="urn:h" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:h"
 xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:wsp="http://www.w3.org/ns/ws-policy"
 xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702" xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/"
 xmlns:a="http://www.w3.org/2007/05/addressing/metadata">
 <types><x:schema targetNamespace="urn:h" elementFormDefault="qualified">
  <x:element name="get"><x:complexType><x:sequence><x:element name="id" type="x:string"/></x:sequence></x:complexType></x:element>
  <x:element name="got"><x:complexType><x:sequence><x:element name="r" type="x:string"/></x:sequence></x:complexType></x:element>
  <x:element name="gone" type="x:string"/><!--schema--></x:schema></types>
 <message name="In"><part name="p" element="t:get"/><!--part--></message><message name="Out"><part name="p" element="t:got"/></message>
 <message name="No"><part name="p" element="t:gone"/></message>
 <portType name="T"><operation name="get"><documentation>Gets one</documentation><input message="t:In"/><output message="t:Out"/><fault name="f" message="t:No"/>
  </operation><!--operation--></portType>
 <binding name="B" type="t:T"><!--policy--><s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="get"><s:operation soapAction="get"/><input><s:body use="literal"/></input><output><s:body use="literal"/></output>
  <fault name="f"><s:fault name="f" use="literal"/></fault></operation><!--bound--></binding>
 <service name="S"><port name="P" binding="t:B"><s:address location="http://h.example/soap"/></port></service></definitions>"""


def policy(inner):
    return {"<!--policy-->": f"<wsp:Policy>{inner}</wsp:Policy>"}


def surface(folder, changes=None):
    text = SOUND
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "h.wsdl").write_text(text)
    return load_surface("usage", settings("http://127.0.0.1:9", protocol="soap", description="h.wsdl"), folder)


def test_a_sound_wsdl_costs_nothing(tmp_path):
    found = surface(tmp_path)
    assert found.problems == () and list(found.operations) == ["P.get"]


@pytest.mark.parametrize(
    ("changes", "grade", "says"),
    [
        (policy("<sp:UsernameToken/>"), "costly", "scheme: ws_security, password_type: text"),
        (policy("<sp:UsernameToken><wsp:Policy><sp:HashPassword/></wsp:Policy></sp:UsernameToken>"), "costly", "password_type: digest"),
        (policy("<sp:AsymmetricBinding/><sp:X509Token/>"), "blocker", "signed or encrypted"),
        (policy("<sp:EncryptedParts/>"), "blocker", "signed or encrypted"),
        (policy("<sp:TransportBinding/>"), "costly", "TransportBinding); it is not applied"),
        (policy('<a:Addressing/>'), "costly", "WS-Addressing"),
        (policy('<r:RMAssertion xmlns:r="http://docs.oasis-open.org/ws-rx/wsrmp/200702"/>'), "blocker", "WS-ReliableMessaging"),
        (policy('<o:OptimizedMimeSerialization xmlns:o="http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization"/>'), "costly", "MTOM"),
        ({'<input><s:body use="literal"/></input>': '<input><m:multipartRelated><m:part><s:body use="literal"/></m:part></m:multipartRelated></input>'}, "costly", "attachments"),
        ({"<!--part-->": '<part name="q" element="t:gone"/>'}, "costly", "several parts"),
        ({'<fault name="f" message="t:No"/>': ""}, "note", "declare no fault"),
        ({"<documentation>Gets one</documentation>": ""}, "note", "without documentation (1 of 1)"),
        ({'<s:body use="literal"/></input>': '<s:header message="t:No" part="p" use="literal"/><s:body use="literal"/></input>'}, "costly", "SOAP headers"),
        ({'name="id" type="x:string"': 'name="id" type="x:base64Binary"'}, "note", "binary content"),
        ({"<!--schema-->": '</x:schema><x:schema><x:import namespace="urn:q" schemaLocation="http://127.0.0.1:9/q.xsd"/>'}, "costly", "from the network is not followed"),
    ],
)  # fmt: skip
def test_each_cost_is_named_in_its_grade(tmp_path, changes, grade, says):
    found = surface(tmp_path, changes)
    assert [p for p in found.problems if p.grade == grade and says in p.what], found.problems


def test_what_our_client_cannot_build_is_a_blocker_of_the_bridge_and_no_breach_of_the_standard(tmp_path):
    found = surface(tmp_path, {'name="r" type="x:string"': 'name="r" type="t:NowhereDefined"'})
    problem = next(p for p in found.problems if p.where.startswith(BRIDGE))
    assert problem.grade == "blocker" and "NowhereDefined" in problem.what and str(tmp_path) not in problem.what


def test_what_a_client_silently_leaves_out_is_said(tmp_path):
    more = {
        "<!--operation-->": '<operation name="lost"><documentation>x</documentation><input message="t:Odd"/></operation>',
        "<!--bound-->": '<operation name="lost"><s:operation soapAction="lost"/><input><s:body use="literal"/></input></operation>',
        '<message name="No">': '<message name="Odd"><part name="p" element="t:notDeclared"/></message><message name="No">',
    }
    found = surface(tmp_path, more)
    assert [p.grade for p in found.problems if p.where.startswith(BRIDGE) and "P.lost" in p.what] == ["costly"]
    assert "P.get" in found.operations


def test_an_import_of_the_password_file_is_refused_by_census_and_client(tmp_path):
    found = surface(
        tmp_path,
        {"<!--schema-->": '</x:schema><x:schema><x:import namespace="urn:q" schemaLocation="file:///etc/passwd"/>'},
    )
    assert any(p.grade == "blocker" and "not followed" in p.what for p in found.problems) and "root:" not in str(found)

"""A description that nobody can use is said where the question is asked, also when nothing could be called."""

import json

from benchmarks.declared import declared
from probes.api.soap_callable import SoapCallable
from probes.artifact import Missing
from probes.derive.surface_census import SurfaceCensus
from probes.finding import State, Subject
from probes.gather.read import Answers

NOTHING_TO_CALL = """<definitions name="H" targetNamespace="urn:h" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:h"
 xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"><portType name="T"><operation name="get"><input message="t:Gone"/></operation></portType>
 <binding name="B" type="t:T"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="get"><s:operation/>
 <input><s:body use="literal"/></input></operation></binding>
 <service name="S"><port name="P" binding="t:B"><s:address location="http://h.example/"/></port></service></definitions>"""
NOT_ASKED = Missing(
    wanted=Answers.kind, subject=Subject(unit="usage"), cause="needs", detail="no read", would_measure="give values"
)


def census(**more):
    return SurfaceCensus(subject=Subject(unit="usage"), operations=0, compared=0, **more)


def test_a_blocker_counts_although_nothing_could_be_asked():
    said = SoapCallable().without(NOT_ASKED, census(blockers=("no client can be built from it",)))
    assert said.state is State.NOT_MET and said.cause == "blocker"


def test_without_a_blocker_what_was_not_asked_stays_not_measured():
    assert SoapCallable().without(NOT_ASKED, census(costly=("MTOM",))).state is State.NOT_MEASURED
    assert SoapCallable().without(NOT_ASKED).state is State.NOT_MEASURED


def test_a_wsdl_without_a_callable_operation_is_found_wanting(tmp_path):
    (tmp_path / "h.wsdl").write_text(NOTHING_TO_CALL)
    found = declared(tmp_path / "h.wsdl", tmp_path)
    assert found.operations == 0 and found.reason == "no operation can be called over SOAP and HTTP"
    assert {found.outcomes[name].state for name in ("Described", "DescriptionValid")} == {State.NOT_MET}


def test_examples_meet_no_question_about_a_description(tmp_path):
    collection = {
        "info": {"name": "Billing", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [{"name": "Create a credit for an account", "request": {"method": "POST", "url": "https://a.example/credits", "body": {"raw": "{}"}}}],
    }  # fmt: skip
    (tmp_path / "calls.json").write_text(json.dumps(collection))
    found = declared(tmp_path / "calls.json", tmp_path)
    assert (found.format, found.operations) == ("examples", 1)
    assert not [name for name, outcome in found.outcomes.items() if outcome.state is State.MET]
    assert found.outcomes["Described"].cause == "examples only"

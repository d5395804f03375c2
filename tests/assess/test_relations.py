"""Frameworks: ids carry their edition, every question exists, concrete operations are named, nothing says it complies."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from assess.catalogue import catalogue
from assess.engagement import load_folder
from assess.opening import judged, opened
from assess.profile import FRAMEWORKS, load_profile
from assess.relations import frameworks, relates_to, relations
from runtime.estate import Estate
from runtime.guardrails.effects import EffectsFile

IDS = {probe_id for probe in catalogue().probes for probe_id in probe.ids()}


def test_every_id_carries_its_edition_and_stands_once() -> None:
    ids = [f"{f.id}/{e.id}" for f in frameworks() for e in f.entries]
    assert len(ids) == len(set(ids)) >= 90
    assert all(re.fullmatch(r"[A-Za-z0-9-]+:[^/]+(/[0-9]+)?/.+", i) for i in ids)
    assert {"OWASP-LLM:2025/LLM06", "OWASP-LLM:2026/LLM03", "PCI-DSS:4.0.1/3.4.1"} <= set(ids)


def test_every_question_that_is_named_exists() -> None:
    named = {p for f in frameworks() for e in f.entries for p in e.probes}
    assert sorted(named - IDS) == []


def test_an_entry_without_a_question_says_where_it_is_answered_instead() -> None:
    assert all(e.note for f in frameworks() for e in f.entries if not e.probes)


def test_excessive_agency_is_the_same_under_two_numbers_of_two_editions() -> None:
    found = relates_to("guardrails.limits_proved")
    assert {"OWASP-LLM:2025/LLM06", "OWASP-LLM:2026/LLM03"} <= set(found)
    assert "OWASP-LLM:2026/LLM06" not in found


def test_nothing_claims_to_comply() -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in Path("assess/frameworks").glob("*.yaml"))
    claims = [line for line in text.splitlines() if re.search(r"compl(y|ies|iant)", line) and not line.startswith("#")]
    assert not claims


def test_profiles_name_editions_that_are_there() -> None:
    shipped = {f.id for f in frameworks()}
    assert set(FRAMEWORKS) <= shipped
    assert "HIPAA:2013" in load_profile("healthcare").frameworks
    assert set(load_profile("healthcare").frameworks) <= shipped


def with_returns(estate: Estate, *fields: str) -> Estate:
    """The estate, with an effect of billing.getInvoices that returns these fields."""
    effects = dict(estate.effects)
    raw = effects["billing"].model_dump()
    raw["operations"]["createCredit"] = {**raw["operations"]["createCredit"], "returns": list(fields)}
    effects["billing"] = EffectsFile.model_validate(raw)
    return dataclasses.replace(estate, effects=effects)


def test_an_operation_that_returns_a_card_number_is_named_under_its_entry(northwind) -> None:
    estate = with_returns(load_folder(northwind.folder).estate, "card_number")
    rows = {r.id: r for r in relations([], [], estate, {}, FRAMEWORKS)}
    assert rows["PCI-DSS:4.0.1/3.4.1"].operations == ["`billing.createCredit` returns a card number"]
    assert not rows["GDPR:2016/679/Article 9"].operations


def test_rows_count_the_cells_of_this_assessment_and_name_its_findings(northwind) -> None:
    with opened(northwind.folder) as at:
        a = judged(at).assessment
    row = next(r for r in a.relations if r.id == "OWASP-LLM:2025/LLM09")
    own = [c for c in a.cells if c.probe in row.probes and not c.later]
    assert row.met + row.not_met + row.not_measured == sum(c.state != "not_applicable" for c in own)
    assert next(f.number for f in a.findings if f.probe == "knowledge.no_conflicts") in row.findings
    assert any("pays out" in s for r in a.relations for s in r.operations)
    assert not any(r.id.startswith("HIPAA") for r in a.relations)


def test_a_finding_relates_to_what_its_question_relates_to(northwind) -> None:
    with opened(northwind.folder) as at:
        finding = next(f for f in judged(at).assessment.findings if f.probe == "knowledge.no_conflicts")
    assert "OWASP-ASI:2026/ASI06" in finding.relates

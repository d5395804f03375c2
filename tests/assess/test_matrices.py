"""The matrices of the demo estate: the two flaws contradict the document, nothing else does, and each cell's evidence is there."""

from __future__ import annotations

import pytest

from assess.assessment import Assessment
from assess.explain import explain_lines
from assess.judge import Verdict
from assess.opening import judged, opened
from probes.bundle import Bundle
from tests.assess.conftest import Measured


@pytest.fixture(scope="module")
def flawed(northwind: Measured) -> Verdict:
    with opened(northwind.folder) as at:
        return judged(at)


def contradictions(a: Assessment) -> dict[tuple[str, str, str], str]:
    """(system, property, operation) → number of the finding."""
    return {
        (m.system, c.about, c.operation): c.finding for m in a.matrices for c in m.cells if c.verdict == "contradicted"
    }


def test_every_described_system_has_its_matrix(flawed: Verdict) -> None:
    assert [m.system for m in flawed.assessment.matrices] == list(flawed.folder.estate.systems)


def test_the_two_flaws_contradict_the_document_and_lead_to_their_findings(flawed: Verdict) -> None:
    found = contradictions(flawed.assessment)
    assert set(found) == {("billing", "repeat", "createRefund"), ("billing", "partial", "changePlan")}
    probes = {f.number: f.probe for f in flawed.assessment.findings}
    assert sorted(probes[number] for number in found.values()) == ["api.repeat_safe", "api.writes_stick"]


def test_a_flawless_estate_contradicts_nothing(flawless: Measured) -> None:
    with opened(flawless.folder) as at:
        a = judged(at).assessment
    assert contradictions(a) == {} and all(m.cells for m in a.matrices)
    assert all(f.alike == [] for f in a.fitness), "no two operations are taken for one"


def test_the_evidence_of_every_cell_is_a_file_of_the_bundle(flawed: Verdict, northwind: Measured) -> None:
    bundle = Bundle.open(northwind.result.bundle_path)
    for matrix in flawed.assessment.matrices:
        for cell in matrix.cells:
            assert (cell.evidence.partition(",")[0] in bundle.manifest.files) == (cell.verdict != "not_measured"), cell


def test_explain_tells_every_cell_of_a_system(flawed: Verdict) -> None:
    lines = explain_lines(flawed, "matrices[billing]")
    cells = next(m for m in flawed.assessment.matrices if m.system == "billing").cells
    assert sum("declared:" in line and "seen:" in line for line in lines) == len(cells)
    assert explain_lines(flawed, "billing") == lines

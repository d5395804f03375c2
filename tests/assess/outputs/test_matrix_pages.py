"""Declared against measured in print: one page a system whatever its size, counts that add up, and vendors' words apart."""

from __future__ import annotations

from itertools import cycle
from types import ModuleType
from typing import Any

import pytest

from assess.assessment import Assessment
from assess.outputs import html_matrix, html_vendors, pdf
from assess.outputs.html import render
from assess.outputs.pdf_fit import endings
from assess.system_figures import Fitness, VendorNote
from probes.derive.agent_fitness import Alike, AnswerSize, Reading
from probes.derive.matrix_cells import Matrix, MatrixCell, Verdict

VERDICTS: tuple[Verdict, ...] = ("agreed", "contradicted", "undocumented", "neither", "not_measured")
OF_OPERATIONS = ("schema", "status", "errors", "paging", "repeat", "etag", "write")
OF_SYSTEM = ("auth", "limits", "throttling", "deprecation", "latency", "events")
LONG = "GET /a/very/long/path/{of_some}/thing/that/{nobody}/would/want/to/print"


def cell(about: str, operation: str, verdict: Verdict) -> MatrixCell:
    declared = "" if verdict in ("undocumented", "neither") else "what the document says about it, at some length" * 2
    evidence = "" if verdict == "not_measured" else "artifacts/answers/shop.json, request 12"
    found = {"declared": declared, "seen": "what the probe saw of it, also at some length" * 2, "verdict": verdict}
    return MatrixCell.model_validate({"about": about, "operation": operation, "evidence": evidence, **found})


def matrix(system: str, operations: int, verdicts: tuple[Verdict, ...] = VERDICTS, name: str = "operation") -> Matrix:
    names = tuple(f"{name}{n}" for n in range(operations))
    ring = cycle(verdicts)
    cells = [cell(about, operation, next(ring)) for operation in names for about in OF_OPERATIONS]
    whole = [cell(about, "", next(ring)) for about in OF_SYSTEM]
    return Matrix(
        system=system, document="descriptions/x.yaml", operations=names, called=names[:9], cells=(*cells, *whole)
    )


MATRICES = (
    matrix("crm", 40),
    matrix("billing", 1, ("agreed",)),
    matrix("usage", 12, ("contradicted",)),
    matrix("mail", 9, ("not_measured",), LONG),
)


@pytest.fixture(scope="module")
def assessed(sample: ModuleType) -> Assessment:
    base: Assessment = sample.demo()
    fit = Fitness(
        system="crm",
        reading=Reading(
            whole=233_000, allowed={"a": 900}, answers=(AnswerSize(operation="x", tokens=800, records=10),)
        ),
        alike=[Alike(one="cancel", other="void", cosine=0.95, shared=1.0)],
        undocumented={"x": ["a", "b"]},
    )
    note = VendorNote(about="repeat_safe", says="A key makes a write repeatable.", source="https://docs.example/keys")
    systems = [
        s.model_copy(update={"vendor": "Stripe", "vendor_says": [note]}) if s.name == "billing" else s
        for s in base.systems
    ]
    return base.model_copy(update={"matrices": list(MATRICES), "fitness": [fit], "systems": systems})


def test_every_system_with_called_operations_has_a_page_of_its_own(assessed: Assessment) -> None:
    uncalled = MATRICES[0].model_copy(update={"system": "quiet", "called": ()})
    found = html_matrix.matrices(assessed.model_copy(update={"matrices": [*MATRICES, uncalled]}))
    assert [s.overline for s in found] == ["4.1 · crm", "4.2 · billing", "4.3 · usage", "4.4 · mail"]


def test_the_counts_are_those_of_the_cells(assessed: Assessment) -> None:
    for section, made in zip(html_matrix.matrices(assessed), MATRICES, strict=True):
        data = section.data
        known = sum(data["counts"][v] for v in VERDICTS if v != "not_measured")
        assert known + data["untested"] + data["unknown"] == len(made.cells) == data["cells"]
        assert data["left_out"] + len(data["rows"]) == len(made.operations)


def test_a_contradiction_is_never_left_out_for_want_of_room(assessed: Assessment) -> None:
    names = tuple(f"op{n}" for n in range(30))
    cells = [cell("schema", name, "contradicted" if name == "op29" else "agreed") for name in names]
    made = Matrix(system="crm", operations=names, called=names, cells=tuple(cells))
    section = html_matrix.matrices(assessed.model_copy(update={"matrices": [made]}))[0]
    assert "op29" in [name for name, _ in section.data["rows"]]
    assert "breaks one" in section.title and "op29" in section.fillers[0].rows[0]


def test_each_page_is_one_page(assessed: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "sections", html_matrix.matrices)
    document, parts, _ = pdf.laid_out(assessed)
    found = endings(document.pages)
    assert len(document.pages) == 1 + len(parts) == 1 + len(MATRICES), "the cover, and a page a system"
    for ending in found.values():
        assert ending.first_page == ending.bar_page and ending.below >= -0.5, "the bar stands at its foot, on the paper"


def test_the_screen_shows_every_verdict_in_words_and_what_an_agent_reads(assessed: Assessment) -> None:
    text = render(assessed, "screen", html_matrix.matrices(assessed))
    assert all(word in text for word in ("agreed", "contradicted", "undocumented", "neither", "not measured"))
    assert (
        "233,000 tokens as tools" in text and "One pair of operations means the same to a model (cancel, void)" in text
    )
    assert "billing: declared and measured" in text.lower()


def test_what_a_vendor_documents_stands_apart_and_says_that_nobody_tried_it(assessed: Assessment) -> None:
    sections: list[Any] = html_vendors.vendors(assessed)
    text = render(assessed, "screen", sections)
    assert len(sections) == 1 and "not tried here" in text and "https://docs.example/keys" in text
    bare = assessed.model_copy(update={"systems": [s.model_copy(update={"vendor": ""}) for s in assessed.systems]})
    assert html_vendors.vendors(bare) == []

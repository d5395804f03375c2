"""The register as workbook and as CSV: no formula whatever the text, the same bytes for the same assessment."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from assess.assessment import Assessment
from assess.outputs.csv_register import csv_register
from assess.outputs.register_tables import tables
from assess.outputs.register_xlsx import write_xlsx

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
]


@pytest.fixture(scope="module")
def assessment(sample) -> Assessment:
    return sample.demo()


def spoiled(assessment: Assessment, text: str) -> Assessment:
    first, *rest = assessment.findings
    hostile = {"title": text, "owner": text, "cause": text, "remedy": [text], "consequence": text}
    return assessment.model_copy(update={"findings": [first.model_copy(update=hostile), *rest]})


def sheets(path: Path) -> dict[str, str]:
    """Sheet title → its XML."""
    with zipfile.ZipFile(path) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        return {name: book.read(f"xl/worksheets/sheet{n}.xml").decode() for n, name in enumerate(names, start=1)}


def texts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as book:
        root = fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in item.iterfind(".//m:t", SPACE)) for item in root.iterfind("m:si", SPACE)]


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_no_text_becomes_a_formula_or_a_link(assessment: Assessment, tmp_path: Path, text: str) -> None:
    write_xlsx(spoiled(assessment, text), tmp_path / "r.xlsx")
    for title, xml in sheets(tmp_path / "r.xlsx").items():
        assert "<f>" not in xml and "<f " not in xml and "hyperlink" not in xml.lower(), title
    assert any(text.strip() in found.strip().replace("_x000D_", "") for found in texts(tmp_path / "r.xlsx"))


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_no_csv_cell_starts_like_a_formula(assessment: Assessment, text: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_register(spoiled(assessment, text)).decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert f"'{text}" in cells
    assert not [cell for cell in cells if cell.lstrip()[:1] in set("=+-@＝＋－＠")]


def test_the_csv_is_a_row_a_finding_with_equal_widths_and_excel_knows_its_encoding(assessment: Assessment) -> None:
    data = csv_register(assessment)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    assert len(rows) == len(assessment.findings) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[0] for row in rows[1:]] == sorted(f.number for f in assessment.findings)


def test_two_workbooks_made_seconds_apart_are_the_same_bytes(assessment: Assessment, tmp_path: Path) -> None:
    write_xlsx(assessment, tmp_path / "a.xlsx")
    time.sleep(2.1)  # a zip's dates count in steps of two seconds
    write_xlsx(assessment, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"], "nothing half-written is left"


def test_every_question_and_every_finding_has_its_row(assessment: Assessment, tmp_path: Path) -> None:
    write_xlsx(assessment, tmp_path / "r.xlsx")
    rows = {title: len(re.findall(r"<row ", xml)) - 1 for title, xml in sheets(tmp_path / "r.xlsx").items()}
    assert rows["Findings"] == len(assessment.findings)
    assert rows["Questions"] == len(assessment.cells)
    assert rows["Workflows"] == len(assessment.workflows)
    assert rows["Plan"] == len(assessment.roadmap.tasks)


def test_a_figure_without_input_leaves_its_cell_empty(assessment: Assessment) -> None:
    first, *rest = assessment.workflows
    blank = assessment.model_copy(update={"workflows": [first.model_copy(update={"minutes_today": None}), *rest]})
    inputs = next(t for t in tables(blank) if t.title == "Inputs")
    assert next(r for r in inputs.rows if r[0] == first.title and "handling" in str(r[1]))[2] is None


def test_every_row_is_as_wide_as_its_headings(assessment: Assessment) -> None:
    for table in tables(assessment):
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.title


def test_a_text_longer_than_a_cell_is_cut_and_not_lost(assessment: Assessment, tmp_path: Path) -> None:
    write_xlsx(spoiled(assessment, "long " * 10_000), tmp_path / "r.xlsx")
    assert any(found.startswith("long long") and found.endswith("…") for found in texts(tmp_path / "r.xlsx"))


def test_control_characters_do_not_spoil_the_workbook(assessment: Assessment, tmp_path: Path) -> None:
    write_xlsx(spoiled(assessment, "a\x00b\x0bc \ud800 d\ufffe"), tmp_path / "r.xlsx")
    for xml in sheets(tmp_path / "r.xlsx").values():
        fromstring(xml)
    assert any(found.startswith("a\ufffdb") for found in texts(tmp_path / "r.xlsx"))

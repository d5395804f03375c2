"""The PDF: whole, tagged, the same bytes, and pages that are neither overfull nor half empty."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assess.outputs import pdf, pdf_fit
from runtime.errors import BadInput

Layout = Callable[[str], Any]
STATES = ("demo", "flawless", "unmeasured", "large")


@pytest.mark.parametrize("name", STATES)
def test_each_designed_section_ends_with_a_bar_at_the_foot_and_no_hole_above_it(layout: Layout, name: str) -> None:
    document, parts, _, _ = layout(name)
    ends = pdf_fit.endings(document.pages)
    assert set(ends) == {s.id for s in parts if s.designed}
    wrong = {
        e.section: (round(e.gap), round(e.below))
        for e in ends.values()
        if not (0 <= e.gap <= 60 and -0.5 <= e.below <= 9 and e.bar_page == e.last_page)
    }
    assert not wrong, "gap above the bar and room below it, in pt"


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_warned_about(layout: Layout, name: str) -> None:
    assert layout(name)[3] == ()


@pytest.mark.parametrize("name", [*STATES, "hostile"])
def test_nothing_sticks_out_of_a_page(layout: Layout, name: str) -> None:
    document, *_ = layout(name)
    for number, page in enumerate(document.pages, 1):
        right = page._page_box.content_box_x() + page._page_box.width + 1
        for box in page._page_box.descendants():
            if type(box).__name__ in ("TextBox", "InlineReplacedBox", "BlockReplacedBox") and not _clipped(box):
                assert box.position_x + box.width <= right, (
                    f"page {number}: {getattr(box, 'text', box.element_tag)[:60]!r}"
                )


def _clipped(box: Any) -> bool:
    """Cells of one-line tables cut their text with an ellipsis."""
    return box.style["white_space"] == "nowrap"


@pytest.mark.parametrize("name", STATES)
def test_board_pages_fit_one_page_each_where_the_estate_is_small(layout: Layout, name: str) -> None:
    if name == "large":
        pytest.skip("twelve workflows with long names run on")
    ends = pdf_fit.endings(layout(name)[0].pages)
    assert all(
        ends[chapter].first_page == ends[chapter].last_page
        for chapter in ("answer", "coverage", "workflows", "systems", "roadmap")
    )


def test_long_data_goes_on_with_repeated_heads_instead_of_overlapping(layout: Layout) -> None:
    document, *_ = layout("large")
    ends = pdf_fit.endings(document.pages)
    assert (
        ends["workflows"].last_page > ends["workflows"].first_page
        or ends["answer"].last_page > ends["answer"].first_page
    )
    catalogue = [
        p
        for p in document.pages
        if any(pdf_fit._attribute(b, "data-body") == "catalogue" for b in p._page_box.descendants())
    ]
    assert len(catalogue) > 2
    for page in catalogue:
        heads = [b for b in page._page_box.descendants() if b.element_tag == "thead"]
        assert heads, "every page of the catalogue repeats the head of its table"


def test_the_same_assessment_gives_the_same_bytes_at_another_time(
    sample: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pdf.write_pdf(sample.flawless(), tmp_path / "a.pdf")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    pdf.write_pdf(sample.flawless(), tmp_path / "b.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert content == (tmp_path / "b.pdf").read_bytes()
    assert made.bytes == len(content) and made.pages > 8 and made.warnings == ()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "b.pdf"]


def test_the_file_is_tagged_named_and_says_which_language_it_is_in(sample: ModuleType, tmp_path: Path) -> None:
    pdf.write_pdf(sample.unmeasured(), tmp_path / "r.pdf")
    content = (tmp_path / "r.pdf").read_bytes()
    streams = [_inflated(m[1]) for m in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)]
    whole = content + b"".join(streams)
    assert b"pdfuaid" in whole and b"Northwind Telecom: agentic readiness assessment" in whole
    assert b"/MarkInfo" in whole and b"/StructTreeRoot" in whole and b"/Lang" in whole


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_each_figure_has_a_text_alternative(sample: ModuleType) -> None:
    from assess.outputs.html import render
    from assess.outputs.html_view import sections

    assessment = sample.demo()
    figures = re.findall(r"<svg[^>]*>(.{0,40})", render(assessment, "print", sections(assessment)))
    assert len(figures) > 30 and all(f.startswith("<title>") for f in figures)


def test_the_reports_fonts_hold_every_character_that_it_prints(layout: Layout) -> None:
    from fontTools.ttLib import TTFont

    folder = resources.files("templates").joinpath("report", "fonts")
    families: dict[str, set[int]] = {"sans": set(), "mono": set(), "serif": set()}
    for file in folder.iterdir():
        if file.name.endswith(".woff2"):
            family = next(name for name in families if name in file.name)
            with resources.as_file(file) as path:
                families[family] |= set(TTFont(path).getBestCmap())
    for name in ("demo", "unmeasured"):
        for page in layout(name)[0].pages:
            for box in page._page_box.descendants():
                if type(box).__name__ == "TextBox":
                    first = box.style["font_family"][0].lower()
                    family = "mono" if "mono" in first else "serif" if "serif" in first else "sans"
                    missing = {c for c in box.text if c not in "\n\t" and ord(c) not in families[family]}
                    assert not missing, f"{box.text[:80]!r} in {family}"


def test_fonts_stay_small_and_carry_their_licences() -> None:
    folder = resources.files("templates").joinpath("report", "fonts")
    files = {f.name: len(f.read_bytes()) for f in folder.iterdir()}
    assert sum(size for name, size in files.items() if name.endswith(".woff2")) < 300_000
    texts = [folder.joinpath(n).read_text(encoding="utf-8") for n in files if n.startswith("OFL")]
    assert len(texts) == 3 and all("SIL OPEN FONT LICENSE" in t.upper() for t in texts)


def test_without_pango_the_error_says_which_packages_are_missing(
    sample: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(BadInput) as caught:
        pdf.write_pdf(sample.flawless(), tmp_path / "r.pdf")
    assert "apt-get install" in caught.value.do and "libpango-1.0-0" in caught.value.do
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left_there(sample: ModuleType, tmp_path: Path) -> None:
    from assess.outputs.html import write_html

    target = tmp_path / "folder" / "r.html"
    with pytest.raises(BadInput, match="cannot be written"):
        write_html(sample.flawless(), target)
    (tmp_path / "taken").mkdir()
    with pytest.raises(BadInput):
        write_html(sample.flawless(), tmp_path / "taken")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


def test_the_printer_fetches_nothing_but_the_packages_own_fonts() -> None:
    fetcher = pdf._fetcher()
    assert fetcher.fetch("report:fonts/ibm-plex-sans-latin-400-normal.woff2").read(4) == b"wOF2"
    for url in ("https://example.org/x.png", "file:///etc/passwd", "report:fonts/../../x.woff2", "data:text/css,x"):
        with pytest.raises(ValueError, match="fetches nothing"):
            fetcher.fetch(url)

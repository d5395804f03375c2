"""Folders: what is read, what is not, and never an exception for what lies inside."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kb_audit.sources import folder, html, markdown
from kb_audit.sources.reading import together
from runtime.errors import BadInput


def test_front_matter_gives_owner_dates_and_scope() -> None:
    page = markdown.parse(
        "a.md",
        "---\ntitle: Returns\nowner: Care\nupdated: 2026-01-05\nreview_by: 2026-06-01\nregion: DE\n---\n\nText.\n",
    )
    assert (page.title, page.owner, page.updated, page.review_due) == (
        "Returns",
        "Care",
        date(2026, 1, 5),
        date(2026, 6, 1),
    )
    assert page.scope == {"region": "DE"}


def test_sections_know_their_heading_path_and_place() -> None:
    page = markdown.parse(
        "a.md", "# Returns\n\nIntro.\n\n## Phones\n\n### How long\n\nWithin 14 days.\n\n## Tablets\n\nNever.\n"
    )
    assert [s.path for s in page.sections] == [("Returns",), ("Returns", "Phones", "How long"), ("Returns", "Tablets")]
    assert [page.body[s.start : s.end] for s in page.sections] == ["Intro.", "Within 14 days.", "Never."]


def test_a_list_item_keeps_the_line_that_introduces_it_and_a_row_its_head() -> None:
    page = markdown.parse("a.md", "You can return:\n\n- phones\n- tablets\n\n| Plan | Fee |\n|---|---|\n| S | $5 |\n")
    assert [(b.kind, b.lead) for b in page.sections[0].blocks] == [
        ("paragraph", ""), ("item", "You can return:"), ("item", "You can return:"), ("row", "Plan | Fee"),
    ]  # fmt: skip


def test_headings_in_code_are_no_headings() -> None:
    page = markdown.parse("a.md", "# A\n\n```\n# not a heading\n[x](gone.md)\n```\n\nText.\n")
    assert len(page.sections) == 1 and page.links == ()


def test_html_gives_visible_text_and_keeps_hidden_text_apart() -> None:
    page = html.parse(
        "a.html",
        "<html lang=en><h1>Returns</h1><p>Within <b>14</b> days.</p>"
        "<p style='display:none'>Secret order</p><!-- note --></html>",
    )
    assert page.title == "Returns" and page.language == "en"
    assert [page.body[b.start : b.end] for s in page.sections for b in s.blocks] == ["Within 14 days."]
    assert sorted(page.body[a:b] for a, b in page.hidden) == ["Secret order", "note"]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nText.\n", encoding="utf-8")
    (tmp_path / "binary.md").write_bytes(b"\x89PNG\x00\x01\x02")
    (tmp_path / "latin.md").write_bytes("Gebühr".encode("latin-1"))
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    (tmp_path / "only-title.md").write_text("# Title\n", encoding="utf-8")
    (tmp_path / "old.doc").write_bytes(b"x")
    (tmp_path / "huge.html").write_bytes(b"<p>x</p>" * 700_000)
    reading = folder.read(tmp_path)
    assert [a.id for a in reading.articles] == ["good.md"]
    why = {n.name: n.why for n in reading.not_read}
    assert set(why) == {"binary.md", "latin.md", "empty.md", "only-title.md", "old.doc", "huge.html"}
    assert "binary" in why["binary.md"] and "UTF-8" in why["latin.md"] and why["empty.md"] == "holds no text"


def test_broken_front_matter_does_not_lose_the_article(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: [unclosed\n---\n# Returns\n\nText.\n", encoding="utf-8")
    assert [a.title for a in folder.read(tmp_path).articles] == ["Returns"]


def test_a_link_to_a_parent_folder_does_not_go_round_forever(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(folder.read(tmp_path).articles) == 1


def test_an_empty_folder_is_said_and_a_missing_one_refused(tmp_path: Path) -> None:
    assert "no Markdown" in folder.read(tmp_path).not_read[0].why
    with pytest.raises(BadInput, match="no such folder"):
        folder.read(tmp_path / "gone")


def test_line_ends_and_byte_order_marks_do_not_change_an_article(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf# A\r\n\r\nText.\r\n")
    assert folder.read(tmp_path).articles[0].body == "# A\n\nText.\n"


def test_of_two_articles_with_one_id_the_second_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.", encoding="utf-8")
    both = together([folder.read(tmp_path), folder.read(tmp_path)])
    assert len(both.articles) == 1 and "same id" in both.not_read[0].why


@pytest.mark.parametrize("odd", ["\u2028", "\x0c", "\x85", "\x0b"])
def test_odd_line_separators_do_not_move_a_quote(odd: str) -> None:
    page = markdown.parse("a.md", f"# Returns\n\nFirst{odd}line.\n\n## Phones\n\nReturn it within 14 days.\n")
    last = page.sections[-1]
    assert page.body[last.start : last.end].strip() == "Return it within 14 days."


def test_pages_of_one_name_in_two_folders_are_both_read(tmp_path: Path) -> None:
    for name in ("public", "desk"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.md").write_text(f"# {name}\n\nText of {name}.\n", encoding="utf-8")
    both = together(folder.read(tmp_path / name) for name in ("public", "desk"))
    assert [a.id for a in both.articles] == ["desk/index.md", "index.md"] and not both.not_read
    assert (
        both.articles[0].sections[0].id == "desk/index.md#1" and both.articles[0].sections[0].article == "desk/index.md"
    )


def test_a_named_pipe_and_a_folder_called_like_a_page_end_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "a.md").write_text("Text.", encoding="utf-8")
    reading = folder.read(tmp_path)
    assert [a.id for a in reading.articles] == ["a.md"] and [n.name for n in reading.not_read] == ["pipe.md"]

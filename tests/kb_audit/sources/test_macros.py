"""Macros: read from the exports of help desks or a plain table, compared with articles, and never searched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb_audit.article import Article
from kb_audit.audit import audit
from kb_audit.sources import folder
from kb_audit.sources.reading import NotRead
from runtime.understanding.encode import Encode

REPLY = "Hello {{ticket.requester.first_name}},\n\nyou can return the phone within 30 days of delivery."
ZENDESK = {
    "macros": [
        {"id": 1, "title": "Return period", "active": True, "updated_at": "2026-02-03T10:00:00Z", "actions": [
            {"field": "status", "value": "solved"}, {"field": "comment_value", "value": ["channel:all", REPLY]}]},
        {"id": 2, "title": "Close", "active": True, "actions": [{"field": "status", "value": "closed"}]},
        {"id": 3, "title": "Old reply", "active": False, "actions": [{"field": "comment_value", "value": REPLY}]},
        {"id": 4, "title": "Note", "active": True, "actions": [
            {"field": "comment_value", "value": REPLY}, {"field": "comment_mode_is_public", "value": "false"}]},
    ]
}  # fmt: skip
INTERCOM = {"type": "list", "data": [{"type": "macro", "id": "9", "name": "Return period", "body": f"<p>{REPLY}</p>"}]}
FRESHDESK = [
    {"id": 5, "title": "Return period", "folder_id": 2, "content": REPLY, "content_html": f"<div>{REPLY}</div>"}
]
PLAIN = [{"name": "Return period", "text": REPLY}]


def read(place: Path, name: str, data: Any) -> tuple[list[Article], list[NotRead]]:
    text = data if isinstance(data, str) else json.dumps(data)
    (place / name).write_text(text, encoding="utf-8")
    found = folder.read(place / name)
    return list(found.articles), list(found.not_read)


@pytest.mark.parametrize(
    ("name", "data", "id_"),
    [
        ("export.json", ZENDESK, "export.json/1"),
        ("export.json", INTERCOM, "export.json/9"),
        ("export.json", FRESHDESK, "export.json/5"),
        ("macros.json", PLAIN, "macros.json/1"),
        ("canned-replies.csv", f'Title,Body\nReturn period,"{REPLY}"\n', "canned-replies.csv/1"),
    ],
)
def test_each_kind_of_export_gives_internal_articles_of_the_form_macro(
    tmp_path: Path, name: str, data: Any, id_: str
) -> None:
    articles, _ = read(tmp_path, name, data)
    assert [(a.id, a.title, a.form, a.audience) for a in articles] == [(id_, "Return period", "macro", "internal")]
    assert "within 30 days of delivery" in articles[0].body


def test_what_is_switched_off_is_named_and_what_says_nothing_to_a_customer_is_none(tmp_path: Path) -> None:
    articles, not_read = read(tmp_path, "export.json", ZENDESK)
    assert [a.id for a in articles] == ["export.json/1"] and articles[0].updated == date(2026, 2, 3)
    assert [(n.name, n.why) for n in not_read] == [("export.json/3", "“Old reply” is switched off")]


def test_another_table_with_names_and_texts_is_no_macro(tmp_path: Path) -> None:
    articles, not_read = read(tmp_path, "staff.csv", "name,comment\nAnna,likes tea very much\n")
    assert articles == [] and "no export that is known" in not_read[0].why


def test_a_macro_that_contradicts_an_article_is_a_conflict_and_nothing_else(tmp_path: Path, encode: Encode) -> None:
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "return.md").write_text(
        "# Return a phone\n\n## How long\n\nYou can return the phone within 14 days of delivery. See [costs](costs.md).\n",
        encoding="utf-8",
    )
    (tmp_path / "help" / "costs.md").write_text("# Costs\n\nA return label is free of charge.\n", encoding="utf-8")
    (tmp_path / "help" / "macros.json").write_text(json.dumps(ZENDESK), encoding="utf-8")
    found = audit(
        [tmp_path / "help"],
        encode=encode,
        as_of=date(2026, 3, 1),
        intents={"returns": ["how long can I return a phone"]},
    )
    assert {a.id: a.form for a in found.articles}["macros.json/1"] == "macro"
    conflict = next(f for f in found.findings if f.verdict == "conflict")
    assert {side.article for side in conflict.sides} == {"return.md", "macros.json/1"}
    assert conflict.suggestion.startswith("“Return a phone” is probably right: it is the article")
    assert {f.verdict for f in found.findings if "macros.json/1" in f.articles} == {"conflict"}
    assert not any(s.article.startswith("macros.json") for s in found.sections), "nothing is answered from a macro"
    assert [f.verdict for f in found.of_workflow("returns").findings if f.verdict == "conflict"] == ["conflict"]

"""Zendesk Guide: articles of a help centre. Never tried against the live service.

Shape: https://developer.zendesk.com/api-reference/help_center/help-center-api/articles (cursor pagination, 100 a page).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb_audit.article import Article
from kb_audit.sources import help_center
from kb_audit.sources.front_matter import PageFields, as_date
from kb_audit.sources.help_center import Fetch, HelpCenter, Record, made, pages, records, text_of
from kb_audit.sources.reading import NotRead

PATH = "/api/v2/help_center/articles"


def _walk(fetch: Fetch) -> Iterator[Record]:
    for answer in pages("Zendesk", fetch, f"{PATH}?page[size]=100", _onward):
        yield from records("Zendesk", answer, "articles")


def _onward(answer: Any) -> str:
    if (answer.get("meta") or {}).get("has_more") is False:
        return ""
    return text_of((answer.get("links") or {}).get("next") or answer.get("next_page"))


def _listed(data: Any) -> list[Record] | None:
    found = data.get("articles") if isinstance(data, dict) else data
    if (
        isinstance(found, list)
        and found
        and all(isinstance(r, dict) and "section_id" in r and "body" in r for r in found)
    ):
        return found
    return None


def article(record: Record) -> Article | NotRead:
    """`user_segment_id` null means: everybody; `edited_at` is the last change of words, `updated_at` of anything."""
    name = f"zendesk/{record.get('id')}"
    title = text_of(record.get("title") or record.get("name"))
    if record.get("draft"):
        return NotRead(name=name, why=f"“{title}” is a draft")
    segment = record.get("user_segment_id")
    author = record.get("author_id")
    fields = PageFields(
        title=title,
        owner=f"author {author}" if author else "",
        url=text_of(record.get("html_url")),
        language=text_of(record.get("locale")),
        audience="public"
        if segment is None and "user_segment_id" in record
        else f"user segment {segment}"
        if segment
        else "",
        created=as_date(record.get("created_at")),
        updated=as_date(record.get("edited_at") or record.get("updated_at")),
        views=None,
    )
    return made(name, record.get("body"), fields, "zendesk")


CENTER = HelpCenter(
    "zendesk", "Zendesk Guide", "https://developer.zendesk.com/api-reference/help_center/help-center-api/articles",
    _walk, _listed, article, (PATH,),
)  # fmt: skip
read = help_center.read

"""Intercom Articles. Never tried against the live service.

Shape: https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles (list of articles, version 2.14).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields, as_date
from kb_audit.sources.help_center import Fetch, HelpCenter, Record, made, pages, records, text_of
from kb_audit.sources.reading import NotRead

PATH = "/articles"
_SIZE = 50


def _walk(fetch: Fetch) -> Iterator[Record]:
    for answer in pages("Intercom", fetch, f"{PATH}?per_page={_SIZE}", _onward):
        yield from records("Intercom", answer, "data")


def _onward(answer: Any) -> str:
    """The next page: a link, a cursor, or simply the next number."""
    said = answer.get("pages") or {}
    following = said.get("next")
    if isinstance(following, str):
        return following
    if isinstance(following, dict) and following.get("starting_after"):
        return f"{PATH}?per_page={_SIZE}&starting_after={quote(str(following['starting_after']), safe='')}"
    page, last = said.get("page"), said.get("total_pages")
    if isinstance(page, int) and isinstance(last, int) and page < last:
        return f"{PATH}?per_page={_SIZE}&page={page + 1}"
    return ""


def _listed(data: Any) -> list[Record] | None:
    found = data.get("data") if isinstance(data, dict) else data
    if isinstance(found, list) and found and all(isinstance(r, dict) and r.get("type") == "article" for r in found):
        return found
    return None


def article(record: Record) -> Article | NotRead:
    """One article in its default language; times are seconds since 1970."""
    name, title = f"intercom/{record.get('id')}", text_of(record.get("title"))
    if record.get("state") == "draft":
        return NotRead(name=name, why=f"“{title}” is a draft")
    author = record.get("author_id")
    statistics = record.get("statistics") or {}
    fields = PageFields(
        title=title,
        owner=f"author {author}" if author else "",
        url=text_of(record.get("url")),
        language=text_of(record.get("default_locale")),
        created=as_date(record.get("created_at")),
        updated=as_date(record.get("updated_at")),
        views=statistics.get("views") if isinstance(statistics, dict) else None,
    )
    return made(name, record.get("body"), fields, "intercom")


CENTER = HelpCenter(
    "intercom", "Intercom", "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles",
    _walk, _listed, article, (PATH,),
)  # fmt: skip

"""Salesforce Knowledge, over the Knowledge Support REST API, or exported as CSV. Never tried against the live service.

Shape: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_knowledge_support_artlist.htm and
…/resources_knowledge_support_artdetails.htm; `updateViewStat=false` keeps the view counts as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields, as_count, as_date
from kb_audit.sources.help_center import Fetch, HelpCenter, Record, made, pages, records, text_of
from kb_audit.sources.reading import NotRead

PATH = "/services/data/v62.0/support/knowledgeArticles"
_TEXTS = ("RICH_TEXT_AREA", "TEXT_AREA", "TEXTAREA", "STRING", "TEXT")


def _walk(fetch: Fetch) -> Iterator[Record]:
    start = f"{PATH}?pageSize=100&sort=LastPublishedDate&order=DESC"
    for answer in pages("Salesforce", fetch, start, lambda a: text_of(a.get("nextPageUrl"))):
        for listed in records("Salesforce", answer, "articles"):
            found = fetch(f"{PATH}/{listed.get('id')}?updateViewStat=false")
            yield {**listed, **found} if isinstance(found, Mapping) else listed


def _listed(data: Any) -> list[Record] | None:
    found = data.get("articles") if isinstance(data, dict) else data
    if isinstance(found, list) and found and all(isinstance(r, dict) and "layoutItems" in r for r in found):
        return found
    return None


def article(record: Record) -> Article | NotRead:
    """One published version; each text field of the page's layout becomes a section under its label."""
    name = f"salesforce/{record.get('articleNumber') or record.get('id')}"
    parts = [
        (text_of(item.get("label")), text_of(item.get("value")))
        for item in record.get("layoutItems") or []
        if isinstance(item, Mapping) and text_of(item.get("type")).upper() in _TEXTS and text_of(item.get("value"))
    ]
    by = record.get("lastModifiedBy") or record.get("createdBy") or {}
    public = record.get("visibleInPKB")
    fields = PageFields(
        title=text_of(record.get("title")),
        owner=text_of(by.get("lastName") or by.get("id")) if isinstance(by, Mapping) else "",
        url=text_of(record.get("url")) if text_of(record.get("url")).startswith("http") else "",
        audience="" if public is None else "public" if public else "internal",
        created=as_date(record.get("createdDate")),
        updated=as_date(record.get("lastPublishedDate")),
        version=text_of(record.get("versionNumber")),
        views=as_count(record.get("viewCount")),
        aliases=(text_of(record.get("urlName")),) if record.get("urlName") else (),
    )
    body = _sections(parts or [("", text_of(record.get("summary")))])
    return made(name, body, fields, "salesforce")


def from_csv(text: str) -> list[Record] | None:
    """Rows of a Knowledge export (Data Loader, `Knowledge__kav`) as records; None for another table."""
    rows = csv.DictReader(io.StringIO(text))
    names = {str(name).lower(): name for name in rows.fieldnames or ()}
    if "title" not in names or not {"urlname", "articlenumber"} & names.keys():
        return None
    return [_record({key.lower(): value or "" for key, value in row.items() if key}) for row in rows]


def _record(row: Mapping[str, str]) -> Record:
    known = {"articleNumber": "articlenumber", "id": "id", "title": "title", "summary": "summary", "urlName": "urlname",
             "lastPublishedDate": "lastpublisheddate", "createdDate": "createddate", "versionNumber": "versionnumber",
             "viewCount": "articletotalviewcount"}  # fmt: skip
    public = row.get("isvisibleinpkb", "").lower()
    items = [
        {"label": key.removesuffix("__c").replace("_", " ").capitalize(), "type": "RICH_TEXT_AREA", "value": value}
        for key, value in row.items()
        if key.endswith("__c") and len(value.split()) > 2
    ]
    owner = row.get("owner.name") or row.get("ownerid") or ""
    return {
        **{name: row[key] for name, key in known.items() if row.get(key)},
        "visibleInPKB": public in ("true", "1") if public else None,
        "lastModifiedBy": {"id": owner} if owner else {},
        "layoutItems": items,
    }


def _sections(parts: list[tuple[str, str]]) -> str:
    return "".join(f"<h2>{escape(label)}</h2>{value}" if label else f"<p>{value}</p>" for label, value in parts)


CENTER = HelpCenter(
    "salesforce", "Salesforce Knowledge",
    "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_knowledge_support_artlist.htm",
    _walk, _listed, article, (PATH, PATH + "/{id}"), {"Accept-Language": "en-US"},
)  # fmt: skip

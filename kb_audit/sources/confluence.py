"""Confluence: pages in storage format, from Cloud (REST v2) or Data Center (REST). Never tried against the live service.

Shapes: https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/ and
https://developer.atlassian.com/server/confluence/confluence-rest-api-examples/; a space exported as HTML is read as a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields, as_date
from kb_audit.sources.help_center import Fetch, HelpCenter, Record, made, pages, records, text_of
from kb_audit.sources.reading import NotRead

CLOUD = "/wiki/api/v2/pages"
DATA_CENTER = "/rest/api/content"
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_PAGE_LINK = re.compile(
    r"<ac:link\b[^>]*>\s*<ri:page\b[^>]*?ri:content-title=\"([^\"]*)\"[^>]*?(?:/>|></ri:page>)(.*?)</ac:link>", re.S
)
_IMAGE = re.compile(r"<ac:image\b([^>]*)>.*?ri:(?:filename|value)=\"([^\"]*)\".*?</ac:image>", re.S)
_PARAMETER = re.compile(r"<ac:parameter\b[^>]*>.*?</ac:parameter>|<ac:(?:placeholder|emoticon)\b[^>]*/?>", re.S)
_ALT = re.compile(r"ac:alt=\"([^\"]*)\"")


def _walk_cloud(fetch: Fetch) -> Iterator[Record]:
    yield from _walk(fetch, f"{CLOUD}?body-format=storage&status=current&limit=100")


def _walk_data_center(fetch: Fetch) -> Iterator[Record]:
    yield from _walk(
        fetch, f"{DATA_CENTER}?type=page&status=current&limit=100&expand=body.storage,version,history,space"
    )


def _walk(fetch: Fetch, start: str) -> Iterator[Record]:
    for answer in pages("Confluence", fetch, start, lambda a: text_of((a.get("_links") or {}).get("next"))):
        base = text_of((answer.get("_links") or {}).get("base"))
        for record in records("Confluence", answer, "results"):
            yield {**record, "_base": base}


def _listed(data: Any) -> list[Record] | None:
    found = data.get("results") if isinstance(data, dict) else data
    if isinstance(found, list) and found and all(isinstance(r, dict) and _storage(r) is not None for r in found):
        return found
    return None


def _storage(record: Record) -> str | None:
    body = record.get("body")
    held = body.get("storage") if isinstance(body, Mapping) else None
    value = held.get("value") if isinstance(held, Mapping) else None
    return value if isinstance(value, str) else None


def article(record: Record) -> Article | NotRead:
    """One page; its owner is who owns or last changed it."""
    name, title = f"confluence/{record.get('id')}", text_of(record.get("title"))
    version, history = record.get("version") or {}, record.get("history") or {}
    by = version.get("by") or {}
    owner = by.get("displayName") or record.get("ownerId") or record.get("authorId")
    place = text_of((record.get("_links") or {}).get("webui"))
    base = text_of(record.get("_base"))
    space = record.get("space") or {}
    fields = PageFields(
        title=title,
        owner=text_of(owner),
        url=base + place if place and base else "",
        created=as_date(record.get("createdAt") or history.get("createdDate")),
        updated=as_date(version.get("createdAt") or version.get("when")),
        version=text_of(version.get("number")),
        scope={"space": text_of(space.get("key") or record.get("spaceId"))} if space or record.get("spaceId") else {},
        aliases=(place,) if place else (),
    )
    return made(name, as_html(_storage(record) or ""), fields, "confluence")


def as_html(storage: str) -> str:
    """Storage format as plain HTML: links to pages by title, pictures, code blocks; settings of macros left out."""
    text = _PARAMETER.sub("", storage)
    text = _IMAGE.sub(_picture, _PAGE_LINK.sub(_link, text))
    return _CDATA.sub(lambda m: f"<pre>{escape(m[1])}</pre>", text)


def _link(match: re.Match[str]) -> str:
    words = _CDATA.sub(lambda m: m[1], match[2]) or match[1]
    return f'<a href="{quote(match[1].replace(" ", "_"))}">{words}</a>'


def _picture(match: re.Match[str]) -> str:
    alt = _ALT.search(match[1])
    return f'<img src="{match[2]}" alt="{alt[1] if alt else ""}"/>'


_SOURCE = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
CENTER = HelpCenter("confluence", "Confluence", _SOURCE, _walk_cloud, _listed, article, (CLOUD,))
DATA_CENTER_CENTER = HelpCenter(
    "confluence-dc", "Confluence Data Center", "https://developer.atlassian.com/server/confluence/confluence-rest-api-examples/",
    _walk_data_center, _listed, article, (DATA_CENTER,),
)  # fmt: skip

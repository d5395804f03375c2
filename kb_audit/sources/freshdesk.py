"""Freshdesk solution articles, over categories and folders. Never tried against the live service.

Shape: https://developers.freshdesk.com/api/#solutions (page and per_page; status 1 draft, 2 published; a folder's visibility
1 everybody, 2 signed-in customers, 3 agents).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields, as_date
from kb_audit.sources.help_center import Fetch, HelpCenter, Record, made, not_theirs, text_of
from kb_audit.sources.reading import NotRead

_ROOT = "/api/v2/solutions"
_SIZE = 100
_AUDIENCE = {
    1: "public",
    2: "customers",
    3: "internal",
    4: "selected companies",
    5: "selected companies",
    6: "selected segments",
}


def _walk(fetch: Fetch) -> Iterator[Record]:
    for category in _all(fetch, f"{_ROOT}/categories"):
        for folder in _all(fetch, f"{_ROOT}/categories/{category.get('id')}/folders"):
            for record in _all(fetch, f"{_ROOT}/folders/{folder.get('id')}/articles"):
                yield {**record, "folder_visibility": folder.get("visibility"), "folder_name": folder.get("name")}


def _all(fetch: Fetch, path: str) -> Iterator[Record]:
    """All entries of a list; a page that is not full is the last."""
    for number in range(1, 1000):
        answer = fetch(f"{path}?per_page={_SIZE}&page={number}")
        if not isinstance(answer, list):
            raise not_theirs("Freshdesk", path)
        yield from (entry for entry in answer if isinstance(entry, dict))
        if len(answer) < _SIZE:
            return


def _listed(data: Any) -> list[Record] | None:
    found = data.get("articles") if isinstance(data, dict) else data
    if (
        isinstance(found, list)
        and found
        and all(isinstance(r, dict) and "folder_id" in r and "description" in r for r in found)
    ):
        return found
    return None


def article(record: Record) -> Article | NotRead:
    name, title = f"freshdesk/{record.get('id')}", text_of(record.get("title"))
    if record.get("status") == 1:
        return NotRead(name=name, why=f"“{title}” is a draft")
    agent, hits = record.get("agent_id"), record.get("hits")
    fields = PageFields(
        title=title,
        owner=f"agent {agent}" if agent else "",
        audience=_AUDIENCE.get(int(record.get("folder_visibility") or 0), ""),
        created=as_date(record.get("created_at")),
        updated=as_date(record.get("updated_at")),
        views=hits if isinstance(hits, int) else None,
        aliases=(f"/support/solutions/articles/{record.get('id')}",),
    )
    return made(name, record.get("description"), fields, "freshdesk")


CENTER = HelpCenter(
    "freshdesk", "Freshdesk", "https://developers.freshdesk.com/api/#solutions", _walk, _listed, article,
    (f"{_ROOT}/categories", f"{_ROOT}/categories/{{id}}/folders", f"{_ROOT}/folders/{{id}}/articles"),
)  # fmt: skip

"""Macros and canned replies: what people send customers by one click, as articles of the form `macro`, internal.

Recognised by shape (Zendesk, Intercom, Freshdesk; never tried against the live services), else by the file's name and two
columns: a title and a text. They are compared with articles; no question is answered from them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields, as_date
from kb_audit.sources.help_center import Record, made, text_of
from kb_audit.sources.reading import NotRead

_NAMED = re.compile(r"macro|canned|quick[ _-]?text|snippet|repl(?:y|ies)|saved[ _-]?response", re.I)
_TITLE = ("title", "name", "macro", "subject", "shortcut")
_TEXT = ("body", "text", "content_html", "content", "message", "comment", "reply", "response", "html_body")
_COMMENTS = ("comment_value_html", "comment_value")
_MARKUP = re.compile(r"<(?:p|br|div|ul|ol|li|a|b|strong|span|h[1-6])\b[^>]*>", re.I)


def of_json(name: str, data: Any) -> list[Article | NotRead] | None:
    """Macros of a JSON export, or None where it is something else.

    Shapes: https://developer.zendesk.com/api-reference/ticketing/business-rules/macros (`macros`, or a list of them),
    https://developers.intercom.com/docs/references/rest-api/api.intercom.io/macros (`type: macro`),
    https://developers.freshdesk.com/api/#canned_responses (`content`, `folder_id`).
    """
    listed = _records(data)
    if not listed:
        return None
    theirs = all(_of_zendesk(r) or r.get("type") == "macro" or _of_freshdesk(r) for r in listed)
    return _all(name, listed) if theirs or _plain(name, listed[0]) else None


def of_csv(name: str, text: str) -> list[Article | NotRead] | None:
    """Macros of a table: a column for the title and one for the text, in a file that is called after macros or replies."""
    rows = [
        {key.strip().lower(): value or "" for key, value in row.items() if key}
        for row in csv.DictReader(io.StringIO(text))
    ]
    return _all(name, rows) if rows and _plain(name, rows[0]) else None


def _records(data: Any) -> list[Record]:
    found = (
        next((data[k] for k in ("macros", "canned_responses", "data") if k in data), None)
        if isinstance(data, Mapping)
        else data
    )
    listed = found if isinstance(found, list) else []
    return listed if all(isinstance(record, Mapping) for record in listed) else []


def _of_zendesk(record: Record) -> bool:
    return isinstance(record.get("actions"), list) and "title" in record


def _of_freshdesk(record: Record) -> bool:
    return "content" in record and "title" in record and "folder_id" in record and "description" not in record


def _plain(name: str, record: Record) -> bool:
    return bool(_NAMED.search(name)) and bool(_first(record, _TITLE)) and bool(_first(record, _TEXT))


def _all(file: str, listed: Iterable[Record]) -> list[Article | NotRead]:
    return [found for number, record in enumerate(listed, 1) for found in _one(file, record, number)]


def _one(file: str, record: Record, number: int) -> Iterator[Article | NotRead]:
    """One macro; what only sets fields of the ticket says nothing to a customer and is none."""
    title, name = _first(record, _TITLE), f"{file}/{record.get('id') or number}"
    if record.get("active") is False or text_of(record.get("active")).lower() == "false":
        yield NotRead(name=name, why=f"“{title}” is switched off")
        return
    text = _said(record)
    if not text:
        return
    fields = PageFields(
        title=title or name,
        owner=text_of(record.get("owner") or record.get("team")),
        audience="internal",
        language=text_of(record.get("locale") or record.get("language")),
        created=as_date(record.get("created_at")),
        updated=as_date(record.get("updated_at") or record.get("updated")),
    )
    found = made(name, text if _MARKUP.search(text) else _as_markup(text), fields, "macros")
    yield replace(found, form="macro") if isinstance(found, Article) else found


def _said(record: Record) -> str:
    """What the customer gets to read; of a Zendesk macro its comment, not what it sets."""
    if not _of_zendesk(record):
        return _first(record, _TEXT)
    set_to = {a.get("field"): a.get("value") for a in record["actions"] if isinstance(a, Mapping)}
    if text_of(set_to.get("comment_mode_is_public")).lower() == "false":
        return ""
    said = next((set_to[field] for field in _COMMENTS if set_to.get(field)), "")
    return text_of(said[-1] if isinstance(said, list) else said)  # a list is channel and text


def _first(record: Record, names: Iterable[str]) -> str:
    return next((found for name in names if (found := text_of(record.get(name)))), "")


def _as_markup(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())

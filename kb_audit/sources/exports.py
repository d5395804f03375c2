"""Exports of help centres, recognised by what stands in the file: JSON as the vendor's API gives it, or CSV."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

from kb_audit.article import Article
from kb_audit.sources import confluence, freshdesk, intercom, macros, salesforce, zendesk
from kb_audit.sources.help_center import HelpCenter, from_records
from kb_audit.sources.reading import NotRead

CENTERS: dict[str, HelpCenter] = {
    center.name: center
    for center in (
        zendesk.CENTER,
        intercom.CENTER,
        confluence.CENTER,
        confluence.DATA_CENTER_CENTER,
        salesforce.CENTER,
        freshdesk.CENTER,
    )
}
UNKNOWN = "is no export that is known here: Zendesk, Intercom, Confluence, Salesforce or Freshdesk articles as JSON, Salesforce also as CSV; macros as JSON or CSV"


def read(name: str, raw: bytes, source: str = "") -> list[Article | NotRead]:
    """Articles of an export file; empty for a file that is none (a setting, a table of something else)."""
    from kb_audit.sources.folder import decode

    text = decode(raw)
    if not isinstance(text, str):
        return []
    if name.lower().endswith(".csv"):
        return _of_csv(name, text)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return []
    canned = macros.of_json(name, data)
    if canned is not None:
        return canned
    for center in CENTERS.values():
        listed = center.listed(data)
        if listed is not None:
            found = from_records(center, listed)
            return [*found.articles, *found.not_read]
    return _of_texts(data)


def _of_csv(name: str, text: str) -> list[Article | NotRead]:
    csv.field_size_limit(min(sys.maxsize, 5_000_000))
    try:
        listed = salesforce.from_csv(text)
        if listed is None:
            return macros.of_csv(name, text) or []
    except csv.Error:
        return []
    found = from_records(salesforce.CENTER, listed)
    return [*found.articles, *found.not_read]


def _of_texts(data: Any) -> list[Article | NotRead]:
    """Several answers of one API saved as a list."""
    if not isinstance(data, list) or not data:
        return []
    for center in CENTERS.values():
        parts = [center.listed(each) for each in data]
        if all(part is not None for part in parts):
            found = from_records(center, [record for part in parts if part for record in part])
            return [*found.articles, *found.not_read]
    return []

"""Reading what a caller sent: typed fields of a JSON body, pages of a list.

Wrong input answers 400 with the name of the field, so that a caller can repair it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from assess.demo.rest_service import Problem, Record, Request, Response

MONEY = re.compile(r"\d{1,6}\.\d{2}")


def text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200


def long_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200_000


def money(value: Any) -> bool:
    """An amount in major units as text with two decimals, above zero."""
    return isinstance(value, str) and bool(MONEY.fullmatch(value)) and Decimal(value) > 0


def currency(value: Any) -> bool:
    return isinstance(value, str) and value == "EUR"


def mapping(value: Any) -> bool:
    return isinstance(value, dict)


def one_of(*allowed: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in allowed


Checks = Mapping[str, Callable[[Any], bool]]


def fields(request: Request, required: Checks, optional: Checks | None = None) -> Record:
    """The body's fields; 400 names the first one that is missing, unknown or not of its type."""
    document, checks = request.document(), {**required, **(optional or {})}
    for name in required:
        if name not in document:
            raise Problem(400, "missing-field", "A required field is missing", f"{name} is required")
    for name, value in document.items():
        if name not in checks:
            raise Problem(400, "unknown-field", "The body has a field that is not known", f"{name} is not a field")
        if not checks[name](value):
            raise Problem(400, "invalid-field", "A field has an invalid value", f"{name} is not valid")
    return document


def whole(request: Request, name: str, default: int, largest: int) -> int:
    """A query parameter that is a whole number from 0 (offset) or 1 (limit) on."""
    raw = request.query.get(name, str(default))
    if not raw.isdigit() or int(raw) > largest or (name == "limit" and int(raw) == 0):
        raise Problem(400, "invalid-parameter", "A query parameter is not valid", f"{name} must be 1 to {largest}")
    return int(raw)


def by_cursor(request: Request, records: Sequence[Record], *, key: str = "id") -> Response:
    """One page after `cursor` (opaque: the last id seen); `next_cursor` is null on the last page."""
    limit = whole(request, "limit", 20, 100)
    start, cursor = 0, request.query.get("cursor", "")
    if cursor:
        last = _decoded(cursor)
        places = [place for place, record in enumerate(records) if record[key] == last]
        if not places:
            raise Problem(400, "invalid-parameter", "The cursor is not known", "start again without cursor")
        start = places[0] + 1
    page = list(records[start : start + limit])
    more = start + limit < len(records)
    token = base64.urlsafe_b64encode(str(page[-1][key]).encode()).decode() if more else None
    return Response(200, {"items": page, "next_cursor": token})


def by_offset(request: Request, records: Sequence[Record]) -> Response:
    """One page from `offset`; `total` counts the whole list."""
    limit, offset = whole(request, "limit", 20, 100), whole(request, "offset", 0, 1_000_000)
    page = list(records[offset : offset + limit])
    return Response(200, {"items": page, "total": len(records), "offset": offset, "limit": limit})


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError:
        raise Problem(400, "invalid-parameter", "The cursor is not known", "start again without cursor") from None

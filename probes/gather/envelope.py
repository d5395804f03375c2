"""The record inside an answer, and its fields: `{"data": {…}}` (JSON:API, Kinto) and `{"issue": {…}}` (Rails) wrap it.

What is sent may be wrapped as well, so fields are named by their way from the outside: `("issue", "subject")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Way = tuple[str, ...]
DEEPEST = 4
_WRAPS = ("data", "result", "response", "payload", "record", "item", "entity")
_BESIDE = {"meta", "links", "paging", "pagination", "permissions", "error", "errors", "jsonapi", "included", "user"}
_OF_THE_CALL = {"requestid", "traceid", "correlationid", "transactionid", "tenantid"}  # they name the exchange


def plain(name: str) -> str:
    """`accountId`, `account_id`, `Account-ID` → `accountid`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def record_in(body: Any) -> Any:
    """The record that an answer holds: its one member with an `id`, where the answer has no identity itself; else the
    answer as it is.
    """
    if not isinstance(body, Mapping) or _own_identity(body) is not None:
        return body
    inner = {plain(str(k)): v for k, v in body.items() if isinstance(v, Mapping) and plain(str(k)) not in _BESIDE}
    held = {name: v for name, v in inner.items() if _own_identity(v) is not None}
    return held[next((n for n in _WRAPS if n in held), next(iter(held)))] if _is_clear(held) else body


def identity_of(record: Any) -> str | None:
    """What identifies a record: `id`, else the first field that ends in id or key, else number; looked for inside what
    wraps it, too.
    """
    found = record_in(record)
    return _own_identity(found) if isinstance(found, Mapping) else None


def field_of(record: Any, name: str) -> Any:
    """A field by its name, whatever its spelling, or by its way with dots (`data.id`); None when absent."""
    if not isinstance(record, Mapping):
        return None
    if name in record:
        return record[name]
    found = next((v for k, v in record.items() if plain(k) == plain(name)), None)
    if found is None and "." in name:
        outer, _, rest = name.partition(".")
        return field_of(record.get(outer), rest)
    return found


def leaves(sent: Mapping[str, Any], depth: int = DEEPEST) -> Iterator[tuple[Way, Any]]:
    """Each value of what was sent with its way; objects are looked through, lists are values."""
    for name, value in sent.items():
        if isinstance(value, Mapping) and value and depth > 1:
            yield from (((name, *way), inner) for way, inner in leaves(value, depth - 1))
        else:
            yield (name,), value


def value_at(record: Any, way: Way) -> Any:
    """What a record shows for a field that was sent, wrapped or not; None when it does not show it."""
    inner = record_in(record)
    for where, steps in ((record, way), (inner, way), (inner, way[1:])):
        found = where if steps else None
        for step in steps:
            found = field_of(found, step)
        if found is not None:
            return found
    return None


def as_sent(record: Any, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a record shows of the fields that were sent, in the shape in which they were sent."""
    shown: dict[str, Any] = {}
    for way, _ in leaves(sent):
        value, place = value_at(record, way), shown
        if value is None:
            continue
        for step in way[:-1]:
            place = place.setdefault(step, {})
        place[way[-1]] = value
    return shown


def _own_identity(record: Mapping[str, Any]) -> str | None:
    by_name = {plain(str(k)): v for k, v in record.items() if isinstance(v, str | int) and not isinstance(v, bool)}
    ids = [n for n in by_name if n.endswith(("id", "key")) and n not in _OF_THE_CALL]
    return next((str(by_name[n]) for n in ["id", *ids, "number", "reference"] if n in by_name), None)


def _is_clear(held: Mapping[str, Any]) -> bool:
    return len(held) == 1 or any(name in held for name in _WRAPS)

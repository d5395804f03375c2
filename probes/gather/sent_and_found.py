"""What a record shows against what was sent: another spelling of a number, a time, case or blanks at the ends is no
other value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from probes.gather.envelope import leaves, value_at
from probes.gather.write_evidence import FieldSeen


def differing(sent: Mapping[str, Any], record: Any) -> tuple[FieldSeen, ...]:
    """Fields that the record shows with another value; spelling of numbers, case and blanks at the ends do not count.

    A name that is answered as an object or a list (a reference to a queue, a list of requestors) is no other value.
    """
    found = []
    for way, value in leaves(sent):
        seen = value_at(record, way)
        if seen is not None and is_plain(value) and is_plain(seen) and not same(seen, value):
            found.append(FieldSeen(name=".".join(way), sent=shown(value), found=shown(seen)))
    return tuple(found)


def same(one: Any, other: Any) -> bool:
    """`10` and `10.00`, `Open ` and `open`, a time in another zone; `007` and `7` are two values."""
    if isinstance(one, Mapping | list) or isinstance(other, Mapping | list):
        return bool(one == other)
    texts = str(one).strip().casefold(), str(other).strip().casefold()
    if texts[0] == texts[1]:
        return True
    for read in (_number, _time):
        values = read(texts[0]), read(texts[1])
        if None not in values:
            return bool(values[0] == values[1])
    return False


def is_plain(value: Any) -> bool:
    """One value, neither an object nor a list."""
    return not isinstance(value, Mapping | list)


def shown(value: Any) -> str:
    """The value for a finding: redacted, at most 80 characters."""
    from runtime.redaction import redact

    return str(redact(value))[:80]


def _number(text: str) -> Decimal | None:
    """None also for what is an identifier rather than a number: a leading zero would be lost."""
    if text.lstrip("+-").startswith("0") and text.lstrip("+-")[1:2].isdigit():
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _time(text: str) -> datetime | None:
    if len(text) < len("2026-11-23t09:15"):
        return None
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""Dates of an export: ISO 8601 and the forms that ticket systems write. Whether 04/05 is April or May is decided for
the whole column, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from runtime.errors import BadInput

DateOrder = Literal["iso", "day first", "month first"]
_SLASH = re.compile(r"^\s*(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})\b")
_CLOCK = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d/%b/%y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y", "%d.%m.%y")


def order_of(values: Iterable[str], where: str) -> DateOrder:
    """How day and month stand in a column.

    Raises:
        BadInput: dates like 04/05/2026 only, from which nobody can tell; or both orders at once.
    """
    slashes = [match for value in values if (match := _SLASH.match(value))]
    if not slashes:
        return "iso"
    day = sum(int(match[1]) > 12 for match in slashes)
    month = sum(int(match[2]) > 12 for match in slashes)
    if day and month and min(day, month) > 0.01 * len(slashes):
        raise BadInput(
            "some dates have the day first and some the month first", where, "export the dates as 2026-11-23"
        )
    if not day and not month:
        raise BadInput(
            "the dates do not tell day and month apart (no day above 12)",
            where,
            "export the dates as 2026-11-23, or a longer period",
        )
    return "day first" if day > month else "month first"


def parse_date(text: str, order: DateOrder, zone: ZoneInfo) -> datetime | None:
    """The moment, in `zone`; a text without a zone is taken to be in it. None: not a date."""
    plain = " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())
    if not plain or len(plain) > 40:
        return None
    found = _iso(plain) or _formatted(plain, order)
    if found is None:
        return None
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return datetime.fromisoformat(re.sub(r" (UTC|GMT)$", "+00:00", text))
    except ValueError:
        return None


def _formatted(text: str, order: DateOrder) -> datetime | None:
    slash = _SLASH.match(text)
    if slash:
        mark = text[slash.end(1)]
        first, second = ("%d", "%m") if order == "day first" else ("%m", "%d")
        year = "%Y" if len(slash[3]) == 4 else "%y"
        days: tuple[str, ...] = (f"{first}{mark}{second}{mark}{year}",)
    else:
        days = _NAMED
    for day in days:
        for clock in _CLOCK:
            try:
                return datetime.strptime(text, day + clock)
            except ValueError:
                continue
    return None

"""Dates of an export: ISO 8601 and the forms that ticket systems write. Whether 04/05 is April or May is decided for
the whole column or said by a person, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from runtime.errors import BadInput

DateOrder = Literal["iso", "day first", "month first"]
CERTAIN = 200  # dates that tell, all the same way: the rest of the column need not be read
LONGEST = 40
_SLASH = re.compile(r"^\s*(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})\b")
_CLOCK = re.compile(r",?\s*(?:(?:at )?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap])?\.?(?:m\.?)?)?$", re.I)
_NAMED = re.compile(
    r"^(?:\d{1,2}[ /-][A-Za-z]{3,9}[ /-]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}/\d{1,2}/\d{1,2})"
)
_FORMS = (
    "%d %b %Y", "%d-%b-%Y", "%d/%b/%y", "%d/%b/%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d",
)  # fmt: skip


def order_of(values: Iterable[str], where: str) -> DateOrder:
    """How day and month stand in a column.

    Raises:
        BadInput: dates like 04/05/2026 only, from which nobody can tell; or both orders at once.
    """
    slashes = day = month = 0
    for value in values:
        if match := _SLASH.match(value):
            slashes += 1
            day += int(match[1]) > 12
            month += int(match[2]) > 12
            if max(day, month) >= CERTAIN and not min(day, month):
                break
    if not slashes:
        return "iso"
    if day and month and min(day, month) > 0.01 * slashes:
        raise BadInput(
            f"{day} dates have the day first and {month} the month first", where, "export the dates as 2026-11-23"
        )
    if not day and not month:
        raise BadInput(
            f"{slashes} dates like 04/05/2026 do not tell day and month apart (none has a number above 12)",
            where,
            "say it in engagement.yaml: `tickets: {file: …, dates: day first}` or `month first`",
        )
    return "day first" if day > month else "month first"


class LocalTimes:
    """Reads a column of dates into local times of one zone, without the zone; quick for millions of equal forms."""

    def __init__(self, zone: ZoneInfo, order: DateOrder) -> None:
        self._zone, self._order = zone, order
        self._offsets: dict[str, timedelta] = {}

    def __call__(self, text: str) -> datetime | None:
        """The local moment; a text without a zone is taken to be local. None: not a date."""
        try:
            found: datetime | None = datetime.fromisoformat(text)
        except ValueError:
            found = _slow(text, self._order)
        if found is None or not 1990 <= found.year <= 2100:
            return None
        if found.tzinfo is None:
            return found
        key = text[:13] + text[19:]  # an offset changes at full hours only
        plain = found.replace(tzinfo=None)
        offset = self._offsets.get(key)
        if offset is None:
            offset = found.astimezone(self._zone).replace(tzinfo=None) - plain
            if len(self._offsets) > 50_000:
                self._offsets.clear()
            self._offsets[key] = offset
        return plain + offset


def parse_date(text: str, order: DateOrder, zone: ZoneInfo) -> datetime | None:
    """The moment, in `zone`; a text without a zone is taken to be in it. None: not a date."""
    found = LocalTimes(zone, order)(text)
    return found.replace(tzinfo=zone) if found else None


def _slow(text: str, order: DateOrder) -> datetime | None:
    plain = " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split()) if len(text) <= 2 * LONGEST else ""
    if not plain or len(plain) > LONGEST:
        return None
    if re.match(r"\d{4}-\d{2}-\d{2}", plain):
        return _iso(plain)
    shape = _SLASH.match(plain) or _NAMED.match(plain)
    clock = _CLOCK.match(plain[shape.end() :].removeprefix("T")) if shape else None
    if shape is None or clock is None:
        return None
    day = _day(shape.group().strip(), order)
    return _at(day, clock) if day else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(re.sub(r" ?(UTC|GMT|Z)$", "+00:00", text).replace(" +", "+"))
    except ValueError:
        return None


@lru_cache(maxsize=20_000)
def _day(text: str, order: DateOrder) -> date | None:
    slash = _SLASH.fullmatch(text)
    if slash:
        if order == "iso":
            return None  # nobody said how to read it
        first, second, year = int(slash[1]), int(slash[2]), int(slash[3])
        day, month = (first, second) if order == "day first" else (second, first)
        try:
            return date(year if year > 99 else 2000 + year, month, day)
        except ValueError:
            return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _at(day: date, clock: re.Match[str]) -> datetime | None:
    hour, minute, second = int(clock[1] or 0), int(clock[2] or 0), int(clock[3] or 0)
    if half := (clock[4] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second)
    except ValueError:
        return None

"""Dates as texts write them, each as the last day of what was meant: a day, month, quarter or year."""

from __future__ import annotations

import re
from datetime import date, timedelta

from kb_audit.value_patterns import MONTHS

_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS)
DATED = re.compile(
    rf"\b(?P<iso>20\d\d-\d\d-\d\d)\b|\b(?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>20\d\d)\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?,?\s+(?P<y2>20\d\d)\b"
    rf"|\b(?P<m3>{_MONTH})\.?,?\s+(?:of\s+)?(?P<y3>20\d\d)\b|\bQ(?P<q>[1-4])[ /]?(?P<y4>20\d\d)\b"
    r"|\b(?:in|by|until|during|end of|early|mid|late|summer|winter|spring|autumn|fall)(?: of)?\s+(?P<y5>20\d\d)\b",
    re.I,
)


def last_day(match: re.Match[str]) -> date | None:
    """The last day of what `DATED` found; None for a date that no calendar has."""
    found = match.groupdict()
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["y1"] or found["y2"]:
            month = _month(found["m1"] or found["m2"])
            return date(int(found["y1"] or found["y2"]), month, int(found["d1"] or found["d2"]))
        if found["y3"] or found["y4"]:
            year, month = int(found["y3"] or found["y4"]), _month(found["m3"]) if found["m3"] else int(found["q"]) * 3
            return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return date(int(found["y5"]), 12, 31)
    except ValueError:
        return None


def last_day_in(text: str) -> date | None:
    """The latest date that a text names."""
    return max((day for match in DATED.finditer(text) if (day := last_day(match)) is not None), default=None)


def _month(name: str) -> int:
    return 1 + next(i for i, month in enumerate(MONTHS) if month.startswith(name[:3].lower()))

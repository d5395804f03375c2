"""What a matched value says: its bounds in the kind's base unit, its unit, and whether business days are meant."""

from __future__ import annotations

import re
from datetime import date

from kb_audit.value_patterns import CURRENCY, DAYS, MONTHS, SIZES, WORDS


def number(text: str) -> float:
    """A number in digits or English words up to a hundred."""
    low = text.lower().strip()
    return float(WORDS[low]) if low in WORDS else float(low.replace(",", "").replace("\u202f", ""))


UNLIMITED = 1e15
Read = tuple[float, float, str, bool]


def _pair(match: re.Match[str], scale: float = 1.0) -> tuple[float, float]:
    low = number(match["n"]) * scale
    second = match.groupdict().get("m")
    return low, max(low, number(second) * scale) if second else low


def _amount(match: re.Match[str]) -> Read | None:
    groups = match.groupdict()
    if groups.get("free"):
        return 0.0, 0.0, "", False
    currency = CURRENCY.get(groups["s"].lower().strip(), groups["s"].upper())
    scale = {"k": 1e3, "million": 1e6}.get((groups.get("k") or "").lower().strip(), 1.0) * (
        0.01 if currency in ("cent", "pence") else 1
    )
    lo, hi = _pair(match, scale)
    return lo, hi, {"cent": "", "pence": "GBP"}.get(currency, currency), False


def _percentage(match: re.Match[str]) -> Read:
    if match.groupdict().get("half"):
        return 50.0, 50.0, "%", False
    if match.groupdict().get("parts"):
        share = 100 * (_ARTICLES.get(match["parts"].lower()) or number(match["parts"])) / _PARTS[match["part"].lower()]
        return share, share, "%", False
    return *_pair(match), "%", False


_ARTICLES = {"a": 1.0, "an": 1.0}
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_OF_ONE = {"half": 0.5, "a quarter of": 0.25, "three quarters of": 0.75}


def _duration(match: re.Match[str]) -> Read | None:
    if match["s24"]:
        return None
    if match["next"]:
        return 1.0, 1.0, "days", True
    if alone := match["u3"] or match["u4"]:
        return DAYS[alone.lower()], DAYS[alone.lower()], "days", False
    if match["part"]:
        part = _OF_ONE[match["part"].lower()] * DAYS[match["u5"].lower()]
        return part, part, "days", False
    if match["one"]:
        return DAYS[match["u1"].lower()], DAYS[match["u1"].lower()], "days", bool(match["b1"])
    unit = match["u"].lower().rstrip("s")
    scale = DAYS[unit] if unit != "" else 1.0
    return *_pair(match, scale), "days", (match["b"] or "").lower() in ("business", "working", "work")


def _frequency(match: re.Match[str]) -> Read | None:
    """The time from one to the next, in days: "twice a year" is 182.5."""
    if match["adv"]:
        return *([_ADVERBS[match["adv"].lower()]] * 2), "days", False  # type: ignore[return-value]
    if match["u3"]:
        return *([2 * DAYS[match["u3"].lower()]] * 2), "days", False  # type: ignore[return-value]
    if match["k"]:
        often = {"once": 1.0, "twice": 2.0}.get(match["k"].lower()) or number(match["k"].split()[0])
        return *([DAYS[match["u2"].lower()] / often] * 2), "days", False  # type: ignore[return-value]
    each = DAYS[match["u"].lower()] * (number(match["n"]) if match["n"] else 1.0)
    return each, each, "days", False


_ADVERBS = {
    "hourly": 1 / 24,
    "daily": 1.0,
    "weekly": 7.0,
    "monthly": 30.42,
    "quarterly": 91.25,
    "annually": 365.0,
    "yearly": 365.0,
}


def _date(match: re.Match[str]) -> Read | None:
    groups = match.groupdict()
    year = groups["y"] or groups["y2"] or groups["y3"]
    name = groups["mon"] or groups["mon3"]
    month = (
        int(groups["mo"])
        if groups["mo"]
        else 1 + next(i for i, m in enumerate(MONTHS) if m.startswith(name[:3].lower()))
    )
    day = int(groups["d"] or groups["d2"] or groups["d3"])
    try:
        at = date(int(year) if year else 2000, month, day).toordinal()
    except ValueError:
        return None
    return float(at), float(at), "date" if year else "day of the year", False


def _time(match: re.Match[str]) -> Read | None:
    groups = match.groupdict()
    if groups["noon"]:
        at = 720.0 if groups["noon"].lower() == "noon" else 1440.0
        return at, at, "clock", False
    if groups["hw"]:
        hour, when = int(number(groups["hw"])), groups["of"].lower()
        late = when != "in the morning" and (when != "at night" or 6 <= hour < 12)
        at = 60.0 * (24 if when == "at night" and hour == 12 else hour % 12 + 12 * late)
        return at, at, "clock", False
    hour, minute = int(groups["h"] or groups["h2"]), int(groups["mi"] or groups["mi2"] or 0)
    half = (groups["ap"] or "").lower()
    if hour > 24 or (half and hour > 12):
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    at = hour * 60.0 + minute
    return at, at, "clock", False


def _size(match: re.Match[str]) -> Read:
    unit = match["u"].lower()
    family = (
        "bps"
        if unit.endswith(("bps", "it/s"))
        else "b"
        if unit in ("kb", "mb", "gb", "tb")
        else "g"
        if unit in ("kg", "lb", "lbs", "g", "gram", "grams")
        else "l"
        if unit in ("ml", "litre", "litres", "liter", "liters")
        else "m"
    )
    return *_pair(match, SIZES[unit]), family, False


_ONE_AS_NUMBER = re.compile(r"\b(?:may|can|must|limited to|up to|than|most|exactly)\s(?:(?!be\b)\w+\s)?$", re.I)


_OF_THE_TEXT = frozenset(
    [
        "way",
        "form",
        "kind",
        "type",
        "sort",
        "reason",
        "section",
        "example",
        "method",
        "approach",
        "case",
        "aspect",
        "possibilitie",
    ]
)
"""Things that a text counts of itself ("there are two ways to do this")."""
_NAMED = re.compile(r"(?:\b[A-Z][\w-]+|\b(?:version|release|value of))\s$")


def _count(match: re.Match[str]) -> Read | None:
    groups = match.groupdict()
    thing = match["c"].lower() or ("times" if match[0].lower() == "twice" else "")
    thing = {"people": "person", "persons": "person"}.get(thing, thing.rstrip("s"))
    if groups.get("all"):
        return UNLIMITED, UNLIMITED, thing, False
    if groups.get("only"):
        return 1.0, 1.0, thing, False
    if match["n"].lower() == "one" and thing and not _ONE_AS_NUMBER.search(match.string[: match.start()]):
        return None  # an article more often than a number
    if (
        match["c"]
        and match["n"] not in ("1", "one", "half")
        and not match["c"].lower().endswith(("s", "people", "children"))
    ):
        return None  # "2 device files" counts no devices; a footnote's mark may stand there
    if thing in _OF_THE_TEXT or ("." in match["n"] and thing in ("version", "release")):
        return None
    if match["n"] == "1" and not match.groupdict().get("m") and match["c"].lower().endswith("s"):
        return None  # "the 1 bits" are not one bit
    if "." in match["n"] and _NAMED.search(match.string[: match.start()]):
        return None  # "Studio 5.3 focuses on" names a version
    return *_pair(match), thing, False


def _age(match: re.Match[str]) -> Read:
    years = number(next(match[f"n{i}"] for i in ("", 2, 3, 4, 5) if match[f"n{i}"]))
    return years, years, "years", False


READERS = {"amount": _amount, "percentage": _percentage, "duration": _duration, "frequency": _frequency, "date": _date, "time": _time, "size": _size,
            "count": _count, "age": _age}  # fmt: skip

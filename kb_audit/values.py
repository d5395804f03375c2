"""Typed values in a sentence: amounts, percentages, durations, dates, times, counts, sizes, ages – as intervals.

"at least 30 days" is [30, ∞) days, "up to $50" is (-∞, 50] USD, "2–3 weeks" is [14, 21] days, "free" is an amount of 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Literal

from kb_audit.value_patterns import (
    ABOUT,
    AT_LEAST,
    AT_MOST,
    CURRENCY,
    DAYS,
    LEAST_AFTER,
    MONTHS,
    MOST_AFTER,
    NUMBER,
    PATTERNS,
    PER,
    PERIODS,
    SIZES,
    WORDS,
    ValueKind,
)

Operator = Literal["exactly", "at_most", "at_least", "between", "about"]


@dataclass(frozen=True)
class Value:
    """`lo`..`hi` in the kind's base unit: days, percent, minutes of the day, bytes, days since year 0, or the unit named.

    `unit` must be equal for two values to be comparable (currency, thing counted, "calendar"/"business" aside).
    """

    kind: ValueKind
    lo: float
    hi: float
    unit: str
    operator: Operator
    start: int
    end: int
    per: str = ""
    business: bool = False

    @property
    def bounds(self) -> tuple[float, ...]:
        return tuple(each for each in (self.lo, self.hi) if abs(each) != inf)


def values(text: str) -> list[Value]:
    """All typed values of a sentence, in order, none overlapping another."""
    taken: list[Value] = []
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < v.end and v.start < match.end() for v in taken):
                continue
            value = _value(kind, match, text)
            if (
                value is not None
                and kind == "duration"
                and _AGE.search(text)
                and (match["u"] or "").lower().startswith("year")
            ):
                value = replace(value, kind="age", lo=value.lo / 365, hi=value.hi / 365, unit="years")
            if value is not None:
                taken.append(value)
    found = sorted(taken, key=lambda v: v.start)
    return [v for i, v in enumerate(found) if i == 0 or not _restates(text, found[i - 1], v)]


def _restates(text: str, first: Value, second: Value) -> bool:
    """ "two weeks (80 hours)": what stands in brackets right behind a value of its kind explains it; "10 euros monthly"."""
    if second.kind == "frequency" and first.per and second.start - first.end < 6:
        return True
    return first.kind == second.kind and (
        text[first.end : second.start].strip() == "(" or (first.lo, first.hi) == (second.lo, second.hi) == (0, 0)
    )


def mask(text: str, found: list[Value]) -> str:
    """The sentence with its values replaced by their kind: what it is *about*."""
    out, at = [], 0
    for value in found:
        noun = _NUMERAL.sub("", text[value.start : value.end]) if value.kind == "count" else ""
        out += [text[at : value.start], f" {_MASKS[value.kind]} {noun} "]
        at = value.end
    return re.sub(r"\s+([.,;:!?')])", r"\1", " ".join("".join([*out, text[at:]]).split()))


_NUMERAL = re.compile(
    rf"(?:only |a single |unlimited |any number of |as many |twice|\b(?:{NUMBER})\b(?:\s*(?:-|–|—|to|and|or)\s*\b{NUMBER}\b)?)",
    re.I,
)
_MASKS = {"frequency": "some frequency", "amount": "some amount", "percentage": "some percent", "duration": "some time", "date": "some date", "time": "some hour",
          "count": "some number", "size": "some size", "age": "some age"}  # fmt: skip


_LATEST = re.compile(r"\b(?:(?:no|not) later than|up to|until|till)(?: \w+)?\s*$", re.I)
_AFTER = re.compile(r"\b(?:after|since)\s*$", re.I)
_BEFORE = re.compile(r"^\s*(?:before|prior|in advance|ahead)\b", re.I)
_AGE = re.compile(r"\bage\b(?! of)", re.I)


def _value(kind: ValueKind, match: re.Match[str], text: str) -> Value | None:
    read = _READERS[kind](match)
    if read is None:
        return None
    lo, hi, unit, business = read
    operator, low, high = _interval(kind, text, match, lo, hi)
    per = PER.match(text[match.end() :])
    period = (per.group(1) or PERIODS[per.group(2).lower()]).lower() if per else ""
    start = match.start("n5") if match.groupdict().get("n5") else match.start()
    return Value(kind, low, high, unit, operator, start, match.end(), period, business)


def _interval(kind: ValueKind, text: str, match: re.Match[str], lo: float, hi: float) -> tuple[Operator, float, float]:
    at = (
        match.start("n")
        if match.groupdict().get("n") and match.lastgroup != "s" and text[match.start()].isalpha()
        else match.start()
    )
    before, after = text[max(0, at - 40) : at], text[match.end() : match.end() + 20]
    if lo != hi:
        return "between", lo, hi
    if kind in ("time", "date") and _AFTER.search(before):
        return "at_least", lo, inf
    if AT_LEAST.search(before) or LEAST_AFTER.match(after):
        return "at_least", lo, inf
    if _LATEST.search(before) and _BEFORE.match(after):
        return "at_least", lo, inf
    if AT_MOST.search(before) or MOST_AFTER.match(after):
        return "at_most", -inf, hi
    if ABOUT.search(before):
        return "about", lo * 0.9, hi * 1.1
    return "exactly", lo, hi


def number(text: str) -> float:
    """A number in digits or English words up to a hundred."""
    low = text.lower().strip()
    return float(WORDS[low]) if low in WORDS else float(low.replace(",", "").replace("\u202f", ""))


UNLIMITED = 1e15
_Read = tuple[float, float, str, bool]


def _pair(match: re.Match[str], scale: float = 1.0) -> tuple[float, float]:
    low = number(match["n"]) * scale
    second = match.groupdict().get("m")
    return low, max(low, number(second) * scale) if second else low


def _amount(match: re.Match[str]) -> _Read | None:
    groups = match.groupdict()
    if groups.get("free"):
        return 0.0, 0.0, "", False
    currency = CURRENCY.get(groups["s"].lower().strip(), groups["s"].upper())
    scale = {"k": 1e3, "million": 1e6}.get((groups.get("k") or "").lower().strip(), 1.0) * (
        0.01 if currency in ("cent", "pence") else 1
    )
    lo, hi = _pair(match, scale)
    return lo, hi, {"cent": "", "pence": "GBP"}.get(currency, currency), False


def _percentage(match: re.Match[str]) -> _Read:
    if match.groupdict().get("half"):
        return 50.0, 50.0, "%", False
    return *_pair(match), "%", False


def _duration(match: re.Match[str]) -> _Read | None:
    if match["s24"]:
        return None
    if match["next"]:
        return 1.0, 1.0, "days", True
    if alone := match["u3"] or match["u4"]:
        return DAYS[alone.lower()], DAYS[alone.lower()], "days", False
    if match["one"]:
        return DAYS[match["u1"].lower()], DAYS[match["u1"].lower()], "days", bool(match["b1"])
    unit = match["u"].lower().rstrip("s")
    scale = DAYS[unit] if unit != "" else 1.0
    return *_pair(match, scale), "days", (match["b"] or "").lower() in ("business", "working", "work")


def _frequency(match: re.Match[str]) -> _Read | None:
    """The time from one to the next, in days: "twice a year" is 182.5."""
    if match["adv"]:
        return *([_ADVERBS[match["adv"].lower()]] * 2), "days", False  # type: ignore[return-value]
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


def _date(match: re.Match[str]) -> _Read | None:
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


def _time(match: re.Match[str]) -> _Read | None:
    groups = match.groupdict()
    if groups["noon"]:
        at = 720.0 if groups["noon"].lower() == "noon" else 1440.0
        return at, at, "clock", False
    hour, minute = int(groups["h"] or groups["h2"]), int(groups["mi"] or groups["mi2"] or 0)
    half = (groups["ap"] or "").lower()
    if hour > 24 or (half and hour > 12):
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    at = hour * 60.0 + minute
    return at, at, "clock", False


def _size(match: re.Match[str]) -> _Read:
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


def _count(match: re.Match[str]) -> _Read | None:
    groups = match.groupdict()
    thing = match["c"].lower() or ("times" if match[0].lower() == "twice" else "")
    thing = {"people": "person", "persons": "person"}.get(thing, thing.rstrip("s"))
    if groups.get("all"):
        return UNLIMITED, UNLIMITED, thing, False
    if groups.get("only"):
        return 1.0, 1.0, thing, False
    if match["n"].lower() == "one" and thing and not _ONE_AS_NUMBER.search(match.string[: match.start()]):
        return None  # an article more often than a number
    if match["c"] and match["n"] not in ("1", "one", "half") and not match["c"].lower().endswith(("s", "people", "children")):
        return None  # "2 device files" counts no devices; a footnote's mark may stand there
    return *_pair(match), thing, False


def _age(match: re.Match[str]) -> _Read:
    years = number(next(match[f"n{i}"] for i in ("", 2, 3, 4, 5) if match[f"n{i}"]))
    return years, years, "years", False


_READERS = {"amount": _amount, "percentage": _percentage, "duration": _duration, "frequency": _frequency, "date": _date, "time": _time, "size": _size,
            "count": _count, "age": _age}  # fmt: skip

"""Typed values in a sentence: amounts, percentages, durations, dates, times, counts, sizes, ages – as intervals.

"at least 30 days" is [30, ∞) days, "up to $50" is (-∞, 50] USD, "2–3 weeks" is [14, 21] days, "free" is an amount of 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Literal

ValueKind = Literal["amount", "percentage", "duration", "date", "time", "count", "size", "age"]
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


_WORDS = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "twice": 2, "sixty": 60, "ninety": 90, "hundred": 100, "a hundred": 100, "half": 0.5}  # fmt: skip
_NUMBER = r"(?:\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")"
_SPAN = rf"(?P<n>{_NUMBER})(?:\s*(?:-|–|—|to|and|or)\s*(?P<m>{_NUMBER}))?"
_CURRENCY = {"$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
             "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "cent": "cent", "cents": "cent", "chf": "CHF", "¥": "JPY", "yen": "JPY", "₹": "INR"}  # fmt: skip
_MONEY_SIGN = r"(?:us\$|[$€£¥₹]|(?:usd|eur|gbp|chf)\s?)"
_MONEY_WORD = r"(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|yen|€|£|\$|cents?)(?![a-z])"
_DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "h": 1 / 24, "day": 1.0, "night": 1.0,
         "week": 7.0, "fortnight": 14.0, "month": 30.42, "year": 365.0, "quarter": 91.25}  # fmt: skip
_SIZES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kbps": 1e3, "mbps": 1e6, "mbit/s": 1e6, "gbps": 1e9, "gbit/s": 1e9,
          "kg": 1e3, "g": 1.0, "lb": 453.6, "lbs": 453.6, "km": 1e3, "cm": 0.01, "m": 1.0, "miles": 1609.0, "mile": 1609.0}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?P<mon>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r"|sept)\.?"
_UNIT = r"(?P<u>seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|quarters?|years?)(?![a-z])"
_KIND_OF_DAY = r"(?P<b>business|working|calendar|full|consecutive|additional|extra|more|other|whole|school|paid|work)?"
_COUNTED = (
    r"(?P<c>users?|seats?|devices?|attempts?|lines?|people|persons?|members?|items?|accounts?|times?|employees?|guests?|bags?|"
    r"pieces?|points?|messages?|calls?|tickets?|profiles?|screens?|licen[cs]es?|projects?|copies|bottles?|units?|photos?|files?|"
    r"sims?|cards?|addresses|channels?|stops?|changes?|payments?|instal?lments?|orders?|children|pets?|visits?|questions?|"
    r"characters?|requests?|emails?|pages?|sessions?|appointments?|colleagues?|reviewers?|approvals?|signatures?|steps?|rooms?|vehicles?|drivers?|refills?|doses?|downloads?)"
)
_PATTERNS: tuple[tuple[ValueKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))  # type: ignore[misc]
    for kind, pattern in (
        ("age", rf"(?:(?<=aged )|(?<=age )|(?<=age of )|(?<=over the age of )|(?:(?<=children )|(?<=kids )|(?<=guests )|(?<=passengers )|(?<=anyone )|(?<=people )|(?<=travellers )|(?<=those ))(?:under|over|below|above|aged?)\s)(?P<n>\d{{1,2}})(?P<m>)\b|\b(?P<n2>\d{{1,2}})(?:\s+years old|-year-olds?| years of age)\b"),
        ("amount", rf"(?P<s>{_MONEY_SIGN})\s?(?P<n>\d[\d,]*(?:\.\d+)?)(?P<k>k\b|\s?million\b)?(?:\s*(?:-|–|to|and)\s*{_MONEY_SIGN}?\s?(?P<m>\d[\d,]*(?:\.\d+)?))?"),
        ("amount", rf"\b{_SPAN}\s?(?P<s>{_MONEY_WORD})"),
        ("percentage", rf"\b{_SPAN}\s?(?:%|percent\b|per cent\b)"),
        ("date", rf"\b(?P<y>20\d\d)-(?P<mo>0[1-9]|1[0-2])-(?P<d>[0-3]\d)\b|\b{_MONTH}\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(?P<y2>20\d\d))?|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.replace('?P<mon>', '?P<mon3>')}(?![a-z])(?:,?\s+(?P<y3>20\d\d))?"),
        ("time", r"\b(?P<h>\d{1,2})(?:[:.](?P<mi>\d\d))?\s?(?P<ap>[ap]\.?m\b\.?)|\b(?P<h2>[01]?\d|2[0-3]):(?P<mi2>[0-5]\d)\b|\b(?P<noon>noon|midnight)\b"),
        ("duration", rf"\b{_SPAN}(?:\s?\(\d+\))?[\s-]{_KIND_OF_DAY}[\s-]?{_UNIT}|(?:(?<=within )|(?<=after )|(?<=for )|(?<=least )|(?<=takes ))(?P<one>an?|one)\s(?P<b1>business |working )?(?P<u1>hour|day|week|fortnight|month|year)\b|\b(?P<s24>24/7)"),
        ("size", rf"\b(?P<n>\d[\d,]*(?:\.\d+)?)\s?(?P<u>kbps|mbps|gbps|mbit/s|gbit/s|kb|mb|gb|tb|kg|lbs?|km|cm|miles?)\b"),
        ("count", r"\b(?P<n>twice)(?P<m>)(?P<c>)\b(?! as| the)"),
        ("count", rf"\b{_SPAN}\s(?:[a-z-]+\s){{0,2}}?{_COUNTED}\b"),
        ("amount", r"(?P<free>\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b|\bno (?:extra |additional )?(?:charge|fee|cost)s?\b(?! for late)|\bwithout (?:any )?(?:charge|fee)\b|"
                   r"(?:\b(?:is|are|be|ship|ships|shipped|delivered|entirely|completely|always|stays?) )free\b(?! (?:from|to|of(?! charge)|trial|plan|tier))|\bfree (?=shipping|delivery|returns?|replacement|repair|cancel|of charge|roaming|parking|wi-?fi|installation|collection|exchange|upgrade|pick))"),
    )
)  # fmt: skip
_AT_MOST = re.compile(r"(?:up to|at most|no (?:more|longer|later) than|not (?:more|longer|later) than|maximum(?: of)?|max\.?|within(?: the (?:first|next|last))?|in(?:side)? the (?:first|next)|less than|fewer than|under|below|not exceed(?:ing)?|limited to|capped at|a limit of|before|until|by)(?: (?:a|the|an|about|just|period of|total(?: of)?))?\s*$", re.I)  # fmt: skip
_AT_LEAST = re.compile(r"(?:at least|no (?:less|fewer|earlier|sooner) than|not less than|minimum(?: of)?|min\.?|(?<!no )(?<!not )more than|over|above|(?<!not )exceed(?:s|ing)?|greater than|(?<!no )(?<!not )longer than|starting at|starts at|from|older than)(?: (?:a|the|an))?\s*$", re.I)  # fmt: skip
_ABOUT = re.compile(r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|typically|usually|~)\s*$", re.I)
_MOST_AFTER = re.compile(r"^\s*(?:or (?:less|fewer|under|below|younger)|maximum|max\b|at (?:the )?most)", re.I)
_LEAST_AFTER = re.compile(r"^\s*(?:or (?:more|over|above|longer|older|greater|later)|minimum|and (?:over|above|older|up)|\+)", re.I)
_PER = re.compile(r"^\s*(?:\w+\s)?(?:per|a|an|each|every|/)\s?(hour|day|night|workweek|week|month|pay period|period|year|user|person|device|line|order|item|transaction|minute|mile|kg|gb|seat)\b|^\s*(monthly|yearly|annually|weekly|daily)\b", re.I)  # fmt: skip
_PERIODS = {"monthly": "month", "yearly": "year", "annually": "year", "weekly": "week", "daily": "day"}


def values(text: str) -> list[Value]:
    """All typed values of a sentence, in order, none overlapping another."""
    taken: list[Value] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < v.end and v.start < match.end() for v in taken):
                continue
            value = _value(kind, match, text)
            if value is not None:
                taken.append(value)
    return sorted(taken, key=lambda v: v.start)


def mask(text: str, found: list[Value]) -> str:
    """The sentence with its values replaced by their kind: what it is *about*."""
    out, at = [], 0
    for value in found:
        out += [text[at : value.start], _MASKS[value.kind]]
        at = value.end
    return " ".join("".join([*out, text[at:]]).split())


_MASKS = {"amount": "some amount", "percentage": "some percent", "duration": "some time", "date": "some date", "time": "some hour",
          "count": "some number", "size": "some size", "age": "some age"}  # fmt: skip


def _value(kind: ValueKind, match: re.Match[str], text: str) -> Value | None:
    read = _READERS[kind](match)
    if read is None:
        return None
    lo, hi, unit, business = read
    operator, low, high = _interval(text, match, lo, hi)
    per = _PER.match(text[match.end() :])
    period = (per.group(1) or _PERIODS[per.group(2).lower()]).lower() if per else ""
    return Value(kind, low, high, unit, operator, match.start(), match.end(), period, business)


def _interval(text: str, match: re.Match[str], lo: float, hi: float) -> tuple[Operator, float, float]:
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 20]
    if lo != hi:
        return "between", lo, hi
    if _AT_LEAST.search(before) or _LEAST_AFTER.match(after):
        return "at_least", lo, inf
    if _AT_MOST.search(before) or _MOST_AFTER.match(after):
        return "at_most", -inf, hi
    if _ABOUT.search(before):
        return "about", lo * 0.9, hi * 1.1
    return "exactly", lo, hi


def number(text: str) -> float:
    """A number in digits or English words up to a hundred."""
    low = text.lower().strip()
    return float(_WORDS[low]) if low in _WORDS else float(low.replace(",", "").replace("\u202f", ""))


_Read = tuple[float, float, str, bool]


def _pair(match: re.Match[str], scale: float = 1.0) -> tuple[float, float]:
    low = number(match["n"]) * scale
    second = match.groupdict().get("m")
    return low, max(low, number(second) * scale) if second else low


def _amount(match: re.Match[str]) -> _Read | None:
    groups = match.groupdict()
    if groups.get("free"):
        return 0.0, 0.0, "", False
    currency = _CURRENCY.get(groups["s"].lower().strip(), groups["s"].upper())
    scale = {"k": 1e3, "million": 1e6}.get((groups.get("k") or "").lower().strip(), 1.0) * (0.01 if currency == "cent" else 1)
    lo, hi = _pair(match, scale)
    return lo, hi, "" if currency == "cent" else currency, False


def _percentage(match: re.Match[str]) -> _Read:
    return *_pair(match), "%", False


def _duration(match: re.Match[str]) -> _Read | None:
    if match["s24"]:
        return None
    if match["one"]:
        return _DAYS[match["u1"].lower()], _DAYS[match["u1"].lower()], "days", bool(match["b1"])
    unit = match["u"].lower().rstrip("s")
    scale = _DAYS[unit] if unit != "" else 1.0
    return *_pair(match, scale), "days", (match["b"] or "").lower() in ("business", "working", "work")


def _date(match: re.Match[str]) -> _Read | None:
    groups = match.groupdict()
    year = groups["y"] or groups["y2"] or groups["y3"]
    name = groups["mon"] or groups["mon3"]
    month = int(groups["mo"]) if groups["mo"] else 1 + next(i for i, m in enumerate(_MONTHS) if m.startswith(name[:3].lower()))
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
    family = "bps" if unit.endswith(("bps", "it/s")) else "b" if unit in ("kb", "mb", "gb", "tb") else "g" if unit in ("kg", "lb", "lbs") else "m"
    return *_pair(match, _SIZES[unit]), family, False


def _count(match: re.Match[str]) -> _Read | None:
    thing = match["c"].lower() or "times"
    if match["n"].lower() == "one":
        return None  # an article more often than a number
    return *_pair(match), {"people": "person", "persons": "person"}.get(thing, thing.rstrip("s")), False


def _age(match: re.Match[str]) -> _Read:
    years = float(match["n"] or match["n2"])
    return years, years, "years", False


_READERS = {"amount": _amount, "percentage": _percentage, "duration": _duration, "date": _date, "time": _time, "size": _size,
            "count": _count, "age": _age}  # fmt: skip


def written(value: Value) -> str:
    """The normal form that a finding shows: `≤ 30 days`, `≥ 50 EUR`, `14–21 days`, `0 (free)`."""
    sign = {"at_most": "≤ ", "at_least": "≥ ", "about": "≈ "}.get(value.operator, "")
    numbers = [_one(value, each) for each in dict.fromkeys(_around(value))]
    unit = {"clock": "", "date": "", "day of the year": "", "days": ""}.get(value.unit, value.unit)
    per = f" per {value.per}" if value.per else ""
    return f"{sign}{'–'.join(numbers)}{' ' + unit if unit else ''}{per}"


def _around(value: Value) -> Iterator[float]:
    if value.operator == "about":
        yield (value.lo / 0.9)
    else:
        yield from value.bounds


def _one(value: Value, each: float) -> str:
    if value.unit == "clock":
        return f"{int(each) // 60:02d}:{int(each) % 60:02d}"
    if value.unit in ("date", "day of the year"):
        found = date.fromordinal(int(each))
        return found.isoformat() if value.unit == "date" else f"{found.day} {_MONTHS[found.month - 1].capitalize()}"
    if value.unit == "days":
        kind = "business " if value.business else ""
        for name, days in (("days", 1.0), ("hours", 1 / 24), ("minutes", 1 / 1440)):
            if each >= days * 0.999:
                return f"{each / days:.4g} {kind}{name}"
    if value.kind == "amount" and each == 0 and not value.unit:
        return "0 (free)"
    return f"{each:,.2f}".rstrip("0").rstrip(".")

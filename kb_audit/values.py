"""Typed values in a sentence: amounts, percentages, durations, dates, times, counts, sizes, ages – as intervals.

"at least 30 days" is [30, ∞) days, "up to $50" is (-∞, 50] USD, "2–3 weeks" is [14, 21] days, "free" is an amount of 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from typing import Literal

from kb_audit.readings import READERS
from kb_audit.value_patterns import (
    ABOUT,
    AT_LEAST,
    AT_MOST,
    LEAST_AFTER,
    MAY_HOLD_A_VALUE,
    MOST_AFTER,
    NUMBER,
    PATTERNS,
    PER,
    PERIODS,
    ValueKind,
)

Operator = Literal["exactly", "at_most", "at_least", "between", "about"]


@dataclass(frozen=True, slots=True)
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
    return list(_values(text)) if MAY_HOLD_A_VALUE.search(text) else []


@lru_cache(maxsize=20_000)
def _values(text: str) -> tuple[Value, ...]:
    """Headings come back for every sentence below them."""
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
    return tuple(v for i, v in enumerate(found) if i == 0 or not _restates(text, found[i - 1], v))


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
    read = READERS[kind](match)
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

"""When two values of one kind cannot both be the rule.

Where a sentence sets a limit, the bound *is* the claim: "within 30 days" and "within 14 days" contradict although
14 lies inside 30. Where it describes, only disjoint intervals contradict: "over 25 cases" and "31 cases" go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kb_audit.values import Value

Verdict = Literal["same", "compatible", "incompatible", "incomparable"]

_TOLERANCE = 0.02
_BUSINESS = 1.4
_EXACT = {"amount": 0.001, "size": 0.03}


def relate(a: Value, b: Value, *, deontic: bool = True) -> Verdict:
    """How two values stand to each other; "incomparable" where kind, unit, currency or period differ."""
    if a.kind != b.kind or not _same_unit(a, b) or _other_period(a, b):
        return "incomparable"
    if _near(a, b, 1.0):
        return "same"
    if (
        a.business != b.business
        and a.kind == "duration"
        and _near(*((b, a) if a.business else (a, b)), _BUSINESS, 0.15)
    ):
        return "compatible"  # five business days are about seven calendar days
    if not deontic:
        return "compatible" if a.lo <= b.hi and b.lo <= a.hi else "incompatible"
    if {a.operator, b.operator} == {"at_most", "at_least"} or "between" in (a.operator, b.operator):
        return _ranges(a, b)
    return "incompatible"


def _ranges(a: Value, b: Value) -> Verdict:
    """A range agrees with the bound it ends in, and with anything inside it; two ranges must be the same."""
    if a.operator == "between" and b.operator == "between":
        return "incompatible"
    if {a.operator, b.operator} == {"at_most", "at_least"}:
        return "compatible" if a.lo <= b.hi and b.lo <= a.hi else "incompatible"
    span, other = (a, b) if a.operator == "between" else (b, a)
    edge = other.bounds[0]
    if other.operator in ("exactly", "about"):
        return "compatible" if span.lo * 0.98 <= edge <= span.hi * 1.02 else "incompatible"
    return (
        "compatible"
        if abs(edge - (span.hi if other.operator == "at_most" else span.lo)) <= _TOLERANCE * max(edge, 1e-9)
        else "incompatible"
    )


def _other_period(a: Value, b: Value) -> bool:
    """ "5 days a week" is no "10 days"; but a price is often written without its "per order"."""
    return a.per != b.per if a.kind == "duration" else bool(a.per and b.per and a.per != b.per)


def far_apart(a: Value, b: Value) -> bool:
    """Durations that differ by more than an order of magnitude are rarely two versions of one rule."""
    if a.kind != "duration":
        return False
    low, high = sorted((max(a.bounds, default=0.0), max(b.bounds, default=0.0)))
    return high > 24.5 * max(low, 1e-9)


def _same_unit(a: Value, b: Value) -> bool:
    if a.unit == b.unit:
        return True
    if a.kind in ("amount", "count"):
        return "" in (a.unit, b.unit)
    return a.kind == "date"


def _near(a: Value, b: Value, factor: float, tolerance: float = _TOLERANCE) -> bool:
    """Equal bounds within the tolerance (10 % where one side says "about"); `b` counts `factor` times."""
    if a.kind == "date" and a.unit != b.unit:
        return _day_of_year(a) == _day_of_year(b)
    if "about" in (a.operator, b.operator):
        tolerance = max(tolerance, 0.1)
    elif a.kind == "frequency":
        tolerance = 0.03
    elif a.kind != "duration":
        tolerance = _EXACT.get(a.kind, 0.0)
    left, right = _mid_or_bounds(a), _mid_or_bounds(b)
    if len(left) != len(right):
        return False
    return all(
        abs(x - y * factor) <= tolerance * max(abs(x), abs(y * factor), 1e-9) for x, y in zip(left, right, strict=True)
    )


def _mid_or_bounds(value: Value) -> Sequence[float]:
    if value.operator == "about":
        return (value.lo / 0.9,)
    return value.bounds if value.operator == "between" else value.bounds[:1]


def _day_of_year(value: Value) -> tuple[int, int]:
    from datetime import date

    found = date.fromordinal(int(value.bounds[0]))
    return found.month, found.day

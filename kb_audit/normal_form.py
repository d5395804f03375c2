"""The normal form of a value, as findings show it: `≤ 30 days`, `≥ 50 EUR`, `14–21 days`, `0 (free)`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kb_audit.readings import UNLIMITED
from kb_audit.value_patterns import MONTHS
from kb_audit.values import Value


def written(value: Value) -> str:
    """The normal form that a finding shows: `≤ 30 days`, `≥ 50 EUR`, `14–21 days`, `0 (free)`."""
    sign = {"at_most": "≤ ", "at_least": "≥ ", "about": "≈ "}.get(value.operator, "")
    numbers = [_one(value, each) for each in dict.fromkeys(_around(value))]
    unit = "" if value.unit in _SAID_WITH_THE_NUMBER else value.unit
    if value.kind == "frequency":
        return f"every {numbers[0]}"
    if value.bounds[:1] == (UNLIMITED,):
        return f"unlimited {value.unit}"
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
        return found.isoformat() if value.unit == "date" else f"{found.day} {MONTHS[found.month - 1].capitalize()}"
    if value.unit == "days":
        kind = "business " if value.business else ""
        for name, days in (("days", 1.0), ("hours", 1 / 24), ("minutes", 1 / 1440), ("seconds", 1 / 86400)):
            if each >= days * 0.999:
                return f"{each / days:.4g} {kind}{name}"
    for scale, name in _SCALES.get(value.unit, ()):
        if each >= scale or (scale, name) == _SCALES[value.unit][-1]:
            return f"{each / scale:.4g} {name}"
    if value.kind == "amount" and each == 0 and not value.unit:
        return "0 (free)"
    return f"{each:,.2f}".rstrip("0").rstrip(".")


_SCALES = {
    "b": ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
    "bps": ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s"), (1.0, "bit/s")),
    "g": ((1e3, "kg"), (1.0, "g")),
    "m": ((1e3, "km"), (1.0, "m"), (0.01, "cm"), (0.001, "mm")),
}
_SAID_WITH_THE_NUMBER = frozenset({"clock", "date", "day of the year", "days", *_SCALES})

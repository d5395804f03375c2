"""Words of the report: numbers, dates, lists, digests, and text made fit for print.

Text from outside loses control and direction characters and gets symbols that the report's fonts hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from probes.finding import Dimension, State
from runtime.systems.settings import Autonomy

DIMENSION_NAMES: dict[Dimension, str] = {
    "crm": "CRM readiness",
    "api": "API maturity",
    "knowledge": "Knowledge quality",
    "guardrails": "Guardrail framework",
    "escalation": "Escalation architecture",
}
SHORT_NAMES: dict[Dimension, str] = {
    "crm": "CRM",
    "api": "API",
    "knowledge": "Knowledge",
    "guardrails": "Guardrails",
    "escalation": "Escalation",
}
GATE_LABELS: dict[Autonomy, str] = {
    "act": "Act alone",
    "approve": "Person approves",
    "observe": "Observe only",
    "blocked": "Blocked",
}
GATE_SHORT: dict[Autonomy, str] = {"act": "Act", "approve": "Approve", "observe": "Observe", "blocked": "Blocked"}
STATE_WORDS = {
    State.MET: "met",
    State.NOT_MET: "not met",
    State.NOT_APPLICABLE: "does not apply",
    State.NOT_MEASURED: "not measured",
}
CAUSE_WORDS = {
    "no_input": "Nothing was handed in to read",
    "not_allowed": "Writing or attack-like checks are not allowed there",
    "path": "The way there is blocked (proxy, firewall, certificate)",
    "unreachable": "The system could not be reached",
    "credential": "A credential is missing or refused",
    "budget": "The request budget was used up",
    "window": "Outside the agreed change window",
    "not_reversible": "The trial write could not be taken back",
    "needs": "An earlier measurement is missing",
    "failed": "The measurement failed",
    "gone": "It was there before and is gone",
    "interrupted": "The run was interrupted",
    "struck": "Taken out of the evidence before it was handed over",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PRINTABLE = str.maketrans(
    {
        "→": "to", "⇒": "to", "←": "from", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "✓": "yes", "✔": "yes", "✗": "no", "✘": "no",
        "\u202f": "\u00a0", "\u2007": "\u00a0", "\u2011": "-", "\u2010": "-", "\u2015": "\u2014", "\u00ad": "", "\ufeff": "", "\u200b": "",
    }
)  # fmt: skip
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn")


def clean(text: object, most: int = 4000) -> str:
    """Text of unknown origin for one place: no control or direction characters, printable symbols, at most `most` characters.

    Line feeds and tabs stay (tabs as two spaces); what was cut ends in an ellipsis.
    """
    plain = str(text).replace("\r\n", "\n").replace("\t", "  ").translate(_PRINTABLE)
    kept = "".join(c if c == "\n" or unicodedata.category(c) not in _DROPPED else "" for c in plain)
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def line(text: object, most: int = 400) -> str:
    """The same, on one line."""
    whole = " ".join(clean(text, most * 4).replace("`", "").split())
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[most // 2 :] else cut).rstrip(" ,;:") + "…"


def block(text: str, most_lines: int = 18, most_chars: int = 1400) -> str:
    """An exchange or excerpt for print: the first lines, and how many more there are."""
    lines = clean(text, 40_000).strip("\n").split("\n")
    kept: list[str] = []
    for one in lines:
        if len(kept) == most_lines or sum(map(len, kept)) + len(one) > most_chars:
            break
        kept.append(one.rstrip())
    if not kept:
        return clean(text, most_chars)
    rest = len(lines) - len(kept)
    return "\n".join([*kept, f"… {counted(rest, 'more line')}"] if rest else kept)


def number(value: float) -> str:
    """12345 → "12,345"; 0.5 → "0.5"."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def signed(value: float) -> str:
    """-12345.0 → "−12,345", with a true minus sign."""
    return f"{'−' if value < -0.5 else ''}{abs(value):,.0f}"


def short_money(value: float, currency: str) -> str:
    """ "EUR 412 k", "EUR −3.2 m", "EUR 840": three figures are enough for a sentence."""
    size = abs(value)
    minus = "−" if value < -0.5 else ""
    if size >= 999_500:
        return f"{currency}\u00a0{minus}{size / 1e6:.2f}\u00a0m"
    if size >= 9_950:
        return f"{currency}\u00a0{minus}{size / 1e3:.0f}\u00a0k"
    if size >= 995:
        return f"{currency}\u00a0{minus}{size / 1e3:.1f}\u00a0k"
    return f"{currency}\u00a0{minus}{size:.0f}"


def spelled(count: int) -> str:
    """Up to twelve in letters: no, one, two …"""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else number(count)


def counted(count: int, noun: str, *, letters: bool = False) -> str:
    """`counted(2, "finding")` → "2 findings"; `letters` spells small counts."""
    many = noun if count == 1 else (noun[:-1] + "ies" if re.search(r"[^aeiou]y$", noun) else noun + "s")
    return f"{spelled(count) if letters else number(count)} {many}"


def upper(text: str) -> str:
    """First letter capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Begins with a capital, unless the first word is an identifier such as `billing.changePlan`."""
    first = text.split(" ", 1)[0]
    return text if re.search(r"[._]\w|[a-z][A-Z]", first) else upper(text)


def moment(text: str) -> str:
    """An ISO time as "23 November 2026, 02:03 UTC"; other text as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return line(text, 60)
    return f"{day(at)}, {at:%H:%M} UTC" if not at.utcoffset() else f"{day(at)}, {at:%H:%M %z}"


def listed(items: Iterable[str], most: int = 4) -> str:
    """a, b and c; from `most` on: a, b and 3 more."""
    names = list(items)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def share(part: float, whole: float) -> str:
    """ "67.8 %"; a dash when there is nothing to share."""
    return f"{100 * part / whole:.1f}\u00a0%" if whole else "–"


def day(value: date | datetime | str) -> str:
    """20 November 2026; text that is no ISO date is printed as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return line(value, 40)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def digest(value: str) -> str:
    """`sha256:9f3c41d7…b20e` → "9f3c 41d7 … b20e"."""
    plain = value.removeprefix("sha256:")
    return f"{plain[:4]} {plain[4:8]} … {plain[-4:]}" if len(plain) > 16 else line(plain, 40)


def grouped(value: str) -> str:
    """A whole digest in groups of eight, for the appendix."""
    plain = value.removeprefix("sha256:")
    return " ".join(plain[i : i + 8] for i in range(0, len(plain), 8))


def balanced(words: str, room: float = 493.0, size: float = 20.5) -> float:
    """Width in pt that sets a heading in even lines: the narrowest that needs no further line."""
    per_line = int(room / (size * 0.5))
    least = _lines(words, per_line)
    width = next((w for w in range(8, per_line) if _lines(words, w) <= least), per_line)
    return room if least < 2 else min(room, width * size * 0.53 + 10)


def _lines(words: str, most: int) -> int:
    """Lines of at most so many characters that the words need."""
    count, used = 1, 0
    for word in words.split():
        if used and used + 1 + len(word) > most:
            count, used = count + 1, 0
        used += len(word) + (1 if used else 0)
        count += (used - 1) // most if used > most else 0
    return count


def human(name: str) -> str:
    """`billing-dispute` → "billing dispute"."""
    return line(name.replace("-", " ").replace("_", " "), 120)


def weeks(p50: float, p80: float) -> str:
    """ "12–17", "3" when both round to the same week; a started week counts whole."""
    low, high = _week(p50), _week(p80)
    return str(low) if low == high else f"{low}–{high}"


def _week(value: float) -> int:
    return max(1, -int(-value // 1)) if value > 0 else 0


def interval(confirmed: int, possible: int) -> str:
    """ "2" or "2 to 3"."""
    return str(confirmed) if confirmed == possible else f"{confirmed} to {possible}"


def days_of(days: Sequence[float]) -> str:
    """Optimistic, likely, pessimistic: "1–3–8"."""
    return "–".join(number(d) for d in days)

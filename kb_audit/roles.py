"""The role of a value in its sentence: does it set when the rule holds (condition) or what it says (outcome)?"""

from __future__ import annotations

import re
from typing import Literal

from kb_audit.values import Value

Role = Literal["condition", "outcome"]

_CONDITION = re.compile(
    r"\b(?:if|when|whenever|once(?! (?:an?|per|every|each|in)\b)|unless|where|in case|provided|as soon as)\b[^,;:]*$",
    re.I,
)
_CONSEQUENCE = re.compile(
    r"\b(?:we|they|expect|there (?:is|are)|it (?:costs|takes)|you (?:pay|get|receive|must|can|need|will|lose))\b", re.I
)
_THRESHOLD = re.compile(
    r"\b(?:orders?|purchases?|items?|claims?|requests?|amounts?|totals?|expenses?|invoices?|transactions?|bills?|balances?|baskets?|basket value|spend(?:ing)?|spends?|refunds?|"
    r"payments?|transfers?|bookings?|parcels?|packages?|files?|trips?|stays?|tickets?|bags?|groups?|disputes?|cases?|losses|"
    r"gifts?|credits?|withdrawals?|deposits?|loans?|anything|everything|those|worth)\b[^,;:]{0,25}\b(?:of|over|above|under|below|exceeding|worth|more "
    r"than|less than|longer than|from|(?<!of )up to)\s*(?:\w+\s)?$",
    re.I,
)
_STRICT = re.compile(
    r"(?<!no )(?<!not )(?<!in )(?<!takes )(?<!take )\b(?:over|above|more than|longer than|greater than|older than|younger than|exceeding|exceeds|"
    r"under|below|less than|fewer than)\s*$",
    re.I,
)
_YOUNGER = re.compile(r"\b(?:under|over|below|above|younger than|older than|up to)\s+[\w-]+$", re.I)
_PRICED = re.compile(r"\b(?:on|for)\s+(?:\w+\s){0,3}?(?:over|above|under|below|exceeding)\s*$", re.I)
_BASKET = re.compile(
    r"\b(?:from|for|of|with|at) (?:a |an )?(?:minimum )?(?:basket|order|cart|purchase|spend)s?(?: value| amount| total)?(?: of| over| from)?\s*$",
    re.I,
)
_SIDE_OF_TIME = re.compile(r"\b(?:before|after)\s*$", re.I)
_LEADING = re.compile(r"^\W*(?:before|after|from|until|between|during|on)\s*$", re.I)
_SPEND = re.compile(r"\b(?:spend|buy for|shop for)\s*$", re.I)


def role(text: str, value: Value) -> Role:
    """The role of one value, by the words in front of it."""
    before = text[: value.start]
    clause = _CONDITION.search(before)
    if clause and not _CONSEQUENCE.search(clause.group(0)):
        return "condition"
    if value.kind in ("duration", "size") and _STRICT.search(before):
        return "condition"
    if value.kind == "age" and _YOUNGER.search(text[: value.end]):
        return "condition"
    bounded = value.kind in ("amount", "count", "size", "percentage") and value.operator != "exactly"
    if bounded and _THRESHOLD.search(before):
        return "condition"
    if value.kind in ("amount", "count") and _BASKET.search(before):
        return "condition"
    if value.kind == "amount" and (_PRICED.search(before) or _SPEND.search(before)):
        return "condition"
    return "outcome"


def roles(text: str, found: list[Value]) -> tuple[tuple[Role, Value], ...]:
    """Roles of all values of a sentence; beside another value, what stands behind "over" or "under" is a condition."""
    several = len(found) > 1
    return tuple(
        ("condition" if several and _limits(text[: value.start], value) else role(text, value), value)
        for value in found
    )


def _limits(before: str, value: Value) -> bool:
    if value.kind in ("time", "date") and (_LEADING.search(before) or _SIDE_OF_TIME.search(before)):
        return True
    return value.kind != "percentage" and _STRICT.search(before) is not None

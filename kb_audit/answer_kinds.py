"""What kind of answer a question asks for, and whether a section holds one: that the subject is there is not yet an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from kb_audit.values import values

AnswerKind = Literal["amount", "time", "contact", "permission", "steps", "place"]
_QUESTIONS: tuple[tuple[AnswerKind, str], ...] = (
    ("amount", r"how much|what (?:does|do|will|would) .{1,40} cost|costs?|price of|what .{0,20}fees?|which fees?|how expensive"
               r"|what is the (?:fee|charge|price)"),
    ("time", r"how (?:long|soon|quickly|fast|many (?:days|weeks|months|hours))|when|until when|by when|what (?:date|day|time)|which day"
             r"|deadline"),
    ("contact", r"phone number|e-?mail address|how (?:can|do) i (?:reach|contact|call)|whom? (?:do|can|should) i (?:call|contact|write|ask)"
                r"|number to call"),
    ("place", r"where (?:can|do|is|are|should|will)"),
    ("steps", r"how (?:do|can|should|would) (?:i|we|you|one)|how to|what (?:do|must|should) i do"),
    ("permission", r"(?:can|may|could|am|are|is|do|does|will) (?:i|we|you|it|there|my|customers?) .{0,30}(?:allowed|possible|entitled"
                   r"|eligible|cancel|return|keep|change|get|have|use|bring)|is it possible|do i have to|must i"),
)  # fmt: skip
_ASKS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in _QUESTIONS)
_HOLDS: dict[AnswerKind, re.Pattern[str]] = {
    "amount": re.compile(r"\bfree\b|\bno (?:fee|charge|cost)|\bat no (?:extra )?c(?:ost|harge)|\bnothing\b|\bfree of charge", re.I),
    "time": re.compile(
        r"\b(?:immediately|at once|same day|next (?:working |business )?day|within|minutes?|hours?|days?|weeks?|months?|years?|at any time|"
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|as soon as|until)\b", re.I),
    "contact": re.compile(r"[\w.+-]+@[\w-]+\.\w+|\+?\d[\d ()/-]{6,}\d|https?://|\b(?:chat|hotline|call us|write to|form)\b", re.I),
    "place": re.compile(r"\b(?:in|at|under|on|via|through|from) (?:the|your|our|any|my|every|each)\b|https?://|>|→", re.I),
    "steps": re.compile(
        r"\b(?:click|select|choose|press|open|enter|tap|go to|call|write|send|log ?in|sign in|dial|fill|bring|contact|ask|scan|use|return|"
        r"pack|print|take|give|tell|change|switch|restart|check|submit|request|complete)\b", re.I),
    "permission": re.compile(
        r"\b(?:can(?:not|'t)?|may(?: not)?|must(?: not)?|(?:not )?allowed|(?:not )?possible|only|entitled|eligible|need(?:s)? to|have to|"
        r"up to|within|always|never|free to)\b", re.I),
}  # fmt: skip
_BY_VALUE = {"amount": ("amount", "percentage"), "time": ("duration", "date", "time", "frequency")}


def expected(question: str) -> AnswerKind | None:
    """The kind of answer a question wants; None where it only names a subject."""
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), None)


def holds(text: str, kind: AnswerKind) -> bool:
    """Whether a text states something of that kind."""
    if any(value.kind in _BY_VALUE.get(kind, ()) for value in values(text)):
        return True
    return bool(_HOLDS[kind].search(text))


def answered(question: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts holds what the question asks for; a question that names only a subject is content with any."""
    kind = expected(question)
    return kind is None or any(holds(text, kind) for text in texts)

"""What a description says in sentences: about limits, about notice of changes."""

from __future__ import annotations

import re

from runtime.systems.surface import Surface

_LIMIT_WORDS = re.compile(r"rate.?limit|requests? (a|per) (second|minute|hour|day)|throttl|quota", re.IGNORECASE)
_NOTICE_WORDS = re.compile(
    r"\A(?=.*\b(breaking|chang|deprecat|sunset|retire|version))(?=.*\d+ *(calendar |business |working )?(day|week|month|year))",
    re.IGNORECASE,
)
_CHANGE_WORDS = re.compile(r"deprecat|sunset|breaking change|versioning", re.IGNORECASE)


def prose(surface: Surface) -> str:
    """All sentences of a description, on one line."""
    parts = [surface.text, *(operation.description for operation in surface.operations.values())]
    return " ".join(" ".join(parts).split())


def limit_sentence(text: str) -> str:
    """The first sentence about request limits, at most 300 characters; empty where there is none."""
    return _sentence(text, _LIMIT_WORDS)


def change_sentence(text: str) -> str:
    """The sentence about notice of changes, best with a span of time in it; empty where there is none."""
    return _sentence(text, _NOTICE_WORDS) or _sentence(text, _CHANGE_WORDS)


def _sentence(text: str, wanted: re.Pattern[str]) -> str:
    if not wanted.search(text):
        return ""
    return next((s.strip()[:300] for s in re.split(r"(?<=[.;])\s+", text) if wanted.search(s)), "")

"""Sides of findings: a literal quote with its place, under the heading where it stands; and which of two is probably right."""

from __future__ import annotations

import re

from kb_audit.article import Article
from kb_audit.artifact import Side

QUOTE = 600


def side(article: Article, start: int, end: int, value: str = "") -> Side:
    """The quote `body[start:end]`, at most 600 characters; without a range the whole article is meant."""
    end = min(end, start + QUOTE)
    return Side(
        article=article.id,
        title=article.title,
        heading=heading_at(article, start) if end or start else article.title,
        quote=article.body[start:end],
        value=value,
        start=start,
        end=end,
        updated=article.updated,
    )


def heading_at(article: Article, at: int) -> str:
    inside = [s for s in article.sections if s.start <= at]
    return inside[-1].heading if inside else article.title


def probably_right(a: Article, b: Article) -> str:
    """A suggestion with its reason, never a verdict: the younger one, then the one with an owner, then the article, then the official text."""
    day_a, day_b = (max((d for d in (x.reviewed, x.updated) if d), default=None) for x in (a, b))
    if day_a and day_b and day_a != day_b:
        right, day = (a, day_a) if day_a > day_b else (b, day_b)
        return f"“{right.title}” is probably right: it was looked at last, on {day.isoformat()}"
    if bool(a.owner) != bool(b.owner):
        right = a if a.owner else b
        return f"“{right.title}” is probably right: it has an owner ({right.owner})"
    if a.form != b.form:
        right = a if a.form == "article" else b
        return f"“{right.title}” is probably right: it is the article, the other one a reply that repeats it"
    if bool(_OFFICIAL.search(a.title)) != bool(_OFFICIAL.search(b.title)):
        right = a if _OFFICIAL.search(a.title) else b
        return f"“{right.title}” is probably right: by its title it is the official text"
    return "ask the owners which one holds: neither is younger, better owned or the official text"


_OFFICIAL = re.compile(r"\b(?:terms|conditions|polic(?:y|ies)|legal|price list|tariffs?|regulations?)\b", re.I)

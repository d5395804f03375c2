"""High-stakes categories of a text: rules with vetoes, by sentence, in the languages that have a list; behind them a net
of sentences that are near in meaning.

Recall first: a false alarm costs a person's minute, a miss costs a case. The net adds and never takes back. A language
without a list is itself a category, `unknown_language`. Never a cluster, never a model alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from runtime.understanding.encode import Encode
from runtime.understanding.language import UNKNOWN, language_of
from runtime.understanding.lexicon import HERE, CategoryPatterns, languages, lexicon, sentences

UNKNOWN_LANGUAGE = "unknown_language"
BODY_LENGTH = 2_000
NEAR, MARGIN, NET_LENGTH = 0.35, 0.02, 300  # recall first; measured on sentences that were held out: docs/tickets.md
ORDER = ("vulnerable", "bereavement", "fraud", "medical_billing", "outage", "legal_threat", UNKNOWN_LANGUAGE)
_QUOTED = re.compile(
    r"(?m)^(?:>.*|-{2,}\s*(?:original message|ursprüngliche nachricht).*|on .{5,80} wrote:|am .{5,80} schrieb.*)$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?m)^-- ?$")


@dataclass(frozen=True)
class Hit:
    """One category and what found it: `strong`, `weak` or `near` (the net). The words themselves are never kept (GDPR Art. 9)."""

    category: str
    rule: str


@dataclass(frozen=True)
class Categories:
    """All hits of a text, the gravest first. Empty: nothing high-stakes was seen in a known language."""

    language: str
    hits: tuple[Hit, ...]

    @property
    def first(self) -> str | None:
        return self.hits[0].category if self.hits else None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(hit.category for hit in self.hits)


class Net:
    """The net: how near a text is in meaning to the sentences of each category. Measured in docs/tickets.md.

    Args:
        encode: rows of unit length; the pilot and the reader of tickets hand in the same one.
    """

    def __init__(self, encode: Encode, at_least: float = NEAR) -> None:
        self._encode, self._at_least = encode, at_least

    def near(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """For each text the categories whose nearest sentence is near enough, of its first 300 characters."""
        if not texts:
            return []
        names, rows, ordinary = self._sentences
        vectors = self._encode([" ".join(own_words(text)[:NET_LENGTH].split()) or "-" for text in texts])
        usual = (vectors @ ordinary.T).max(axis=1)
        found: list[tuple[str, ...]] = []
        for row, bound in zip(vectors @ rows.T, usual, strict=True):
            least = max(self._at_least, float(bound) + MARGIN)
            found.append(tuple(sorted({name for name, score in zip(names, row, strict=True) if score >= least})))
        return found

    @cached_property
    def _sentences(self) -> tuple[list[str], Any, Any]:
        known = [words for code in languages() if (words := lexicon(code)) is not None]
        pairs = [(name, text) for words in known for name, own in words.categories.items() for text in own.near]
        ordinary = [text for words in known for text in words.ordinary]
        return [name for name, _ in pairs], self._encode([text for _, text in pairs]), self._encode(ordinary)


def categories(text: str, *, language: str | None = None, folder: Path = HERE, near: Sequence[str] = ()) -> Categories:
    """Categories of one message or ticket.

    Args:
        text: subject and body; 2,000 characters after cutting quoted replies and signatures are read.
        language: ISO 639-1 when it is known from elsewhere; else it is read from the words.
        folder: where the lists are.
        near: categories that the net saw (`Net.near`); they stand beside what the rules found.
    """
    own = own_words(text)[:BODY_LENGTH]
    code = language or language_of(own)
    words = lexicon(code, folder)
    caught = [Hit(name, "near") for name in near]
    if words is None:
        hits = [
            hit for known in ("en", "de") for hit in _hits(own, known, folder)
        ]  # borrowed words like "fraud" are still seen
        return Categories(code if code else UNKNOWN, _ordered([*hits, *caught, Hit(UNKNOWN_LANGUAGE, "no word list")]))
    return Categories(code, _ordered([*_hits(own, code, folder), *caught]))


def category_of(text: str, *, language: str | None = None) -> str | None:
    """The gravest category, or None."""
    return categories(text, language=language).first


def own_words(text: str) -> str:
    """A message without quoted replies and signature."""
    start = _SIGNATURE.split(text, maxsplit=1)[0]
    quoted = _QUOTED.search(start)
    if quoted and not quoted.group().startswith(">"):
        start = start[: quoted.start()] or start
    return _QUOTED.sub("", start).strip() or text


def _hits(text: str, language: str, folder: Path) -> list[Hit]:
    words = lexicon(language, folder)
    if words is None:
        return []
    parts = sentences(text)
    return [Hit(name, rule) for name, patterns in words.categories.items() if (rule := _rule(parts, patterns))]


def _rule(parts: list[str], patterns: CategoryPatterns) -> str:
    if patterns.strong and any(patterns.strong.search(part) for part in parts):
        return "strong"
    for part in parts:
        if not (patterns.weak and patterns.weak.search(part) and patterns.with_ and patterns.with_.search(part)):
            continue
        if not (patterns.veto and patterns.veto.search(part)):
            return "weak"
    return ""


def _ordered(hits: list[Hit]) -> tuple[Hit, ...]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.category, hit)
    return tuple(
        sorted(first.values(), key=lambda hit: ORDER.index(hit.category) if hit.category in ORDER else len(ORDER))
    )

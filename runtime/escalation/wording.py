"""The fixed words and sentences of a handoff in the language of the person who reads it (gettext catalogues, Babel).

English is the source; de, es and fr lie in `languages/<code>.po`. A sentence of ours that was composed earlier (like
"74.50 EUR is above the limit of 50.00 EUR for issue_credit") is recognised by its template and said again in the other
language; what no template knows, such as other people's titles, stays as it is. Any other language falls back to
English and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FALLBACK = "en"
LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES", "fr": "fr_FR"}
FOLDER = Path(__file__).parent / "languages"
MOST = 600  # characters of a sentence that is looked up: templates run on text of others
DEPTH = 3  # sentences within sentences
_HOLE = re.compile(r"\{(\w+)\}")
_MONEY = re.compile(r"(?<![\w.,-])(\d{1,12}\.\d{2}) ([A-Z]{3})(?!\w)")

LABELS: Mapping[str, str] = {
    "decide_by": "Decide by",
    "if_no_answer": "Without an answer",
    "or_else": "without an answer",
    "why": "Why",
    "who": "Customer",
    "problem": "Problem",
    "checked": "Checked",
    "tried": "Tried",
    "done": "Done",
    "not_done": "Not done",
    "unknown": "Unknown effect",
    "recommended": "Recommended",
    "because": "because",
    "unsure": "Unsure",
    "or": "or",
    "promised": "Promised",
    "history": "Earlier",
    "words": "Customer's words (quoted, not an instruction)",
    "waiting": "waiting since",
    "reach": "reach",
    "nothing": "nothing was changed",
    "read": "read",
    "unread": "no system was read before the case was handed over",
    "mood": "mood",
    "options": "Options",
    "code": "Reply with the own line",
    "unknown_first": "Unknown effect – check first",
    "not_reachable": "Not reachable",
    "alternatives": "Alternatives",
    "log": "log",
    "if": "If-then",
    "rule": "rule",
    "hidden": "Left out for you",
}


def words(language: str) -> tuple[Mapping[str, str], str]:
    """The labels of a language by key, and the language that they are really in."""
    found = catalogue(language)
    return {key: found.exact.get(text, text) for key, text in LABELS.items()}, found.language


def localised(text: str, language: str) -> str:
    """One of our sentences in a language; amounts as they are written there. Unknown sentences stay as they are."""
    found = catalogue(language)
    return money_in(found.said(text[:MOST]) + text[MOST:], found.language)


def money_in(text: str, language: str) -> str:
    """`1240.50 EUR` as it is written in a language: `1.240,50 EUR` in German; the code stays, it is unambiguous."""
    if language == FALLBACK:
        return text
    from decimal import Decimal

    from babel.numbers import format_decimal

    return _MONEY.sub(
        lambda m: f"{format_decimal(Decimal(m[1]), format='#,##0.00', locale=LOCALES[language])} {m[2]}", text
    )


@dataclass(frozen=True)
class Template:
    """A sentence with holes, as a pattern, and its translation. `inner`: so few words of its own that it only holds within
    another sentence of ours.
    """

    pattern: re.Pattern[str]
    translation: str
    inner: bool


@dataclass(frozen=True)
class Catalogue:
    """Sentences of one language: whole ones, and templates, the longest first."""

    language: str
    exact: Mapping[str, str]
    templates: tuple[Template, ...] = ()

    def said(self, text: str, depth: int = DEPTH) -> str:
        if text in self.exact or depth == 0:
            return self.exact.get(text, text)
        for template in self.templates:
            if template.inner and depth == DEPTH:
                continue
            if match := template.pattern.fullmatch(text):
                values = {name: self.said(value, depth - 1) for name, value in match.groupdict().items()}
                return _HOLE.sub(lambda hole, values=values: values[hole[1]], template.translation)  # type: ignore[misc]
        return text


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language (`de`, `de-AT`), English where there is none."""
    code = re.split(r"[-_]", language.lower())[0]
    path = FOLDER / f"{code}.po"
    if code not in LOCALES or not path.is_file():
        return Catalogue(FALLBACK, {})
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = {str(m.id): str(m.string) for m in read_po(file, locale=code) if m.id and m.string and not m.fuzzy}
    holed = sorted((e for e in entries if _HOLE.search(e)), key=lambda e: -len(_HOLE.sub("", e)))
    return Catalogue(code, entries, tuple(_template(e, entries[e]) for e in holed))


def _template(sentence: str, translation: str) -> Template:
    own = sum(letter.isalpha() for letter in _HOLE.sub("", sentence))
    return Template(_pattern(sentence), translation, own < 8)


def _pattern(template: str) -> re.Pattern[str]:
    """Holes match shortest, and the first hole of a name only names it."""
    parts = _HOLE.split(template)
    seen: set[str] = set()
    made = []
    for i, part in enumerate(parts):
        if i % 2 == 0:
            made.append(re.escape(part))
        else:
            made.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(made))

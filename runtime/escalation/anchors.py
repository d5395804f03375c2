"""What ties a sentence to one case: names, references, amounts and times. Vague prose has none of them."""

from __future__ import annotations

import re

# A number with its sign or unit, or a reference like INV-8813, S-2044, 0161-496-0007.
FIGURE = re.compile(
    r"(?<!\w)(?:[A-Z]{1,5}-?\d[\w-]*|[€$£]?\d[\d.,:/-]*\d?(?:st|nd|rd|th|er?|h)?(?: ?(?:%|eur|usd|gbp|€))?)(?!\w)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿß’'-]{1,}(?:[A-Z][a-z]+)?")
_HANDLE = re.compile(r"(?<![\w.])@?[a-z]\w*[.@][a-z]\w{2,}(?![\w.]*\()", re.IGNORECASE)  # j.moreau, an address
_TITLE_CASED = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-Þ]\w+")
_NOUNS_ARE_CAPITAL = frozenset({"de"})


def figures(text: str) -> set[str]:
    """Amounts, dates, times and references, each once."""
    return {found.lower() for found in FIGURE.findall(text)}


def names(text: str, code: str, known: frozenset[str] = frozenset(), titles: re.Pattern[str] | None = None) -> set[str]:
    """Words that name somebody or something: capitals within a sentence, or what stands after a title.

    Args:
        known: lower-case words that are never names (cue words, weekdays).
        titles: like Mr, Frau; the word after it is a name in every language.
    """
    found = {match.group() for match in _HANDLE.finditer(text)}
    words = list(re.finditer(r"[^\W\d_][\w’'-]*", text))
    for i, match in enumerate(words):
        word = match.group()
        before = words[i - 1].group().lower() if i else ""
        titled = bool(titles and titles.fullmatch(before)) and bool(_TITLE_CASED.match(word))
        inside = i > 0 and bool(_NAME.fullmatch(word)) and not _after_label(text, match.start())
        if titled or (inside and code not in _NOUNS_ARE_CAPITAL and word.lower() not in known):
            found.add(word)
    return found


def _after_label(text: str, start: int) -> bool:
    """A capital after a colon or a full stop only begins a sentence."""
    return text[:start].rstrip(" \t“\"'(").endswith((":", ".", "!", "?", "–", "—"))

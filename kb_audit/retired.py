"""Things that are gone: names that an article calls retired, replaced or renamed, and articles that still offer them.

Only the corpus' own words, a page's `status: retired` and the names that somebody listed count; "replaced by" gives the new name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kb_audit.article import Article, once
from kb_audit.passed_dates import last_day_in
from kb_audit.sentences import Sentence, numbered, sentences

_NAME = (
    r"(?P<name>(?:[A-Z0-9][\w&+.-]*[ ]){0,4}?[A-Z0-9][\w&+-]*)"
    r"(?:(?: (?:plan|plans|tariff|app|portal|programme|program|service|package|option|menu|page|form|network|offer|card|device|router|line|shop))?)"
)
_ENDED = (
    r"(?:retired|discontinued|withdrawn|sunset|shut down|switched off|turned off|phased out|decommissioned|removed|closed|abolished"
    r"|replaced|superseded|renamed|rebranded|(?:no longer|not) (?:available|offered|sold|supported|maintained|exists?))"
)
_OVER = re.compile(
    rf"(?:\b(?:The|Our|the|our|former|old)\s+)?\b{_NAME}\s+(?:(?:was|were|has been|have been|is|are)\s+(?:now |already |finally )?{_ENDED}\b"
    r"|no longer exists?\b|(?:reached|has reached) (?:its )?end of life\b)"
)
_WILL = re.compile(rf"\b{_NAME}\s+(?:will be|is being|are being|is going to be)\s+{_ENDED}\b")
_HINT = re.compile(rf"{_ENDED}\b|no longer exists?|end of life")
_NEW = re.compile(
    r"\b(?:replaced|superseded|renamed|rebranded)\s+(?:by|with|to|as|into)?\s*(?:the |our )?(?P<new>(?:[A-Z0-9][\w&+-]*(?: (?=[A-Z0-9]))?){1,4})"
)
_SPEAKS_OF_THE_END = re.compile(
    rf"\b{_ENDED}\b|\b(?:former(?:ly)?|old|legacy|previous(?:ly)?|until|instead of|replac\w+|since|before|used to|history|was|were|had|"
    r"switch(?:ing)? from|migrat\w+|move(?:d|s)? from|no new)\b",
    re.I,
)
_SMALL = re.compile(r"[a-z][\w-]{2,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "This That These Those It They We You There Here If When Once After Before Each Every All Any "
        "Both One Some Most The Your Our My Its Customers Customer Access Account Accounts Orders Order "
        "Payment Payments Support Service Services Data Note Please Items Products Product Returns "
        "Refunds Card Cards Fee Fees Page Pages Article Articles Phone Phones Contract Contracts Plan "
        "Plans Option Options",
    )
)


@dataclass(frozen=True)
class Retired:
    """A name that is gone, and who says so (`None`: listed by hand)."""

    name: str
    article: Article | None
    sentence: Sentence | None
    new: str = ""


@dataclass(frozen=True)
class GoneReference:
    """A sentence that still speaks of a retired thing as if it were there."""

    article: Article
    sentence: Sentence
    retired: Retired


def gone_references(articles: Sequence[Article], as_of: date, listed: Iterable[str] = ()) -> list[GoneReference]:
    """One for each article and name: the first sentence that offers what is gone."""
    gone = retired_names(articles, as_of, listed)
    found: list[GoneReference] = []
    for article in articles:
        here = [r for r in gone if r.article is not article and r.name in article.body]
        if here:
            found += _in_article(article, here)
    return found


def retired_names(articles: Sequence[Article], as_of: date, listed: Iterable[str] = ()) -> list[Retired]:
    """Every name that the corpus, a page's status or somebody's list calls gone, once each."""
    found: dict[str, Retired] = {name: Retired(name, None, None) for name in listed}
    proper = _Proper(articles)
    for article in articles:
        for sentence in numbered(article, once(article, "ended", partial(ended, article))):
            for name, new in _said_gone(sentence.text, as_of):
                if name not in found and proper.is_name(name):
                    found[name] = Retired(name, article, sentence, new)
    return sorted(found.values(), key=lambda r: r.name)


def ended(article: Article) -> tuple[int, ...]:
    """Numbers of the sentences that say that something is gone, or will be."""
    if not _HINT.search(article.body):
        return ()
    return tuple(n for n, s in enumerate(sentences(article)) if _OVER.search(s.text) or _WILL.search(s.text))


def _said_gone(text: str, as_of: date) -> Iterator[tuple[str, str]]:
    for pattern in (_OVER, _WILL):
        for match in pattern.finditer(text):
            if pattern is _WILL and not is_past(text, as_of):
                continue
            new = _NEW.search(text, match.start("name"))
            yield (
                match["name"].strip(),
                new["new"].strip() if new and new["new"].strip() != match["name"].strip() else "",
            )


def is_past(text: str, as_of: date) -> bool:
    day = last_day_in(text)
    return day is not None and day < as_of


class _Proper:
    """Tells a product's name from a word that only begins a sentence."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles

    def is_name(self, name: str) -> bool:
        words = name.split()
        if not words or words[0] in _COMMON or len(name) < 2 or name.isdigit():
            return False
        unusual = any(any(c.isdigit() for c in w) or any(c.isupper() for c in w[1:]) for w in words)
        return unusual or len(words) > 1 or not self._is_said_small(name.lower())

    def _is_said_small(self, word: str) -> bool:
        """Whether it stands in small letters anywhere behind the first word of a sentence, a heading or an item."""
        if not _SMALL.fullmatch(word):
            return False
        alone = re.compile(rf"(?<![.!?:|#*>\n] )(?<![\n#*\-|>])\b{re.escape(word)}(?![\w-])")
        return any(word in article.body and alone.search(article.body) for article in self._articles)


def _in_article(article: Article, gone: Sequence[Retired]) -> Iterator[GoneReference]:
    if is_about_the_past(article):
        return
    left = list(gone)
    for sentence in sentences(article):
        for one in [r for r in left if r.name in sentence.text]:
            if re.search(rf"(?<![\w-]){re.escape(one.name)}(?![\w-])", sentence.text) and not speaks_of_the_end(
                article, sentence
            ):
                left.remove(one)
                yield GoneReference(article, sentence, one)


def speaks_of_the_end(article: Article, sentence: Sentence) -> bool:
    """Whether the sentence, or what stands right beside it, tells that something ended."""
    return bool(_SPEAKS_OF_THE_END.search(article.body, max(0, sentence.start - 60), sentence.end + 60))


def is_about_the_past(article: Article) -> bool:
    """A page about the past: an archive, release notes, a history."""
    return bool(
        re.search(
            r"\b(?:archive|history|changelog|release notes?|what(?:'|’)?s new|retired|discontinued|legacy)\b",
            article.title,
            re.I,
        )
    )

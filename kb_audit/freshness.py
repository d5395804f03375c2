"""Freshness: evidence earns points, age is only a risk.

Old pages are edited *less* in the following year than young ones, so age says how busy a page is, not whether it is wrong.
Evidence: a promise or a validity whose date has passed, a review that is overdue, "currently" said of an old version, a page
that another one replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

from kb_audit.article import Article, once
from kb_audit.links import targets
from kb_audit.passed_dates import DATED, last_day
from kb_audit.sentences import Sentence, numbered, sentences

POINTS = {
    "passed_date": 25, "superseded": 25, "conflict": 25, "system": 25, "gone_reference": 20, "overdue_review": 20, "old_version": 15, "dead_link": 10,
}  # fmt: skip
CERTAIN = frozenset({"dead_link", "overdue_review", "superseded"})  # not a matter of how a sentence is read
MAX_RISK = 15
_GRACE = timedelta(days=14)
_FUTURE = re.compile(
    r"\b(?:will (?:be|have|launch|start|end|change|move|switch|replace|become|introduce|no longer|"
    r"add|increase|apply|come|release|retire|get|go)|(?:is|are) going to|plan(?:s|ned) (?:to|for)|"
    r"(?:is|are) (?:scheduled|expected|due)|upcoming|coming soon|from next|will)\b", re.I)  # fmt: skip
_VALID = re.compile(
    r"\b(?:until|valid (?:until|through|to|till)|(?:offer|promotion|campaign|sale|discount|programme?|"
    r"trial) (?:ends|runs|is valid|expires)|ends on|expires on|runs (?:until|through)|through|"
    r"available (?:until|through)|till)\s*(?:the end of\s*)?(?:\w+day,?\s*)?$", re.I)  # fmt: skip
_PERIOD = re.compile(r"\b(?:from|between)\b[^.;]{3,40}?(?:\bto|\buntil|\band|\bthrough|\btill|–|-)\s*$", re.I)
_OFFERS = re.compile(
    r"\b(?:offer|promotion|campaign|sale|discount|voucher|coupon|price|valid|applies|apply|available|free of charge|bonus|season)\b",
    re.I,
)
_NOW = re.compile(r"\b(?:currently|at the moment|at present|right now|as of|for now|temporarily)\b", re.I)
_PAST = re.compile(
    r"\b(?:was|were|had|since|ago|previously|formerly|originally|published|updated|reviewed|created|"
    r"until then|example|e\.g\.|archived?|history|copyright|©|law|act of)\b", re.I)  # fmt: skip
_REPLACED = re.compile(
    r"\bthis (?:article|page|guide|document|policy|version) (?:has been|was|is) (?:now )?(?:replaced|superseded|retired|deprecated|archived|outdated|"
    r"obsolete|no longer (?:valid|maintained|current|up to date))\b", re.I)  # fmt: skip
_REPLACES = re.compile(r"\bthis (?:article|page|guide|document|policy|version) (?:replaces|supersedes)\b", re.I)
_YEAR = re.compile(r"\b20[0-4]\d\b")
_VERSION = re.compile(r"\b(?P<name>[A-Z][A-Za-z]{2,})\s+(?:version\s+|v\.?\s?)(?P<major>\d{1,3})(?:\.\d+)*\b")
_LATEST = re.compile(r"\b(?:currently|current|latest|newest|as of|now at|today)\b", re.I)


@dataclass(frozen=True)
class StaleEvidence:
    """Why an article is out of date: the sentence (or `None` for the page's own fields) and the date that passed."""

    kind: Literal["passed_date", "overdue_review", "old_version", "superseded"]
    article: str
    sentence: Sentence | None
    says: str


def evidence(articles: Iterable[Article], as_of: date) -> list[StaleEvidence]:
    """All evidence in all articles, in their order."""
    pages = list(articles)
    newest = _newest_versions(pages)
    found: list[StaleEvidence] = list(superseded(pages))
    for article in pages:
        if article.review_due is not None and article.review_due < as_of:
            found.append(
                StaleEvidence(
                    "overdue_review", article.id, None, f"its review was due on {article.review_due.isoformat()}"
                )
            )
        for sentence in numbered(article, once(article, "dated", partial(dated, article))):
            found += [
                StaleEvidence("passed_date", article.id, sentence, says) for says in _passed(sentence.text, as_of)
            ]
            found += [
                StaleEvidence("old_version", article.id, sentence, says) for says in _lagging(sentence.text, newest)
            ]
    return found


def dated(article: Article) -> tuple[int, ...]:
    """Numbers of the sentences that name a day, or speak of what is the latest."""
    if not (DATED.search(article.body) or _LATEST.search(article.body)):
        return ()
    return tuple(n for n, s in enumerate(sentences(article)) if DATED.search(s.text) or _LATEST.search(s.text))


def replacing(article: Article) -> tuple[int, ...]:
    """Numbers of the sentences that say that this page is replaced, or replaces another."""
    if not (_REPLACED.search(article.body) or _REPLACES.search(article.body)):
        return ()
    return tuple(n for n, s in enumerate(sentences(article)) if _REPLACED.search(s.text) or _REPLACES.search(s.text))


def versions(article: Article) -> tuple[tuple[str, int], ...]:
    """Names with the newest version that the page speaks of."""
    newest: dict[str, int] = {}
    for match in _VERSION.finditer(article.body):
        newest[match["name"]] = max(newest.get(match["name"], 0), int(match["major"]))
    return tuple(newest.items())


def superseded(articles: Sequence[Article]) -> Iterator[StaleEvidence]:
    """Pages that say that they are replaced, that another page says it replaces, or whose title names an older year."""
    leads: dict[str, list[tuple[int, str]]] | None = None
    for article in articles:
        for sentence in numbered(article, once(article, "replacing", partial(replacing, article))):
            if _REPLACED.search(sentence.text):
                yield StaleEvidence("superseded", article.id, sentence, "it says itself that it is replaced")
            else:
                leads = _leads(articles) if leads is None else leads
                inside = {to for at, to in leads.get(article.id, ()) if sentence.start <= at < sentence.end}
                for old in sorted(inside - {article.id}):
                    yield StaleEvidence("superseded", old, None, f"“{article.title}” says that it replaces it")
    yield from _older_years(articles)


def _leads(articles: Sequence[Article]) -> dict[str, list[tuple[int, str]]]:
    """By article where a link stands and the page that it leads to."""
    leads: dict[str, list[tuple[int, str]]] = {}
    for article, link, found in targets(articles):
        leads.setdefault(article.id, []).append((link.start, found))
    return leads


def _older_years(articles: Iterable[Article]) -> Iterator[StaleEvidence]:
    """`Fees 2024` beside `Fees 2026`."""
    by_title: dict[str, list[tuple[int, Article]]] = {}
    for article in articles:
        year = _YEAR.search(article.title)
        if year:
            bare = " ".join(_YEAR.sub("", article.title).lower().split())
            by_title.setdefault(bare, []).append((int(year[0]), article))
    for dated in by_title.values():
        newest_year, newest = max(dated, key=lambda each: each[0])
        for year_of, article in dated:
            if year_of < newest_year:
                yield StaleEvidence("superseded", article.id, None, f"“{newest.title}” is the later edition")


def _passed(text: str, as_of: date) -> Iterator[str]:
    if _PAST.search(text):
        return
    for match in DATED.finditer(text):
        last = last_day(match)
        if last is None or last + _GRACE >= as_of:
            continue
        before = text[: match.start()] + (match.group(0).split()[0] if match["y5"] else "")
        period = _PERIOD.search(text[: match.start()]) and _OFFERS.search(text)
        if period or _VALID.search(before) or _VALID.search(text[: match.start()]):
            yield f"what it describes ended on {last.isoformat()}"
        elif _FUTURE.search(text):
            yield f"it speaks of {match.group(0)} as the future"
        elif _NOW.search(text) and last + timedelta(days=365) < as_of:
            yield f"it says what holds now, as of {match.group(0)}"
        else:
            continue
        return


def _newest_versions(articles: Iterable[Article]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for article in articles:
        for name, major in once(article, "versions", partial(versions, article)):
            newest[name] = max(newest.get(name, 0), major)
    return newest


def _lagging(text: str, newest: dict[str, int]) -> Iterator[str]:
    """Only where the text says "currently" or "latest"; "from version 5 on" is no staleness."""
    if not _LATEST.search(text):
        return
    for match in _VERSION.finditer(text):
        if newest.get(match["name"], 0) - int(match["major"]) >= 2:
            yield f"it calls {match.group(0)} current; another article names version {newest[match['name']]}"

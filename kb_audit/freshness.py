"""Freshness: evidence earns points, age is only a risk.

Old pages are edited *less* in the following year than young ones, so age says how busy a page is, not whether it is wrong.
Evidence: a promise or a validity whose date has passed, a review that is overdue, "currently" said of an old version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kb_audit.article import Article
from kb_audit.sentences import Sentence, sentences
from kb_audit.value_patterns import MONTHS

POINTS = {"passed_date": 25, "overdue_review": 20, "old_version": 15, "dead_link": 10, "conflict": 25}
MAX_RISK = 15
_GRACE = timedelta(days=14)
_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS)
_DATED = re.compile(
    rf"\b(?P<iso>20\d\d-\d\d-\d\d)\b|\b(?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>20\d\d)\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?,?\s+(?P<y2>20\d\d)\b"
    rf"|\b(?P<m3>{_MONTH})\.?,?\s+(?:of\s+)?(?P<y3>20\d\d)\b|\bQ(?P<q>[1-4])[ /]?(?P<y4>20\d\d)\b"
    r"|\b(?:in|by|until|during|end of|early|mid|late|summer|winter|spring|autumn|fall)(?: of)?\s+(?P<y5>20\d\d)\b",
    re.I,
)
_FUTURE = re.compile(
    r"\b(?:will (?:be|have|launch|start|end|change|move|switch|replace|become|introduce|no longer|"
    r"add|increase|apply|come|release|retire|get|go)|(?:is|are) going to|plan(?:s|ned) (?:to|for)|"
    r"(?:is|are) (?:scheduled|expected|due)|upcoming|coming soon|from next|will)\b", re.I)  # fmt: skip
_VALID = re.compile(
    r"\b(?:until|valid (?:until|through|to|till)|(?:offer|promotion|campaign|sale|discount|programme?|"
    r"trial) (?:ends|runs|is valid|expires)|ends on|expires on|runs (?:until|through)|through|"
    r"available (?:until|through)|till)\s*(?:the end of\s*)?(?:\w+day,?\s*)?$", re.I)  # fmt: skip
_NOW = re.compile(r"\b(?:currently|at the moment|at present|right now|as of|for now|temporarily)\b", re.I)
_PAST = re.compile(
    r"\b(?:was|were|had|since|ago|previously|formerly|originally|published|updated|reviewed|created|"
    r"until then|example|e\.g\.|archived?|history|copyright|©|law|act of)\b", re.I)  # fmt: skip
_VERSION = re.compile(r"\b(?P<name>[A-Z][A-Za-z]{2,})\s+(?:version\s+|v\.?\s?)(?P<major>\d{1,3})(?:\.\d+)*\b")
_LATEST = re.compile(r"\b(?:currently|current|latest|newest|as of|now at|today)\b", re.I)


@dataclass(frozen=True)
class StaleEvidence:
    """Why an article is out of date: the sentence (or `None` for the page's own fields) and the date that passed."""

    kind: Literal["passed_date", "overdue_review", "old_version"]
    article: str
    sentence: Sentence | None
    says: str


def evidence(articles: Iterable[Article], as_of: date) -> list[StaleEvidence]:
    """All evidence in all articles, in their order."""
    pages = list(articles)
    newest = _newest_versions(pages)
    found: list[StaleEvidence] = []
    for article in pages:
        if article.review_due is not None and article.review_due < as_of:
            found.append(
                StaleEvidence(
                    "overdue_review", article.id, None, f"its review was due on {article.review_due.isoformat()}"
                )
            )
        for sentence in sentences(article):
            found += [
                StaleEvidence("passed_date", article.id, sentence, says) for says in _passed(sentence.text, as_of)
            ]
            found += [
                StaleEvidence("old_version", article.id, sentence, says) for says in _lagging(sentence.text, newest)
            ]
    return found


def risk_of_age(updated: date | None, as_of: date) -> int:
    """0 for a page of the last six months, 15 from three years on; 5 where the date is unknown."""
    if updated is None:
        return 5
    days = (as_of - updated).days
    return max(0, min(MAX_RISK, round((days - 180) / (3 * 365 - 180) * MAX_RISK)))


def _passed(text: str, as_of: date) -> Iterator[str]:
    if _PAST.search(text):
        return
    for match in _DATED.finditer(text):
        last = _last_day(match)
        if last is None or last + _GRACE >= as_of:
            continue
        before = text[: match.start()] + (match.group(0).split()[0] if match["y5"] else "")
        if _VALID.search(before) or _VALID.search(text[: match.start()]):
            yield f"what it describes ended on {last.isoformat()}"
        elif _FUTURE.search(text):
            yield f"it speaks of {match.group(0)} as the future"
        elif _NOW.search(text) and last + timedelta(days=365) < as_of:
            yield f"it says what holds now, as of {match.group(0)}"
        else:
            continue
        return


def _last_day(match: re.Match[str]) -> date | None:
    """The last day of what was written: a day, month, quarter or year."""
    found = match.groupdict()
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["y1"] or found["y2"]:
            return date(
                int(found["y1"] or found["y2"]), _month(found["m1"] or found["m2"]), int(found["d1"] or found["d2"])
            )
        if found["y3"] or found["y4"]:
            year, month = int(found["y3"] or found["y4"]), _month(found["m3"]) if found["m3"] else int(found["q"]) * 3
            return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return date(int(found["y5"]), 12, 31)
    except ValueError:
        return None


def _month(name: str) -> int:
    return 1 + next(i for i, month in enumerate(MONTHS) if month.startswith(name[:3].lower()))


def _newest_versions(articles: Iterable[Article]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for article in articles:
        for match in _VERSION.finditer(article.body):
            newest[match["name"]] = max(newest.get(match["name"], 0), int(match["major"]))
    return newest


def _lagging(text: str, newest: dict[str, int]) -> Iterator[str]:
    """Only where the text says "currently" or "latest"; "from version 5 on" is no staleness."""
    if not _LATEST.search(text):
        return
    for match in _VERSION.finditer(text):
        if newest.get(match["name"], 0) - int(match["major"]) >= 2:
            yield f"it calls {match.group(0)} current; another article names version {newest[match['name']]}"

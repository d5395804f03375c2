"""What kind of article a page is, and how often such a page needs a look.

The interval is learned from the corpus: the median distance of real changes of pages of that kind. Where the history holds
fewer than eight, a usual one stands in. Both can be set by hand. Age against it is a risk, never evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from kb_audit.article import Article
from runtime.errors import BadInput, did_you_mean

Kind = Literal["prices", "policy", "legal", "contact", "steps", "trouble", "news", "other"]
USUAL_DAYS: Mapping[Kind, int] = {
    "prices": 90, "policy": 180, "legal": 365, "contact": 180, "steps": 365, "trouble": 365, "news": 90, "other": 365,
}  # fmt: skip
SHORTEST, LONGEST = 30, 730
ENOUGH = 8
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("legal", r"terms|conditions|privacy|legal|imprint|cookie|data protection|licen[cs]e|code of conduct"),
    ("prices", r"pric\w+|fees?|charges?|cost|tariff|rates?|plans?|offers?|discount|promotion|invoice|bill(?:ing|s)?"),
    ("contact", r"contact|opening hours|hours|phone numbers?|address|shops?|stores?|office|reach us|locations?"),
    ("news", r"news|announc\w+|release notes?|what's new|changelog|maintenance|outage"),
    ("trouble", r"trouble\w*|problems?|errors?|not work\w*|fix|slow|fault\w*|broken|issues?|lost|stolen|cannot|can't"),
    (
        "policy",
        r"polic\w+|returns?|refunds?|warranty|guarantee|cancel\w*|eligib\w+|rules?|claims?|compensation|leave|travel",
    ),
    (
        "steps",
        r"how to|set ?up|install\w*|activat\w+|guide|steps?|tutorial|getting started|configur\w+|chang\w+|updat\w+|request\w*|using|use",
    ),
)
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in _KINDS)


@dataclass(frozen=True)
class Interval:
    """How often pages of a kind need a look, and where the number is from."""

    kind: Kind
    days: int
    origin: Literal["learned", "usual", "set"]
    changes: int = 0


def kind_of(article: Article) -> Kind:
    """By the words of the title, then of the headings."""
    headings = " ".join(s.heading for s in article.sections)
    for text in (article.title, headings):
        for kind, pattern in _PATTERNS:
            if pattern.search(text):
                return kind
    return "other"


def review_intervals(articles: Iterable[Article], given: Mapping[str, int] | None = None) -> dict[Kind, Interval]:
    """An interval for every kind. Raises BadInput for a kind that there is not, or less than a day."""
    gaps: dict[Kind, list[int]] = defaultdict(list)
    for article in articles:
        changed = sorted({*article.changed})
        gaps[kind_of(article)] += [(later - before).days for before, later in pairwise(changed)]
    found: dict[Kind, Interval] = {}
    for kind, usual in USUAL_DAYS.items():
        if len(gaps[kind]) >= ENOUGH:
            learned = min(LONGEST, max(SHORTEST, round(median(gaps[kind]))))
            found[kind] = Interval(kind, learned, "learned", len(gaps[kind]))
        else:
            found[kind] = Interval(kind, usual, "usual", len(gaps[kind]))
    for name, days in (given or {}).items():
        found[_checked(name, days)] = Interval(_checked(name, days), days, "set")
    return found


def _checked(name: str, days: int) -> Kind:
    for kind in USUAL_DAYS:
        if name == kind:
            if days < 1:
                raise BadInput(f"a review every {days} days is none", f"review days of {name}", "give at least 1")
            return kind
    where = "knowledge.review_days"
    raise BadInput(
        f"there is no kind of article {name}{did_you_mean(name, USUAL_DAYS)}",
        where,
        f"name one of {', '.join(USUAL_DAYS)}",
    )

"""What is kept of each article: its fields, and a freshness score with its reasons and the interval that it stands in.

The score is 100 less the points of evidence. Age against the interval of its kind is a risk: it widens the interval
downwards and never takes a point; evidence that depends on how a sentence is read widens it upwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from kb_audit.article import Article
from kb_audit.article_kinds import Interval, kind_of, review_intervals
from kb_audit.artifact import ArticleRecord, KnowledgeFinding
from kb_audit.freshness import CERTAIN, MAX_RISK, POINTS
from kb_audit.languages import language

UNKNOWN_AGE = 5


def records_of(
    articles: Sequence[Article],
    found: Iterable[KnowledgeFinding],
    as_of: date,
    review_days: Mapping[str, int] | None = None,
) -> dict[str, ArticleRecord]:
    """A record for each article, in order."""
    intervals = review_intervals(articles, review_days)
    against: dict[str, list[KnowledgeFinding]] = {a.id: [] for a in articles}
    pages = {a.id: a for a in articles}
    for finding in found:
        for name in finding.articles if finding.verdict in POINTS else ():
            if not _is_witness(pages[name], finding):
                against[name].append(finding)
    return {a.id: _record(a, against[a.id], intervals[kind_of(a)], as_of) for a in articles}


def _record(article: Article, against: Sequence[KnowledgeFinding], interval: Interval, as_of: date) -> ArticleRecord:
    seen = max((d for d in (article.updated, article.reviewed) if d), default=None)
    points = sum(POINTS[f.verdict] for f in against)
    certain = sum(POINTS[f.verdict] for f in against if f.verdict in CERTAIN)
    return ArticleRecord(
        id=article.id,
        title=article.title,
        url=article.url,
        owner=article.owner,
        audience=article.audience,
        language=language(article),
        scope=dict(article.scope),
        created=article.created,
        updated=article.updated,
        reviewed=article.reviewed,
        review_due=article.review_due,
        version=article.version,
        views=article.views,
        words=article.words,
        sections=len(article.sections),
        freshness=max(0, 100 - points),
        freshest=max(0, 100 - certain),
        risk=risk_of_age(seen, as_of, interval.days),
        reasons=tuple(_reasons(against, seen, as_of, interval)),
        sort=interval.kind,
        form=article.form,
        review_days=interval.days,
    )


def risk_of_age(seen: date | None, as_of: date, days: int = 180) -> int:
    """0 within the interval of its kind, 15 from three intervals more on; 5 where nobody knows when it was looked at."""
    if seen is None:
        return UNKNOWN_AGE
    over = (as_of - seen).days - days
    return max(0, min(MAX_RISK, round(over / (3 * days) * MAX_RISK)))


def _reasons(against: Sequence[KnowledgeFinding], seen: date | None, as_of: date, interval: Interval) -> Iterator[str]:
    for finding in against:
        yield f"−{POINTS[finding.verdict]}: {finding.why}"
    if seen is None:
        yield "risk: nothing says when it was last looked at"
    elif (as_of - seen).days > interval.days:
        origin = {"learned": "as this corpus shows", "usual": "as is usual", "set": "as was set"}[interval.origin]
        yield f"risk: last looked at {(as_of - seen).days} days ago; such a page ({interval.kind}) needs it every {interval.days}, {origin}"


def _is_witness(article: Article, finding: KnowledgeFinding) -> bool:
    """The younger side of a conflict, probably the right one, and the page that says that something is gone."""
    if finding.verdict == "gone_reference":
        return finding.sides[0].article != article.id
    dates = [side.updated for side in finding.sides if side.updated]
    younger = article.updated is not None and len(dates) > 1 and article.updated == max(dates) != min(dates)
    return finding.verdict == "conflict" and younger

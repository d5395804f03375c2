"""What to mend first: how many people an article reaches × how far it can be trusted × whether money is at stake.

Reach is views where the source counts them, else tickets a month of the workflows that it answers, else links to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from kb_audit.article import Article
from kb_audit.artifact import ArticleRecord, KnowledgeFinding
from kb_audit.kept import Kept
from kb_audit.links import targets
from kb_audit.measures import MendFirst
from kb_audit.values import values

SHOWN = 20
MONEY = 2.0
Reach = Literal["views", "tickets", "links"]


def mend_first(
    articles: Sequence[Article],
    records: Mapping[str, ArticleRecord],
    findings: Iterable[KnowledgeFinding],
    workflows: Mapping[str, Sequence[str]],
    volumes: Mapping[str, float],
    kept: Kept | None = None,
) -> tuple[MendFirst, ...]:
    """The twenty that do most harm, the worst first; articles without evidence against them are left out."""
    found = list(findings)
    of, measure = _reach(articles, workflows, volumes)
    worst = []
    doubtful = [article for article in articles if records[article.id].freshness < 100]
    paid = kept.of_articles("money", doubtful, _speaks_of_money) if kept else map(_speaks_of_money, doubtful)
    for article, money in zip(doubtful, paid, strict=True):
        record = records[article.id]
        doubt = (100 - (record.freshness + record.freshest) / 2) / 100
        harm = of[article.id] * doubt * (MONEY if money else 1.0)
        worst.append((harm, article, record, money))
    worst.sort(key=lambda each: (-each[0], each[1].id))
    return tuple(
        MendFirst(
            article=article.id,
            title=article.title,
            owner=article.owner,
            harm=round(harm, 2),
            reach=of[article.id],
            reach_is=measure,
            freshness=record.freshness,
            money=money,
            why=tuple(dict.fromkeys(f.why for f in found if article.id in f.articles and f.verdict in _WHY))[:3],
        )
        for harm, article, record, money in worst[:SHOWN]
    )


_WHY = frozenset(
    {
        "conflict",
        "guardrail",
        "system",
        "passed_date",
        "superseded",
        "gone_reference",
        "overdue_review",
        "old_version",
        "dead_link",
    }
)


def _reach(
    articles: Sequence[Article], workflows: Mapping[str, Sequence[str]], volumes: Mapping[str, float]
) -> tuple[dict[str, float], Reach]:
    """One measure for all, so that articles can be compared; nobody is reached by nobody: at least one."""
    if any(a.views for a in articles):
        return {a.id: float(max(1, a.views or 1)) for a in articles}, "views"
    asked: Counter[str] = Counter()
    for workflow, ids in workflows.items():
        for name in ids:
            asked[name] += int(volumes.get(workflow, 0))
    if asked.total():
        return {a.id: float(max(1, asked[a.id])) for a in articles}, "tickets"
    led = Counter(found for _, _, found in targets(articles))
    return {a.id: 1.0 + led[a.id] for a in articles}, "links"


def _speaks_of_money(article: Article) -> bool:
    return any(
        value.kind == "amount"
        for section in article.sections
        for value in values(article.body[section.start : section.end])
    )

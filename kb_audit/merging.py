"""Merge proposals: two articles that say so much alike that one should go, which one, and what to move over first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kb_audit.article import Article, Section
from kb_audit.artifact import KnowledgeFinding
from kb_audit.measures import Merge
from kb_audit.remedies import side_to_mend
from kb_audit.structure import section_text

ENOUGH = 0.5
_TWICE = ("duplicate", "near_duplicate")


def merges(articles: Sequence[Article], findings: Iterable[KnowledgeFinding]) -> tuple[Merge, ...]:
    """Pairs where at least half of the words of one article stand in the other; each article is taken down once."""
    pages = {a.id: a for a in articles}
    shared: dict[tuple[str, str], list[KnowledgeFinding]] = defaultdict(list)
    for finding in findings:
        if finding.verdict in _TWICE:
            drop = side_to_mend(finding)
            shared[finding.sides[1 - drop].article, finding.sides[drop].article].append(finding)
    found = [_proposal(pages, keep, drop, each) for (keep, drop), each in shared.items()]
    best: dict[str, Merge] = {}
    for merge in sorted(found, key=lambda m: (-m.share, m.drop, m.keep)):
        if merge.share >= ENOUGH and merge.drop not in best and merge.keep not in best:
            best[merge.drop] = merge
    return tuple(best.values())


def _proposal(pages: dict[str, Article], keep: str, drop: str, found: Sequence[KnowledgeFinding]) -> Merge:
    article = pages[drop]
    starts = {side.start for finding in found for side in finding.sides if side.article == drop}
    twice = [s for s in article.sections if s.start in starts]
    rest = [s for s in article.sections if s.start not in starts]
    words = sum(_words(article, s) for s in article.sections)
    return Merge(
        keep=keep,
        drop=drop,
        share=round(sum(_words(article, s) for s in twice) / max(1, words), 3),
        move=tuple(s.heading for s in rest if _words(article, s) >= 5),
        why=found[0].suggestion.replace("; link to it", ""),
    )


def _words(article: Article, section: Section) -> int:
    return len(section_text(article, section).split())

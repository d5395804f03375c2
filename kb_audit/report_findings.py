"""From what each part found to findings with two-sided quotes, a reason and, where one can be given, a suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb_audit.article import Article, Section
from kb_audit.artifact import KnowledgeFinding, Side
from kb_audit.claims import Claim
from kb_audit.clusters import clusters
from kb_audit.conflicts import Compared
from kb_audit.duplicates import Duplicate
from kb_audit.freshness import StaleEvidence
from kb_audit.guardrail_agreement import Disagreement
from kb_audit.links import LinkReport
from kb_audit.normal_form import written
from kb_audit.safety import SafetyIssue
from kb_audit.structure import StructureIssue

_QUOTE = 600


def of_conflicts(articles: Sequence[Article], claims: Sequence[Claim], compared: Compared) -> list[KnowledgeFinding]:
    """Conflicts first, then possible ones, then scope; conflicts about one subject share a cluster number."""
    pages = {a.id: a for a in articles}
    worth = [p for p in compared.pairs if p.judgement.verdict in ("conflict", "possible", "scope")]
    order = {"conflict": 0, "possible": 1, "scope": 2}
    groups = clusters((p.a, p.b) for p in worth if p.judgement.verdict == "conflict")
    found = []
    for pair in sorted(worth, key=lambda p: (order[p.judgement.verdict], -p.similarity, p.a, p.b)):
        a, b = claims[pair.a], claims[pair.b]
        said_a, said_b = _said(a, b, pair.judgement.kind)
        hit = pair.judgement.verdict == "conflict"
        found.append(
            KnowledgeFinding(
                probe="knowledge.no_conflicts",
                verdict=pair.judgement.verdict,
                kind=pair.judgement.kind,
                sides=(_claim_side(pages[a.article], a, said_a), _claim_side(pages[b.article], b, said_b)),
                why=pair.judgement.why,
                suggestion=_probably_right(pages[a.article], pages[b.article]) if hit else "",
                cluster=groups.get(pair.a) if hit else None,
                similarity=round(pair.similarity, 3),
            )
        )
    return found


def of_limits(
    articles: Sequence[Article], claims: Sequence[Claim], found: Iterable[Disagreement]
) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.agrees_with_guardrails",
            verdict="guardrail",
            kind="amount",
            sides=(_claim_side(pages[claims[d.claim].article], claims[d.claim]),),
            why=d.says,
            suggestion="correct the article, or let the owner of the guardrail raise the limit and prove it again",
        )
        for d in found
    ]


def of_links(articles: Sequence[Article], report: LinkReport) -> list[KnowledgeFinding]:
    dead = [
        KnowledgeFinding(
            probe="knowledge.links_alive",
            verdict="dead_link",
            sides=(_side(d.article, d.link.start, _line_end(d.article, d.link.start), value=d.link.target),),
            why=d.why,
            suggestion="point the link to the page's new place, or take it out",
        )
        for d in report.dead
    ]
    names = set(report.orphans)
    return dead + [
        KnowledgeFinding(
            probe="knowledge.structured", verdict="orphan", sides=(_side(a, 0, 0),), why="no other article links to it"
        )
        for a in articles
        if a.id in names
    ]


def of_freshness(articles: Sequence[Article], found: Iterable[StaleEvidence]) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.current",
            verdict=each.kind,
            sides=(
                _side(pages[each.article], each.sentence.start, each.sentence.end)
                if each.sentence
                else _side(pages[each.article], 0, 0),
            ),
            why=each.says,
            suggestion="say what holds now, or take the article down",
        )
        for each in found
    ]


def of_structure(found: Iterable[StructureIssue]) -> list[KnowledgeFinding]:
    return [
        KnowledgeFinding(
            probe="knowledge.structured",
            verdict=each.kind,
            sides=(
                _side(each.article, each.section.start, each.section.start)
                if each.section
                else _side(each.article, 0, 0),
            ),
            why=each.says,
            suggestion="divide it by headings, one question each",
        )
        for each in found
    ]


def of_safety(article: Article, found: Iterable[SafetyIssue]) -> Iterator[KnowledgeFinding]:
    for each in found:
        unsafe = each.kind in ("injection", "hidden_text")
        heading = _heading_at(article, each.start)
        yield KnowledgeFinding(
            probe="knowledge.no_injection" if unsafe else "knowledge.no_personal_data",
            verdict=each.kind,
            sides=(
                Side(
                    article=article.id,
                    title=article.title,
                    heading=heading,
                    quote=each.quote[:_QUOTE],
                    start=each.start,
                    end=each.end,
                    updated=article.updated,
                ),
            ),
            why=each.says,
            suggestion="take it out, and find out who put it there"
            if unsafe
            else "replace it by a role's address or an invented example",
        )


def of_duplicates(
    articles: Sequence[Article], sections: Sequence[Section], found: Iterable[Duplicate]
) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.no_duplicates",
            verdict=d.kind,
            sides=tuple(_side(pages[s.article], s.start, s.end) for s in (sections[d.a], sections[d.b])),
            why="the same text stands twice" if d.kind == "duplicate" else "two sections say nearly the same",
            suggestion=_probably_right(pages[sections[d.a].article], pages[sections[d.b].article]).replace(
                "is probably right", "stays; link to it"
            ),
            similarity=round(d.similarity, 3),
        )
        for d in found
    ]


def of_retrieval(
    articles: Sequence[Article], sections: Sequence[Section], lost: Iterable[int]
) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.retrieves",
            verdict="not_found",
            sides=(_side(pages[sections[i].article], sections[i].start, sections[i].start),),
            why="a search for the section's own heading brings five sections of other articles",
            suggestion="name in the heading what the section answers",
        )
        for i in lost
    ]


def _said(a: Claim, b: Claim, kind: str) -> tuple[str, str]:
    """The two values of one kind that differ, as the sentences write them; empty where no value is at stake."""
    of_kind = [[value for _, value in claim.values if value.kind == kind] for claim in (a, b)]
    for x in of_kind[0]:
        for y in of_kind[1]:
            if written(x) != written(y):
                return a.text[x.start : x.end].strip(), b.text[y.start : y.end].strip()
    return "", ""


def _claim_side(article: Article, claim: Claim, said: str = "") -> Side:
    return Side(
        article=article.id,
        title=article.title,
        heading=" > ".join(claim.path[1:]) or claim.path[0],
        quote=article.body[claim.start : claim.end],
        value=claim.stated(),
        said=said,
        start=claim.start,
        end=claim.end,
        updated=article.updated,
    )


def _side(article: Article, start: int, end: int, value: str = "") -> Side:
    end = min(end, start + _QUOTE)
    return Side(
        article=article.id,
        title=article.title,
        heading=_heading_at(article, start) if end or start else article.title,
        quote=article.body[start:end],
        value=value,
        start=start,
        end=end,
        updated=article.updated,
    )


def _heading_at(article: Article, at: int) -> str:
    inside = [s for s in article.sections if s.start <= at]
    return inside[-1].heading if inside else article.title


def _line_end(article: Article, start: int) -> int:
    """To the end of the link's address, so that the quote shows the link as written."""
    end = article.body.find(")", start)
    newline = article.body.find("\n", start)
    stops = [p + 1 for p in (end,) if p >= 0] + [p for p in (newline,) if p >= 0]
    return min(stops, default=len(article.body))


def _probably_right(a: Article, b: Article) -> str:
    """A suggestion with its reason, never a verdict: the younger one, then the one with an owner."""
    day_a, day_b = (max((d for d in (x.reviewed, x.updated) if d), default=None) for x in (a, b))
    if day_a and day_b and day_a != day_b:
        right, day = (a, day_a) if day_a > day_b else (b, day_b)
        return f"“{right.title}” is probably right: it was looked at last, on {day.isoformat()}"
    if bool(a.owner) != bool(b.owner):
        right = a if a.owner else b
        return f"“{right.title}” is probably right: it has an owner ({right.owner})"
    return "ask the owners which one holds: neither is younger nor better owned"

"""Findings between articles: conflicts, limits, duplicates, retrieval – with two-sided quotes, a reason and a suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb_audit.article import Article, Section
from kb_audit.artifact import KnowledgeFinding, Side
from kb_audit.claims import Claim
from kb_audit.clusters import clusters
from kb_audit.conflicts import Compared
from kb_audit.duplicates import MOST_NAMED, Duplicate
from kb_audit.guardrail_agreement import Disagreement
from kb_audit.normal_form import written
from kb_audit.retrieval import NearTie
from kb_audit.shared_passages import SharedPassage
from kb_audit.sides import probably_right, side
from kb_audit.system_agreement import Spoken


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
                suggestion=probably_right(pages[a.article], pages[b.article]) if hit else "",
                cluster=groups.get(pair.a) if hit else None,
                similarity=round(pair.similarity, 3),
            )
        )
    return found


def of_limits(
    articles: Sequence[Article], claims: Sequence[Claim], found: Iterable[Disagreement]
) -> list[KnowledgeFinding]:
    """Sentences that promise more than a guardrail allows."""
    mend = "correct the article, or let the owner of the guardrail raise the limit and prove it again"
    told = ((d.claim, d.says) for d in found)
    return [
        KnowledgeFinding(
            probe="knowledge.agrees_with_guardrails", verdict="guardrail", kind="amount", sides=(one,), why=says, suggestion=mend
        )
        for one, says in _sentences(articles, claims, told)
    ]  # fmt: skip


def of_system_values(
    articles: Sequence[Article], claims: Sequence[Claim], found: Iterable[Sequence[Spoken]]
) -> list[KnowledgeFinding]:
    """Sentences that state another value than the system that the agent acts through."""
    mend = "correct the article, or have the owner of the system correct its value"
    told = ((each.claim, each.says) for spoken in found for each in spoken if each.says)
    return [
        KnowledgeFinding(
            probe="knowledge.agrees_with_systems", verdict="system", kind="value", sides=(one,), why=says, suggestion=mend
        )
        for one, says in _sentences(articles, claims, told)
    ]  # fmt: skip


def _sentences(
    articles: Sequence[Article], claims: Sequence[Claim], told: Iterable[tuple[int, str]]
) -> Iterator[tuple[Side, str]]:
    pages = {a.id: a for a in articles}
    for number, says in told:
        yield _claim_side(pages[claims[number].article], claims[number]), says


def of_duplicates(
    articles: Sequence[Article], sections: Sequence[Section], found: Iterable[Duplicate]
) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.no_duplicates",
            verdict=d.kind,
            sides=tuple(side(pages[s.article], s.start, s.end) for s in (sections[d.a], sections[d.b])),
            why=_how_often(d),
            suggestion=probably_right(pages[sections[d.a].article], pages[sections[d.b].article]).replace(
                "is probably right", "stays; link to it"
            ),
            similarity=round(d.similarity, 3),
        )
        for d in found
    ]


def _how_often(found: Duplicate) -> str:
    if found.places > MOST_NAMED + 1:
        same = "the same" if found.kind == "duplicate" else "nearly the same"
        return f"{same} text stands in {found.places:,} places, of which {MOST_NAMED + 1} are named"
    return "the same text stands twice" if found.kind == "duplicate" else "two sections say nearly the same"


def of_passages(found: Iterable[SharedPassage]) -> list[KnowledgeFinding]:
    return [
        KnowledgeFinding(
            probe="knowledge.no_duplicates",
            verdict="partial_duplicate",
            sides=(side(p.a, *p.in_a), side(p.b, *p.in_b)),
            why=f"{p.words} words in a row stand in both",
            suggestion=probably_right(p.a, p.b).replace(
                "is probably right", "keeps the passage; link to it from the other"
            ),
        )
        for p in found
    ]


def of_near_ties(
    articles: Sequence[Article], sections: Sequence[Section], found: Iterable[NearTie]
) -> list[KnowledgeFinding]:
    """Two answers that compete: which one the agent gives depends on chance."""
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.retrieves",
            verdict="near_tie",
            sides=tuple(
                side(pages[sections[i].article], sections[i].start, sections[i].start, says)
                for i, says in ((tie.a, tie.says[0]), (tie.b, tie.says[1]))
            ),
            why=f"“{tie.question}” is about as near to {tie.says[0]} as to {tie.says[1]}",
            suggestion="say in both for whom they hold, or make one of them",
        )
        for tie in found
    ]


def of_retrieval(
    articles: Sequence[Article], sections: Sequence[Section], lost: Iterable[int]
) -> list[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    return [
        KnowledgeFinding(
            probe="knowledge.retrieves",
            verdict="not_found",
            sides=(side(pages[sections[i].article], sections[i].start, sections[i].start),),
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

"""Findings of single pages: links, freshness, structure, things that are gone, jargon, safety, exposure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kb_audit.article import Article
from kb_audit.artifact import KnowledgeFinding, Side
from kb_audit.exposure import exposures
from kb_audit.freshness import StaleEvidence, evidence
from kb_audit.jargon import unexplained
from kb_audit.kept import Kept
from kb_audit.links import LinkReport
from kb_audit.named_once import named_once
from kb_audit.retired import GoneReference, gone_references
from kb_audit.retired_paths import gone_paths
from kb_audit.safety import SafetyIssue, look
from kb_audit.sides import QUOTE, heading_at, side
from kb_audit.structure import Kind, issues

_JARGON_SHOWN = 3


def of_pages(
    articles: Sequence[Article],
    links: LinkReport,
    as_of: date,
    retired: Iterable[str] = (),
    kept: Kept | None = None,
) -> list[KnowledgeFinding]:
    """Everything that needs no model. `retired`: names that somebody listed as gone."""
    unsafe = kept.of_articles("safety", articles, _unsafe) if kept else map(_unsafe, articles)
    return [
        *_of_links(articles, links),
        *_of_freshness(articles, evidence(articles, as_of)),
        *_of_gone([*gone_references(articles, as_of, retired), *gone_paths(articles, as_of)]),
        *_of_names(articles),
        *_of_structure(articles, kept),
        *_of_jargon(articles),
        *(finding for article, found in zip(articles, unsafe, strict=True) for finding in _of_safety(article, found)),
        *_of_exposure(articles),
    ]


def _of_links(articles: Sequence[Article], report: LinkReport) -> Iterator[KnowledgeFinding]:
    for dead in report.dead:
        yield KnowledgeFinding(
            probe="knowledge.links_alive",
            verdict="dead_link",
            sides=(side(dead.article, dead.link.start, _line_end(dead.article, dead.link.start), dead.link.target),),
            why=dead.why,
            suggestion="point the link to the page's new place, or take it out",
        )
    names = set(report.orphans)
    for article in articles:
        if article.id in names:
            yield KnowledgeFinding(
                probe="knowledge.structured",
                verdict="orphan",
                sides=(side(article, 0, 0),),
                why="no other article links to it",
                suggestion="link to it from the article that leads there, or take it down",
            )


def _of_freshness(articles: Sequence[Article], found: Iterable[StaleEvidence]) -> Iterator[KnowledgeFinding]:
    pages = {a.id: a for a in articles}
    for each in found:
        place = (each.sentence.start, each.sentence.end) if each.sentence else (0, 0)
        yield KnowledgeFinding(
            probe="knowledge.current",
            verdict=each.kind,
            sides=(side(pages[each.article], *place),),
            why=each.says,
            suggestion="take it down and lead to the new one"
            if each.kind == "superseded"
            else "say what holds now, or take the article down",
        )


def _of_gone(found: Iterable[GoneReference]) -> Iterator[KnowledgeFinding]:
    for each in found:
        name, told = each.retired.name, each.retired
        sides = [side(each.article, each.sentence.start, each.sentence.end, name)]
        if told.article and told.sentence:
            sides.append(side(told.article, told.sentence.start, told.sentence.end, name))
            why = f"{name} is gone, says “{told.article.title}”"
        else:
            why = f"{name} is listed as gone"
        yield KnowledgeFinding(
            probe="knowledge.no_dead_references",
            verdict="gone_reference",
            sides=tuple(sides),
            why=why,
            suggestion=f"say {told.new} instead" if told.new else "take it out, or name what there is today",
        )


def _of_names(articles: Sequence[Article]) -> Iterator[KnowledgeFinding]:
    for each in named_once(articles):
        yield KnowledgeFinding(
            probe="knowledge.no_dead_references",
            verdict="named_once",
            sides=(side(each.article, each.sentence.start, each.sentence.end, each.name),),
            why=f"{each.name} is named only here: {each.why}",
            suggestion="look whether it is still there under this name",
        )


def _of_structure(articles: Sequence[Article], kept: Kept | None) -> Iterator[KnowledgeFinding]:
    found = kept.of_articles("structure", articles, _issues) if kept else map(_issues, articles)
    for article, own in zip(articles, found, strict=True):
        for kind, start, end, says, do in own:
            yield KnowledgeFinding(
                probe="knowledge.structured",
                verdict=kind,
                sides=(side(article, start, end),),
                why=says,
                suggestion=do,
            )


def _issues(article: Article) -> tuple[tuple[Kind, int, int, str, str], ...]:
    return tuple((each.kind, each.start, each.end, each.says, each.do) for each in issues([article]))


def _of_jargon(articles: Sequence[Article]) -> Iterator[KnowledgeFinding]:
    for each in unexplained(articles):
        places = each.places[:_JARGON_SHOWN]
        more = len(each.places) - len(places)
        yield KnowledgeFinding(
            probe="knowledge.structured",
            verdict="jargon",
            sides=tuple(side(article, sentence.start, sentence.end, each.word) for article, sentence in places),
            why=f"{each.word} is explained nowhere" + (f" (and stands in {more} more articles)" if more else ""),
            suggestion=f"write {each.word} out where it stands first",
        )


def _unsafe(article: Article) -> tuple[SafetyIssue, ...]:
    return tuple(look(article))


def _of_safety(article: Article, found: Iterable[SafetyIssue]) -> Iterator[KnowledgeFinding]:
    for each in found:
        unsafe = each.kind in ("injection", "hidden_text")
        yield KnowledgeFinding(
            probe="knowledge.no_injection" if unsafe else "knowledge.no_personal_data",
            verdict=each.kind,
            sides=(
                Side(
                    article=article.id,
                    title=article.title,
                    heading=heading_at(article, each.start),
                    quote=each.quote[:QUOTE],
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


def _of_exposure(articles: Sequence[Article]) -> Iterator[KnowledgeFinding]:
    for each in exposures(articles):
        place = (each.link.start, _line_end(each.article, each.link.start)) if each.link else (0, 0)
        yield KnowledgeFinding(
            probe="knowledge.no_personal_data",
            verdict="internal_exposed",
            sides=(side(each.article, *place), side(each.inside, 0, 0)),
            why="a public article leads to an internal one"
            if each.link
            else "a public article says that it is for internal use",
            suggestion="take the link out, or say in the fields of both who may read them",
        )


def _line_end(article: Article, start: int) -> int:
    """To the end of the link's address, so that the quote shows the link as written."""
    end = article.body.find(")", start)
    newline = article.body.find("\n", start)
    stops = [p + 1 for p in (end,) if p >= 0] + [p for p in (newline,) if p >= 0]
    return min(stops, default=len(article.body))

"""What the text of one article gives by itself, worked out once and kept between runs: its sentences, its language, the texts
of its sections, its words and anchors. Every check asks for some of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_audit.article import Article, worked_out
from kb_audit.freshness import dated
from kb_audit.jargon import explained_in, shorts
from kb_audit.kept import Kept
from kb_audit.languages import language
from kb_audit.menu_paths import menus_in
from kb_audit.sentences import Sentence, sentences
from kb_audit.structure import section_text

_Bare = tuple[int, str, int, int, str, bool, bool, bool]


@dataclass(frozen=True)
class TakenApart:
    """`sentences`: the number of the section and the fields of each; `explained` and `shorts`: abbreviations (kb_audit.jargon);
    `menus`: paths through menus (kb_audit.menu_paths); `dated`: numbers of the sentences that can go out of date."""

    sentences: tuple[_Bare, ...]
    language: str
    texts: tuple[str, ...]
    words: int
    anchors: frozenset[str]
    explained: frozenset[str]
    shorts: tuple[tuple[str, int], ...]
    menus: tuple[tuple[int, tuple[str, ...], int, int], ...]
    dated: tuple[int, ...]


def take_apart(articles: Sequence[Article], kept: Kept) -> None:
    """From now on the articles know it; of those that did not change nothing is read again."""
    for article, found in zip(articles, kept.of_articles("taken apart", articles, _taken), strict=True):
        worked_out(article).update(
            language=found.language,
            words=found.words,
            anchors=found.anchors,
            explained=found.explained,
            shorts=found.shorts,
            menus=found.menus,
            dated=found.dated,
            sentences=tuple(Sentence(article.sections[each[0]], *each[1:]) for each in found.sentences),
            texts={section.id: text for section, text in zip(article.sections, found.texts, strict=True)},
        )


def _taken(article: Article) -> TakenApart:
    numbers = {section.id: number for number, section in enumerate(article.sections)}
    return TakenApart(
        tuple(
            (numbers[s.section.id], s.text, s.start, s.end, s.lead, s.in_row, s.clause, s.caption)
            for s in sentences(article)
        ),
        language(article),
        tuple(section_text(article, section) for section in article.sections),
        article.words,
        article.anchors(),
        explained_in(article),
        shorts(article),
        menus_in(article),
        dated(article),
    )

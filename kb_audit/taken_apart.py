"""What the text of one article gives by itself, worked out once and kept between runs: its sentences, the texts of its sections,
and of all that checks look for in it what reading the article alone can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb_audit.article import Article, worked_out
from kb_audit.drafts import cuts_in
from kb_audit.exposure import for_staff
from kb_audit.freshness import dated, replacing, versions
from kb_audit.jargon import explained_in, shorts
from kb_audit.kept import Kept
from kb_audit.languages import language
from kb_audit.menu_paths import menus_in
from kb_audit.named_once import products_in
from kb_audit.retired import ended
from kb_audit.sentences import Sentence, sentences
from kb_audit.shared_passages import passages_in
from kb_audit.structure import section_text

_AT_ONCE = 512
_Bare = tuple[int, str, int, int, str, bool, bool, bool]
_TOLD: Mapping[str, Callable[[Article], Any]] = {
    "language": language, "words": lambda article: article.words, "anchors": Article.anchors, "explained": explained_in, "shorts": shorts,
    "menus": menus_in, "dated": dated, "replacing": replacing, "versions": versions, "ended": ended, "products": products_in,
    "for_staff": for_staff, "passages": passages_in, "cuts": cuts_in,
}  # fmt: skip
"""By the name under which an article remembers it (kb_audit.article.once)."""


@dataclass(frozen=True)
class TakenApart:
    """`sentences`: the number of the section and the fields of each; `texts`: of each section; `told`: in the order of `_TOLD`."""

    sentences: tuple[_Bare, ...]
    texts: tuple[str, ...]
    told: tuple[Any, ...]


def take_apart(articles: Sequence[Article], kept: Kept) -> None:
    """From now on the articles know it; of those that did not change nothing is read again."""
    for start in range(0, len(articles), _AT_ONCE):
        part = articles[start : start + _AT_ONCE]
        for article, found in zip(part, kept.of_articles("taken apart", part, _taken), strict=True):
            _knows(article, found)


def _knows(article: Article, found: TakenApart) -> None:
    worked_out(article).update(
        zip(_TOLD, found.told, strict=True),
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
        tuple(section_text(article, section) for section in article.sections),
        tuple(tell(article) for tell in _TOLD.values()),
    )

"""Article, Section and Block: what every source turns its pages into.

A quote in a finding is always `article.body[start:end]`, so everything below keeps character ranges into `body`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal, TypeVar

T = TypeVar("T")
BlockKind = Literal["paragraph", "item", "row", "code", "caption"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or code block; `lead` is the line that introduces a list or a row's header."""

    kind: BlockKind
    start: int
    end: int
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as written; `target` is the raw address."""

    target: str
    start: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as written; `alt` is what it says to those who do not see it, an agent included."""

    target: str
    start: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level (1–6); `start:end` covers its whole line in the body."""

    level: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between two headings. `path` runs from the article's title to the section's own heading."""

    id: str
    article: str
    path: tuple[str, ...]
    start: int
    end: int
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def anchor(self) -> str:
        """The fragment that leads to this section, as most generators make it."""
        return slug(self.heading)


@dataclass(frozen=True)
class Article:
    """One page of a knowledge base. Dates, owner, version and views stay `None`/empty when the source does not say them.

    `changed` are the days of real changes, `marks` explicit anchors, `unread` parts that could not be read (what, why),
    `problem`: why its own fields could not be read. Where `head_known`, `head + body` is the text of the file. A macro
    (`form`) is a reply that people send: compared with articles, never searched.
    """

    id: str
    title: str
    body: str
    sections: tuple[Section, ...]
    source: str = ""
    url: str = ""
    language: str = ""
    audience: str = ""
    owner: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    created: date | None = None
    updated: date | None = None
    reviewed: date | None = None
    review_due: date | None = None
    changed: tuple[date, ...] = ()
    version: str = ""
    views: int | None = None
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    marks: frozenset[str] = frozenset()
    unread: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()
    aliases: tuple[str, ...] = ()
    problem: str = ""
    form: Literal["article", "macro"] = "article"
    head: str = ""
    head_known: bool = False

    @property
    def words(self) -> int:
        """Words of running text; headings and code do not count."""
        return once(self, "words", lambda: sum(len(text.split()) for text in _running(self)))

    def anchors(self) -> frozenset[str]:
        """Fragments that a link may point to (GitHub's and kramdown's rule for heading ids)."""
        return once(self, "anchors", lambda: self.marks | {slug(name) for s in self.sections for name in s.path})


def once(article: Article, what: str, make: Callable[[], T]) -> T:
    """`make`, called once for this article; it is no part of the article, and a copy of the article knows nothing of it."""
    known = worked_out(article)
    if what not in known:
        known[what] = make()
    found: T = known[what]
    return found


def worked_out(article: Article) -> dict[str, Any]:
    """What `once` remembers of an article."""
    known: dict[str, Any] = article.__dict__.setdefault("_once", {})
    return known


def forget(articles: Iterable[Article], *what: str) -> None:
    """Lets go of what `once` remembers of them; whoever asks again has it made again."""
    for article in articles:
        for each in what:
            worked_out(article).pop(each, None)


def _running(article: Article) -> Iterator[str]:
    return (plain(article.body[b.start : b.end]) for s in article.sections for b in s.blocks if b.kind != "code")


def cut_sections(
    article: str, title: str, headings: Iterable[Heading], blocks: Iterable[Block], length: int
) -> tuple[Section, ...]:
    """Sections of a body of `length` characters; a heading without text of its own makes no section."""
    heads = sorted(headings, key=lambda h: h.start)
    waiting = sorted(blocks, key=lambda b: b.start)
    path: list[Heading] = []
    found: list[Section] = []
    edges = [(0, None), *((h.end, h) for h in heads)]
    for index, (start, head) in enumerate(edges):
        end = heads[index].start if index < len(heads) else length
        if head is not None:
            path = [*(h for h in path if h.level < head.level), head]
        own = tuple(b for b in waiting if start <= b.start < end)
        if own:
            names = tuple(h.text for h in path)
            names = names if names[:1] == (title,) else (title, *names)
            found.append(Section(f"{article}#{index}", article, names, own[0].start, own[-1].end, own))
    return tuple(found)


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """The words of a piece of Markdown or HTML, on one line."""
    for pattern, put in _MARKUP:
        text = pattern.sub(put, text)
    return " ".join(text.split())


def slug(heading: str) -> str:
    """The fragment of a heading: lower case, spaces to hyphens, punctuation dropped."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", plain(heading).lower()).strip())


_MARKUP = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"\{[%:][^}]*\}|\{\{[^}]*\}\}"), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),
    (re.compile(r"\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
    (re.compile(r"(?m)^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?"), " "),
    (re.compile(r"(?m)^\s*(?:>\s?)+"), " "),
    (re.compile(r"\*\*|__|~~|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)"), ""),
    (re.compile(r"(?m)^\s*\|"), " "),
    (re.compile(r"\\([$*_#\[\]().!-])"), r"\1"),
    (re.compile(r"&nbsp;|\u00a0"), " "),
    (re.compile(r"&amp;"), "&"),
    (re.compile(r"[\u2019\u02bc]"), "'"),
)

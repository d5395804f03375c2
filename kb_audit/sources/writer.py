"""The writer that sources other than Markdown share: a body block by block, with every range pointing into what was written."""

from __future__ import annotations

from typing import Any

from kb_audit.article import Article, Block, BlockKind, Heading, Image, Link, Section, cut_sections
from kb_audit.sources.front_matter import PageFields


class BodyWriter:
    """Collects headings, blocks, links, pictures and hidden text; `article` puts them together."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._blocks: list[Block] = []
        self._links: list[Link] = []
        self._images: list[Image] = []
        self._hidden: list[str] = []
        self._marks: set[str] = set()
        self._unread: list[tuple[str, str]] = []

    @property
    def empty(self) -> bool:
        """Whether no running text was written yet."""
        return not self._blocks

    @property
    def pictures(self) -> int:
        return len(self._images)

    @property
    def first_heading(self) -> str:
        return next((h.text for h in self._headings if h.level == 1), "")

    def heading(self, level: int, text: str) -> None:
        start = self._put(text)
        self._headings.append(Heading(max(1, min(level, 6)), text, start, self._length))

    def block(self, kind: BlockKind, text: str, lead: str = "") -> None:
        start = self._put(text)
        self._blocks.append(Block(kind, start, start + len(text), lead))

    def link(self, target: str, text: str = "") -> None:
        """A link of the block that is written next."""
        self._links.append(Link(target, self._length, text))

    def image(self, target: str, alt: str = "") -> None:
        self._images.append(Image(target, self._length, alt))

    def hide(self, text: str) -> None:
        """Text that a reader does not see; it stands behind everything else."""
        if text.strip():
            self._hidden.append(text.strip())

    def mark(self, name: str) -> None:
        """An explicit anchor."""
        self._marks.add(name)

    def not_read(self, what: str, why: str) -> None:
        self._unread.append((what, why))

    def article(self, name: str, fields: PageFields, source: str = "") -> Article:
        """The article; its title is the fields', else the first heading's, else the name."""
        title = fields.title or self.first_heading or name
        end = self._length
        spans = [(start, start + len(text)) for text in self._hidden for start in [self._put(text)]]
        return article_of(
            name,
            title,
            "".join(self._parts),
            cut_sections(name, title, self._headings, self._blocks, end),
            fields,
            source,
            links=tuple(self._links),
            images=tuple(self._images),
            marks=frozenset(self._marks),
            unread=tuple(self._unread),
            hidden=tuple(spans),
        )

    def _put(self, text: str) -> int:
        start = self._length
        self._parts.append(text + "\n\n")
        self._length += len(text) + 2
        return start


def article_of(
    name: str, title: str, body: str, sections: tuple[Section, ...], fields: PageFields, source: str, **more: Any
) -> Article:
    """An article with everything that its page says about itself."""
    return Article(
        id=name,
        title=title,
        body=body,
        sections=sections,
        source=source,
        url=fields.url,
        language=fields.language,
        audience=fields.audience,
        owner=fields.owner,
        scope=fields.scope,
        created=fields.created,
        updated=fields.updated,
        reviewed=fields.reviewed,
        review_due=fields.review_due,
        version=fields.version,
        views=fields.views,
        aliases=fields.aliases,
        problem=fields.problem,
        **more,
    )

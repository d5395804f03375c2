"""HTML pages: the visible text becomes the body; comments and invisible elements are kept as hidden text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString, PageElement

from kb_audit.article import Article, BlockKind
from kb_audit.sources import front_matter
from kb_audit.sources.front_matter import PageFields
from kb_audit.sources.invisible import Invisible
from kb_audit.sources.writer import BodyWriter

_DROP = ("script", "style", "nav", "footer", "noscript", "template", "svg", "form", "iframe", "button")
MOST_TAGS = 100_000
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CAPTIONS = frozenset(["caption", "figcaption", "wp-caption-text", "thumbcaption", "caption-text"])
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp",
     "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img", "picture", "source", "ac:link", "ri:page"]
)  # fmt: skip


def parse(name: str, text: str, source: str = "", known: PageFields | None = None) -> Article:
    """An article from an HTML document or fragment; `body` is its visible text followed by what a reader cannot see.

    `known`: what the source says of the page besides its text; it wins over the page's own fields.

    Raises ValueError for more tags than any page has: somebody wants to keep us busy.
    """
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise ValueError(f"holds {tags:,} tags; a page that people read has fewer than {MOST_TAGS:,}")
    soup = BeautifulSoup(text, "lxml")
    invisible = Invisible.of(soup)
    for tag in soup(_DROP):
        tag.decompose()
    writer = BodyWriter()
    for comment in soup.find_all(string=lambda s: isinstance(s, Comment)):
        writer.hide(str(comment))
    for tag in invisible.take(soup):
        writer.hide(tag.get_text(" ", strip=True))
    page = soup.find("main") or soup.find("article") or soup.body or soup
    if isinstance(page, Tag):
        _Walk(writer).through(page)
    return writer.article(name, known or _fields(soup), source)


class _Walk:
    """Goes through a page in reading order, without recursion: a page may be nested as deeply as its author liked."""

    def __init__(self, writer: BodyWriter) -> None:
        self.writer = writer
        self.words: list[str] = []
        self.kind: BlockKind = "paragraph"
        self.lead = self.said = ""
        self.header = ""
        self.captions = 0
        self.waiting: list[tuple[str, str]] = []

    def through(self, page: Tag) -> None:
        skip: Tag | None = None
        for element, leaving in _events(page):
            if skip is not None:
                skip = None if leaving and element is skip else skip
            elif type(element) is NavigableString:  # comments and the like are its subclasses
                self.words.append(str(element))
            elif isinstance(element, Tag) and self._enters(element, leaving):
                skip = element
        self._flush()

    def _enters(self, tag: Tag, leaving: bool) -> bool:
        """Whether the element was taken whole, so that what is inside is passed over."""
        if not leaving:
            self._note(tag)
        if tag.name in _HEADS or tag.name == "tr":
            if not leaving:
                self._flush()
                self._whole(tag)
            return not leaving
        if tag.name == "br":
            self.words.append(" ")
        elif tag.name not in _INLINE:
            self._flush()
            self._change_kind(tag, leaving)
        return False

    def _change_kind(self, tag: Tag, leaving: bool) -> None:
        if tag.name in ("ul", "ol"):
            self.lead = "" if leaving else (self.said if self.said.endswith(":") else self.lead)
        elif tag.name == "table":
            self.header = ""
        elif _is_caption(tag):
            self.captions += -1 if leaving else 1
        elif tag.name in ("li", "pre"):
            self.kind = "paragraph" if leaving else "item" if tag.name == "li" else "code"

    def _whole(self, tag: Tag) -> None:
        """A heading or a table row, with the links and pictures in it."""
        for inner in tag.find_all(["a", "img"]):
            self._note(inner)
        self._give_links()
        if tag.name in _HEADS:
            text = " ".join(tag.get_text(" ", strip=True).split())
            if text:
                self.writer.heading(int(tag.name[1]), text)
                self.said = ""
            return
        cells = [" ".join(cell.get_text(" ", strip=True).split()) for cell in tag.find_all(["td", "th"])]
        text = " | ".join(cell for cell in cells if cell)
        if text and not self.header and tag.find("th") is not None and tag.find("td") is None:
            self.header = text
        elif text:
            self.writer.block("row", text, self.header)

    def _note(self, tag: Tag) -> None:
        for attribute in ("id", "name"):
            if isinstance(mark := tag.get(attribute), str):
                self.writer.mark(mark)
        if tag.name == "a" and tag.get("href"):
            self.waiting.append((str(tag["href"]), tag.get_text(" ", strip=True)[:200]))
        elif tag.name == "img":
            self.writer.image(str(tag.get("src", "")), str(tag.get("alt", "")))

    def _flush(self) -> None:
        text = " ".join("".join(self.words).split())
        self.words.clear()
        self._give_links()
        if text and self.captions:
            self.writer.block("caption", text)
        elif text:
            self.writer.block(self.kind, text, self.lead if self.kind == "item" else "")
            self.said = text if self.kind == "paragraph" else ""

    def _give_links(self) -> None:
        for target, text in self.waiting:
            self.writer.link(target, text)
        self.waiting.clear()


def _is_caption(tag: Tag) -> bool:
    """What stands below a picture: `figcaption`, or a block that its class calls so (DocBook, MediaWiki, WordPress)."""
    named = tag.get("class") or ()
    return tag.name == "figcaption" or not _CAPTIONS.isdisjoint([named] if isinstance(named, str) else named)


def _events(page: Tag) -> Iterator[tuple[PageElement, bool]]:
    """Every node below, as (node, leaving); text nodes come once."""
    stack: list[tuple[PageElement, bool]] = [(child, False) for child in reversed(page.contents)]
    while stack:
        node, leaving = stack.pop()
        yield node, leaving
        if isinstance(node, Tag) and not leaving:
            stack.append((node, True))
            stack += [(child, False) for child in reversed(node.contents)]


def _fields(soup: BeautifulSoup) -> PageFields:
    pairs = {str(m.get("name") or m.get("property") or ""): str(m.get("content") or "") for m in soup.find_all("meta")}
    short = {
        key.rsplit(":", 1)[-1].replace("modified_time", "updated").replace("published_time", "created"): value
        for key, value in pairs.items()
    }
    found = front_matter.of({key: value for key, value in short.items() if key})
    head = soup.find("h1") or soup.find("title")
    title = " ".join(head.get_text(" ", strip=True).split()) if head else ""
    return replace(
        found,
        title=title or found.title,
        language=str(soup.html.get("lang", "")) if soup.html else "",
        url=found.url or _canonical(soup),
    )


def _canonical(soup: BeautifulSoup) -> str:
    """The page's own address, where it names one (RFC 6596)."""
    link = soup.find("link", rel="canonical", href=True)
    return str(link["href"]) if isinstance(link, Tag) else ""

"""Saved HTML pages: the visible text becomes the body; comments and invisible elements are kept as hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, Tag

from kb_audit.article import Article, Block, BlockKind, Heading, Link, cut_sections
from kb_audit.sources import front_matter

_DROP = ("script", "style", "nav", "footer", "noscript", "template", "svg", "form")
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*[01](?:px|pt|em)?\s*(?:;|$)"
    r"|(?<!-)color\s*:\s*(?:#fff(?:fff)?\b|white\b)|text-indent\s*:\s*-\d{3,}",
    re.I,
)
_KINDS: dict[str, BlockKind] = {
    "p": "paragraph",
    "li": "item",
    "tr": "row",
    "pre": "code",
    "dd": "paragraph",
    "blockquote": "paragraph",
}
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")


def parse(name: str, text: str, source: str = "") -> Article:
    """An article from an HTML document; `body` is its visible text followed by what a reader cannot see."""
    soup = BeautifulSoup(text, "lxml")
    for tag in soup(_DROP):
        tag.decompose()
    hidden = [str(c).strip() for c in soup.find_all(string=lambda s: isinstance(s, Comment))]
    hidden += [tag.get_text(" ", strip=True) for tag in _take_invisible(soup)]
    fields = front_matter.of(_meta(soup))
    page = soup.find("main") or soup.find("article") or soup.body or soup
    writer = _Writer()
    for element in page.find_all([*_HEADS, *_KINDS]) if isinstance(page, Tag | BeautifulSoup) else []:
        writer.take(element)
    spans = [writer.hide(each) for each in hidden if each]
    title = _title(soup) or fields.title or name
    return Article(
        id=name,
        title=title,
        body=writer.body,
        sections=cut_sections(name, title, writer.headings, writer.blocks, len(writer.body)),
        source=source,
        url=fields.url,
        language=str(soup.html.get("lang", "")) if soup.html else "",
        owner=fields.owner,
        created=fields.created,
        updated=fields.updated,
        reviewed=fields.reviewed,
        review_due=fields.review_due,
        links=tuple(writer.links),
        hidden=tuple(spans),
        aliases=fields.aliases,
    )


class _Writer:
    """Writes the body element by element, because ranges must point into what was written."""

    def __init__(self) -> None:
        self.body = ""
        self.headings: list[Heading] = []
        self.blocks: list[Block] = []
        self.links: list[Link] = []

    def take(self, element: Tag) -> None:
        kind = _KINDS.get(element.name)
        if kind is not None and element.find([*_KINDS]) is not None:
            return  # its inner blocks come by themselves
        text = " ".join(element.get_text(" ", strip=True).split())
        if not text:
            return
        start = self._put(text)
        if kind is None:
            self.headings.append(Heading(int(element.name[1]), text, start, len(self.body)))
        else:
            self.blocks.append(Block(kind, start, start + len(text), _lead(element)))
        self.links += [
            Link(str(a["href"]), start, a.get_text(" ", strip=True)) for a in element.find_all("a", href=True)
        ]

    def hide(self, text: str) -> tuple[int, int]:
        start = self._put(text)
        return start, start + len(text)

    def _put(self, text: str) -> int:
        start = len(self.body)
        self.body += text + "\n\n"
        return start


def _lead(element: Tag) -> str:
    if element.name == "tr":
        table = element.find_parent("table")
        head = table.find("tr") if table else None
        return (
            head.get_text(" | ", strip=True)
            if isinstance(head, Tag) and head is not element and head.find("th")
            else ""
        )
    listing = element.find_parent(["ul", "ol"]) if element.name == "li" else None
    before = listing.find_previous_sibling() if listing else None
    text = before.get_text(" ", strip=True) if isinstance(before, Tag) else ""
    return text if text.endswith(":") else ""


def _take_invisible(soup: BeautifulSoup) -> Iterator[Tag]:
    for tag in soup.find_all(lambda t: t.has_attr("hidden") or bool(_INVISIBLE.search(str(t.get("style", ""))))):
        if isinstance(tag, Tag) and tag.get_text(strip=True):
            yield tag.extract()


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    pairs = {str(m.get("name") or m.get("property") or ""): str(m.get("content") or "") for m in soup.find_all("meta")}
    short = {
        key.rsplit(":", 1)[-1].replace("modified_time", "updated").replace("published_time", "created"): value
        for key, value in pairs.items()
    }
    return {key: value for key, value in short.items() if key}


def _title(soup: BeautifulSoup) -> str:
    head = soup.find("h1") or soup.find("title")
    return head.get_text(" ", strip=True) if head else ""

"""Markdown pages: headings, blocks, links and hidden comments with their places in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_audit.article import Article, Block, Heading, Image, Link, cut_sections, plain
from kb_audit.sources import front_matter
from kb_audit.sources.invisible import HIDES
from kb_audit.sources.writer import article_of

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LINK_COMMENT = re.compile(r"(?m)^[ \t]*\[(?://|comment|_|\^?#)\]:\s*(?:#|<>)\s*[\"'(].*$")
_STYLE = re.compile(r"""style=["']([^"']*)["']""")
_STYLED = re.compile(r"<(\w{1,10})\b([^<>]{5,300})>([^<]{3,2000})</\1>")
_LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(\s*<?((?:\\[()]|[^)\s>])+|\{%.*?%\})>?[^)\n]*\)")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
_MARK = re.compile(r"""\b(?:id|name)=["']([^"'\s]+)["']|\{:?\s*#([\w-]+)[^}]*\}""")
_JEKYLL = re.compile(r"\{%\s*(?:page|link)\s+[\"']?([^\"'\s%]+)[\"']?\s*%\}")
_PARSER = MarkdownIt("commonmark").enable("table")


def parse(name: str, text: str, source: str = "") -> Article:
    """An article from the text of a Markdown file; `name` becomes its id."""
    fields, offset = front_matter.split(text)
    body = text[offset:]
    lines = [0, *(found.end() for found in re.finditer("\n", body)), len(body)]  # the parser knows no other line end
    tokens = _PARSER.parse(body)
    headings = list(_headings(tokens, lines))
    title = fields.title or next((h.text for h in headings if h.level == 1), "") or _from_name(name)
    blocks = list(_blocks(tokens, lines, body))
    return article_of(
        name,
        title,
        body,
        cut_sections(name, title, headings, blocks, len(body)),
        fields,
        source,
        links=tuple(_links(body, blocks)),
        images=tuple(Image(m[2], m.start(), m[1]) for m in _IMAGE.finditer(body)),
        marks=frozenset(m[1] or m[2] for m in _MARK.finditer(body)),
        hidden=tuple(sorted(_hidden(body))),
        head=text[:offset],
        head_known=True,
    )


def _headings(tokens: list[Token], lines: list[int]) -> Iterator[Heading]:
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.map and token.level == 0:
            text = plain(tokens[index + 1].content)
            yield Heading(int(token.tag[1]), text, lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)])


def _blocks(tokens: list[Token], lines: list[int], body: str) -> Iterator[Block]:
    """Leaf blocks in reading order; the lead of an item is the paragraph before its list, of a row the table's head."""
    depth, last, header, leads = 0, "", "", [""]
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth, leads = depth + 1, [*leads, last if last.rstrip().endswith(":") else leads[-1]]
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth, leads, last = depth - 1, leads[:-1], ""
        elif token.type == "heading_open":
            last, leads = "", [""] * len(leads)
        elif token.type == "tr_open" and token.map:
            cells = [plain(t.content) for t in _row(tokens, index)]
            if tokens[index - 1].type == "thead_open":
                header = " | ".join(cells)
            else:
                yield _block("row", token.map, lines, body, header)
        elif token.type == "paragraph_open" and token.map:
            yield _block("item" if depth else "paragraph", token.map, lines, body, leads[-1])
            last = plain(tokens[index + 1].content)
        elif token.type in ("fence", "code_block") and token.map:
            yield _block("code", token.map, lines, body, "")


def _row(tokens: list[Token], start: int) -> Iterator[Token]:
    for token in tokens[start:]:
        if token.type == "tr_close":
            return
        if token.type == "inline":
            yield token


def _block(kind: str, span: list[int], lines: list[int], body: str, lead: str) -> Block:
    start, end = lines[span[0]], lines[min(span[1], len(lines) - 1)]
    raw = body[start:end]
    start += len(raw) - len(raw.lstrip())
    return Block(kind, start, start + len(raw.strip()), lead)  # type: ignore[arg-type]


def _links(body: str, blocks: list[Block]) -> Iterator[Link]:
    code = [(b.start, b.end) for b in blocks if b.kind == "code"]
    for match in _LINK.finditer(body):
        if any(start <= match.start() < end for start, end in code):
            continue
        inner = _JEKYLL.search(match.group(0))
        yield Link(inner.group(1) if inner else match.group(2), match.start(), plain(match.group(1)))


def _hidden(body: str) -> Iterator[tuple[int, int]]:
    """Comments, in HTML's form and as a link that leads nowhere, and inline HTML that hides its text."""
    for pattern in (_COMMENT, _LINK_COMMENT):
        yield from (m.span() for m in pattern.finditer(body))
    for match in _STYLED.finditer(body):
        style = _STYLE.search(match[2])
        if (style and HIDES.search(style[1])) or "hidden" in match[2].split():
            yield match.start(3), match.end(3)


def _from_name(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("-", " ").replace("_", " ").strip().capitalize()

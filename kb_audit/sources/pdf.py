"""PDF documents: text page by page, headings by the size of their letters; nothing in a PDF is run or fetched.

ISO 32000 stores no paragraphs; lines are put together by their distance, running heads (the same line on half of the
pages) are left out. Pages that are only a picture are named: they need text recognition before anything can read them.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields
from kb_audit.sources.pdf_unseen import Unseen
from kb_audit.sources.writer import BodyWriter

MOST_PAGES = 2_000
_MOST_ON_A_PAGE = 3_000_000
_BULLET = re.compile(r"^(?:[•▪◦●‣–·]|[-*](?=\s)|\d{1,2}[.)](?=\s))\s*")


@dataclass(frozen=True)
class Line:
    """A line of a page: its words, the size of its letters in points and its height above the page's foot."""

    page: int
    text: str
    size: float
    height: float


def parse(name: str, raw: bytes, source: str = "") -> Article:
    """An article from a PDF file.

    Raises ValueError for a document that is protected by a password, holds only scanned pages, or has too many.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        document = PdfReader(io.BytesIO(raw))
        if document.is_encrypted and not document.decrypt(""):
            raise ValueError("is protected by a password; hand in an open copy")
        if len(document.pages) > MOST_PAGES:
            raise ValueError(f"has {len(document.pages)} pages; split it below {MOST_PAGES}")
        return _article(name, document, source)
    except PyPdfError as error:
        raise ValueError(f"is no readable PDF: {error}") from None


def _article(name: str, document: Any, source: str) -> Article:
    writer = BodyWriter()
    lines: list[Line] = []
    empty: list[int] = []
    for number, page in enumerate(document.pages, start=1):
        found = list(_lines(page, number, writer))
        lines += found
        if not found:
            empty.append(number)
        _links(page, writer)
    if not lines:
        raise ValueError(_without_text(document, empty))
    if empty:
        writer.not_read(f"page {_numbers(empty)}", "holds no text, only a picture: it needs text recognition (OCR)")
    _write(_without_running_heads(lines, len(document.pages)), writer)
    return writer.article(name, _fields(document, name), source)


def _without_text(document: Any, pages: list[int]) -> str:
    pictures = any("/XObject" in (page.get("/Resources") or {}) for page in document.pages)
    many = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
    if pictures:
        return f"holds only scanned pictures ({many}); put it through text recognition (OCR) first"
    return f"holds no text ({many})"


def _lines(page: Any, number: int, writer: BodyWriter) -> Iterator[Line]:
    """The lines of one page in the order they are drawn."""
    contents = page.get_contents()
    if contents is None:
        return
    if len(contents.get_data()) > _MOST_ON_A_PAGE:
        writer.not_read(f"page {number}", "draws more than any reader would look at")
        return
    pieces: list[tuple[str, float, float]] = []
    white: set[int] = set()
    unseen = Unseen(page)

    def visit(text: str, current: list[float], matrix: list[float], font: Any, size: float) -> None:
        if not text:
            return
        scale = abs(matrix[3] or matrix[0] or 1) * abs(current[3] or 1)
        points, height = round(abs(size or 0) * scale, 1), matrix[5] * current[3] + current[5]
        if text.strip() and unseen.out_of_sight(points, matrix[4] * current[0] + current[4], height):
            writer.hide(" ".join(text.split()))
            return
        if text.strip() and unseen.white():
            white.add(len(pieces))
        pieces.append((text, points, height))

    page.extract_text(visitor_operand_before=unseen.note, visitor_text=visit)
    if white and not unseen.coloured:
        writer.hide(" ".join("".join(pieces[n][0] for n in sorted(white)).split()))
        pieces = [piece for n, piece in enumerate(pieces) if n not in white]
    yield from _with_bullets(list(_put_together(pieces, number)))


def _put_together(pieces: list[tuple[str, float, float]], page: int) -> Iterator[Line]:
    words, size, height = "", 0.0, 0.0
    for text, points, at in [*pieces, ("\n", 0.0, 0.0)]:
        for index, part in enumerate(text.split("\n")):
            if index:
                if words.strip():
                    yield Line(page, " ".join(words.split()), size, height)
                words, size = "", 0.0
            if part.strip():
                words, size, height = words + part, max(size, points), at
            elif part:
                words += " "


def _with_bullets(lines: list[Line]) -> Iterator[Line]:
    """Some programs draw the sign of a list item apart from its words: it goes back to the line at its height."""
    alone = [line.height for line in lines if _BULLET.fullmatch(line.text)]
    for line in lines:
        if _BULLET.fullmatch(line.text):
            continue
        signed = any(abs(line.height - at) < 2 for at in alone)
        yield replace(line, text=f"• {line.text}") if signed and not _BULLET.match(line.text) else line


def _without_running_heads(lines: list[Line], pages: int) -> list[Line]:
    seen = Counter(text for _, text in {(line.page, _shape(line.text)) for line in lines})
    return [line for line in lines if pages < 3 or seen[_shape(line.text)] < max(3, pages / 2)]


def _shape(text: str) -> str:
    """A line without its numbers: page numbers count up."""
    return re.sub(r"\d+", "0", text)


def _write(lines: Iterable[Line], writer: BodyWriter) -> None:
    found = list(lines)
    usual = Counter[float]()
    for line in found:
        usual[line.size] += len(line.text)
    body = usual.most_common(1)[0][0] if usual else 0.0
    heads = sorted({line.size for line in found if _is_heading(line, body)}, reverse=True)
    held: list[Line] = []
    for line in found:
        if _is_heading(line, body):
            _paragraph(held, writer)
            writer.heading(min(heads.index(line.size) + 1, 6), line.text)
            held = []
            continue
        if held and _begins_anew(held[-1], line, body):
            _paragraph(held, writer)
            held = []
        held.append(line)
    _paragraph(held, writer)


def _is_heading(line: Line, body: float) -> bool:
    return line.size >= body * 1.12 and len(line.text) <= 120 and any(c.isalpha() for c in line.text)


def _begins_anew(before: Line, line: Line, body: float) -> bool:
    if _BULLET.match(line.text):
        return True
    if before.page != line.page:
        return not line.text[:1].islower()
    return abs(before.height - line.height) > max(body, 6) * 1.9


def _paragraph(lines: list[Line], writer: BodyWriter) -> None:
    if not lines:
        return
    text = re.sub(r"(?<=[a-zäöüß])- (?=[a-zäöüß])", "", " ".join(line.text for line in lines))
    bullet = _BULLET.match(text)
    writer.block("item" if bullet else "paragraph", text[bullet.end() :] if bullet else text)


def _links(page: Any, writer: BodyWriter) -> None:
    for note in page.get("/Annots") or []:
        action = (note.get_object() or {}).get("/A") or {}
        target = action.get_object().get("/URI") if hasattr(action, "get_object") else None
        if target:
            writer.link(str(target))


def _fields(document: Any, name: str) -> PageFields:
    said = document.metadata
    title = str(said.title or "").strip() if said else ""
    return PageFields(
        title=title if title and not title.lower().startswith(("microsoft word", "untitled")) else "",
        owner=str(said.author or "").strip() if said else "",
        created=_day(said, "creation_date"),
        updated=_day(said, "modification_date"),
    )


def _day(said: Any, which: str) -> date | None:
    """A date of the document's own record; many programs write some that no calendar has."""
    try:
        found = getattr(said, which, None)
    except (ValueError, TypeError):
        return None
    return found.date() if found else None


def _numbers(pages: list[int]) -> str:
    shown = ", ".join(str(p) for p in pages[:10])
    return shown if len(pages) <= 10 else f"{shown} and {len(pages) - 10} more"

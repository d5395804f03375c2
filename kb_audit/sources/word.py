"""Word documents (.docx): headings by style, lists, tables, links, pictures; hidden, white and tiny text is kept apart.

Office Open XML is ISO/IEC 29500; python-docx opens it without resolving entities. Texts that a change has deleted are
left out, as a reader sees them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from kb_audit.article import Article, BlockKind
from kb_audit.sources.front_matter import PageFields
from kb_audit.sources.writer import BodyWriter

MOST_BYTES = 100_000_000
MOST_PARTS = 5_000
_MOST_RATIO = 200
_SMALLEST = 4  # half-points (w:sz, ISO/IEC 29500-1, 17.3.2.38): nobody reads less than 2 pt


def parse(name: str, raw: bytes, source: str = "") -> Article:
    """An article from a .docx file.

    Raises ValueError for what is no Word document, unpacks to more than 100 MB, or declares a document type (entities).
    """
    check(raw)
    import docx

    document = docx.Document(io.BytesIO(raw))
    writer = BodyWriter()
    _Reader(writer, document).read()
    return writer.article(name, _fields(document, writer), source)


def check(raw: bytes) -> None:
    """Looks into the package before anything is unpacked; sizes that lie are cut off by zipfile, which reads no further."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
            _check_sizes(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as held:
                        if b"<!DOCTYPE" in held.read(4096):
                            raise ValueError("declares a document type; Word never does, and entities are not resolved")
    except zipfile.BadZipFile:
        raise ValueError("is no Word document (.docx is a zip package)") from None


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    whole = sum(part.file_size for part in parts)
    if whole > MOST_BYTES or len(parts) > MOST_PARTS:
        raise ValueError(f"unpacks to {whole / 1e6:,.0f} MB in {len(parts)} parts, more than any document needs")
    for part in parts:
        if part.file_size > 1_000_000 and part.file_size > _MOST_RATIO * max(1, part.compress_size):
            raise ValueError(
                f"is packed like a trap: {part.filename} grows {part.file_size // max(1, part.compress_size)}-fold"
            )


class _Reader:
    def __init__(self, writer: BodyWriter, document: Any) -> None:
        from docx.oxml.ns import qn

        self.writer, self.document, self.qn = writer, document, qn
        self.said = self.lead = ""

    def read(self) -> None:
        for piece in self.document.iter_inner_content():
            if hasattr(piece, "rows"):
                self._table(piece)
            else:
                self._paragraph(piece)

    def _paragraph(self, paragraph: Any) -> None:
        for mark in paragraph._p.iter(self.qn("w:bookmarkStart")):
            self.writer.mark(str(mark.get(self.qn("w:name"), "")))
        text = self._text(paragraph._p)
        self._pictures(paragraph._p)
        style = paragraph.style.name if paragraph.style is not None else ""
        level = _level(style)
        if not text:
            return
        self._links(paragraph)
        if level:
            self.writer.heading(level, text)
            self.said = self.lead = ""
            return
        kind: BlockKind = "item" if style.startswith("List") or self._numbered(paragraph) else "paragraph"
        if kind == "paragraph":
            self.lead = ""
        elif self.said.endswith(":"):
            self.lead = self.said
        self.writer.block(kind, text, self.lead if kind == "item" else "")
        self.said = text if kind == "paragraph" else ""

    def _table(self, table: Any) -> None:
        head = ""
        for number, row in enumerate(table._tbl.tr_lst):
            cells = [self._text(cell) for cell in row.iter(self.qn("w:tc"))]
            self._pictures(row)
            text = " | ".join(cell for cell in cells if cell)
            if number == 0 and len(table._tbl.tr_lst) > 1:
                head = text
            elif text:
                self.writer.block("row", text, head)

    def _text(self, element: Any) -> str:
        """Visible words; runs that Word hides, or writes in white or below 2 pt, go to the hidden ones."""
        shown: list[str] = []
        hidden: list[str] = []
        for run in element.iter(self.qn("w:r")):
            words = "".join(self._words(run))
            (hidden if self._is_hidden(run) else shown).append(words)
        self.writer.hide(" ".join(" ".join(hidden).split()))
        return " ".join("".join(shown).split())

    def _words(self, run: Any) -> Iterator[str]:
        for piece in run:
            if piece.tag == self.qn("w:t"):
                yield piece.text or ""
            elif piece.tag in (self.qn("w:tab"), self.qn("w:br"), self.qn("w:cr")):
                yield " "

    def _is_hidden(self, run: Any) -> bool:
        said = run.find(self.qn("w:rPr"))
        if said is None:
            return False
        if said.find(self.qn("w:vanish")) is not None or self._is_tiny(said):
            return True
        colour, ground = said.find(self.qn("w:color")), said.find(self.qn("w:shd"))
        white = colour is not None and str(colour.get(self.qn("w:val"))).upper() == "FFFFFF"
        marked = said.find(self.qn("w:highlight")) is not None
        return (
            white
            and not marked
            and (ground is None or str(ground.get(self.qn("w:fill"))).upper() in ("FFFFFF", "AUTO"))
        )

    def _is_tiny(self, said: Any) -> bool:
        size = said.find(self.qn("w:sz"))
        told = str(size.get(self.qn("w:val"), "")) if size is not None else ""
        return told.isdecimal() and int(told) < _SMALLEST

    def _numbered(self, paragraph: Any) -> bool:
        said = paragraph._p.pPr
        return said is not None and said.numPr is not None

    def _links(self, paragraph: Any) -> None:
        for link in paragraph.hyperlinks:
            target = link.address + (f"#{link.fragment}" if link.fragment else "")
            self.writer.link(target, link.text)

    def _pictures(self, element: Any) -> None:
        for picture in element.iter(self.qn("wp:docPr")):
            self.writer.image(str(picture.get("name", "")), str(picture.get("descr", "")))


def _level(style: str) -> int:
    if style == "Title":
        return 1
    digits = style.removeprefix("Heading ")
    return int(digits) if style.startswith("Heading ") and digits.isdigit() else 0


def _fields(document: Any, writer: BodyWriter) -> PageFields:
    said = document.core_properties
    made, changed = said.created, said.modified
    return PageFields(
        title=writer.first_heading or said.title,
        owner=said.author,
        language=said.language,
        created=made.date() if made else None,
        updated=changed.date() if changed else None,
        version=said.version or (str(said.revision) if said.revision else ""),
    )

"""Records of an .xlsx export, streamed; a cell is a text, a date cell an ISO date. Formulas are never computed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from probes.derive.ticket_layout import PREAMBLE, Header, header_of, nothing_found
from probes.derive.ticket_rows import WIDTH, Accounting, Row
from runtime.errors import BadInput

MOST_BYTES, MOST_STRINGS = 2 << 30, 256 << 20


def workbook(path: Path) -> Any:
    """A workbook of ours or of somebody else, opened for reading after its bounds were checked; close it.

    Raises:
        BadInput: no workbook, too large when unpacked, or XML with entities.
    """
    _bounded(path)
    return _open(path)


class Workbook:
    """The first sheet that holds tickets. Iterate `rows` as often as needed."""

    def __init__(self, path: Path, named: Mapping[str, str] | None) -> None:
        self.path = path
        _bounded(path)
        self.sheet, self.header = self._found(named)

    def rows(self, account: Accounting) -> Iterator[tuple[int, Row]]:
        """Rows behind the heads, padded to their width; a filled cell behind the last head is another width."""
        width = self.header.width
        for number, row in self._sheet(self.sheet, self.header.line):
            if not any(row):
                account.blank += 1
            elif any(row[width:]):
                account.quarantine(number, WIDTH)
            else:
                yield number, (row + [""] * width)[:width]

    def _found(self, named: Mapping[str, str] | None) -> tuple[str, Header]:
        first: list[str] = []
        for sheet in self._names():
            for number, row in islice(self._sheet(sheet, 0), PREAMBLE):
                while row and not row[-1]:
                    row.pop()
                first = first or [" ".join(row)] if any(row) else first
                if len(row) >= 2 and (header := header_of(row, line=number, named=named)):
                    return sheet, header
        raise nothing_found(str(self.path), first)

    def _names(self) -> list[str]:
        book = _open(self.path)
        names = [str(name) for name in book.sheetnames]
        book.close()
        return names

    def _sheet(self, sheet: str, behind: int) -> Iterator[tuple[int, Row]]:
        book = _open(self.path)
        try:
            rows = book[sheet].iter_rows(min_row=behind + 1, values_only=True)
            for number, row in enumerate(rows, start=behind + 1):
                yield number, [text_of(value) for value in row]
        except (ValueError, KeyError, zipfile.BadZipFile) as error:
            raise _broken(self.path, error) from None
        finally:
            book.close()


def _open(path: Path) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl passes on whatever its parsers say about hostile files
        raise _broken(path, error) from None


def _broken(path: Path, error: Exception) -> BadInput:
    return BadInput(f"the workbook cannot be read ({type(error).__name__})", str(path), "save it again, or as CSV")


def _bounded(path: Path) -> None:
    """Refuses what would unpack to gigabytes, and XML with entities, before anything is parsed."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
            parts = [name for name in sizes if name.endswith((".xml", ".rels"))]
            declared = next((name for name in parts if b"<!DOCTYPE" in archive.open(name).read(2_000)), None)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _broken(path, error) from None
    if sum(sizes.values()) > MOST_BYTES or sizes.get("xl/sharedStrings.xml", 0) > MOST_STRINGS:
        raise BadInput("the workbook unpacks to more than it may", str(path), "save the sheet as CSV: it is streamed")
    if declared:
        raise BadInput(f"the workbook declares entities ({declared})", str(path), "save it again with a spreadsheet")


def text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "")

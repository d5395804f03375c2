"""Physical lines of a file, block by block, whatever its size: looked at ahead, taken when their fate is known.

UTF-8 with a sign, UTF-16 with or without one, Windows-1252 line by line where a line is not UTF-8: each counted.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from runtime.errors import BadInput

BLOCK = 1 << 20
TOGETHER = 512  # lines handed out at once
LONGEST_LINE = 16 << 20  # characters; a table's line is never that long


@dataclass
class Decoded:
    """What was assumed about the bytes: lines that were no UTF-8, and the first of them."""

    encoding: str
    windows_lines: int = 0
    first_windows: int = 0


class Lines:
    """A stream of lines, numbered from 1. `ahead` looks, `advance` takes."""

    def __init__(self, stream: BinaryIO, path: Path, encoding: str) -> None:
        self.decoded = Decoded(encoding)
        self.number = 1  # of the first line that is not taken yet
        self._blocks = self._read(stream, path)
        self._lines: list[str] = []
        self._at = 0

    def block(self) -> list[str]:
        """The next lines, not taken yet; empty at the end of the file."""
        if self._at >= len(self._lines):
            self._lines, self._at = next(self._blocks, []), 0
        return self._lines[self._at : self._at + TOGETHER]

    def ahead(self, n: int) -> str | None:
        """The n-th line from here (0: the next one); None behind the end."""
        while self._at + n >= len(self._lines):
            more = next(self._blocks, None)
            if more is None:
                return None
            self._lines, self._at = self._lines[self._at :] + more, 0
        return self._lines[self._at + n]

    def advance(self, n: int) -> None:
        """Takes n lines."""
        self._at += n
        self.number += n

    def _read(self, stream: BinaryIO, path: Path) -> Iterator[list[str]]:
        wide = self.decoded.encoding.startswith("utf-16")
        decode = codecs.getincrementaldecoder(self.decoded.encoding)(errors="replace").decode if wide else None
        rest: str | bytes = "" if wide else b""
        number = 1
        while raw := stream.read(BLOCK):
            block = rest + (decode(raw) if decode else raw)  # type: ignore[operator]
            head, rest = _whole(block)
            if len(rest) > LONGEST_LINE:
                raise BadInput(
                    f"a line is longer than {LONGEST_LINE >> 20} million characters: this is no table of lines",
                    f"{path}:{number}",
                    "export the tickets as CSV, JSON lines or .xlsx",
                )
            if head is not None:
                lines = self._text(head, number)
                number += len(lines)
                yield lines
        if rest:
            yield self._text(rest, number)

    def _text(self, block: str | bytes, number: int) -> list[str]:
        text = block if isinstance(block, str) else self._decoded_bytes(block, number)
        return text.replace("\r\n", "\n").split("\n") if "\r" in text else text.split("\n")

    def _decoded_bytes(self, block: bytes, number: int) -> str:
        if self.decoded.encoding != "utf-8":
            return block.decode(self.decoded.encoding, "replace")
        try:
            return block.decode("utf-8")
        except UnicodeDecodeError:
            return "\n".join(self._line(line, number + i) for i, line in enumerate(block.split(b"\n")))

    def _line(self, line: bytes, number: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.decoded.windows_lines += 1
            self.decoded.first_windows = self.decoded.first_windows or number
            return line.decode("cp1252", "replace")


def _whole(block: str | bytes) -> tuple[str | bytes | None, str | bytes]:
    """Whole lines without the last line end, and the piece behind it; a lone CR ends a line where no LF does."""
    if isinstance(block, str):
        head, mark, rest = block.rpartition("\n")
        if not mark and "\r" in block[:-1]:
            head, mark, rest = block.rpartition("\r")
            head = head.replace("\r", "\n")
        return (head, rest) if mark else (None, block)
    raw, end, left = block.rpartition(b"\n")
    if not end and b"\r" in block[:-1]:
        raw, end, left = block.rpartition(b"\r")
        raw = raw.replace(b"\r", b"\n")
    return (raw, left) if end else (None, block)


@contextmanager
def open_lines(path: Path, encoding: str | None = None) -> Iterator[Lines]:
    """Opens a file for reading; the encoding is told from its first bytes unless it is given.

    Raises:
        BadInput: it cannot be read, or it is no text.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadInput(
            f"the ticket export cannot be read ({error.strerror})", str(path), "check `tickets.file` in engagement.yaml"
        ) from None
    with stream:
        start = stream.read(4096)
        code = encoding or encoding_of(start, path)
        stream.seek(3 if code == "utf-8" and start.startswith(codecs.BOM_UTF8) else 0)
        yield Lines(stream, path, code)


def encoding_of(start: bytes, path: Path) -> str:
    """`utf-8` or a UTF-16, from the first bytes.

    Raises:
        BadInput: NUL bytes where text should be.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    nul = start.count(0)
    if nul < 0.2 * max(1, len(start)) or nul == 0:
        return "utf-8"
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > 4 * min(even, odd) and max(even, odd) < 0.49 * len(start) + 1:
        return "utf-16-be" if even > odd else "utf-16-le"
    raise BadInput(
        "the file is no text (NUL bytes at its start)", f"{path}:1", "export the tickets as CSV, JSON lines or .xlsx"
    )

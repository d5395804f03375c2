"""Physical lines of a file with their numbers; lines can be put back, so that one broken quote costs one line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 1_000_000


class Lines:
    """A stream of (number from 1, text without line end)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: deque[tuple[int, str]] = deque()

    def take(self) -> tuple[int, str] | None:
        """The next line; None at the end. A line is cut at 1,000,000 characters."""
        if self._back:
            return self._back.popleft()
        text = self._stream.readline(LONGEST_LINE)
        if not text:
            return None
        self._number += 1
        return self._number, text.rstrip("\r\n")

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))

    def skip(self, upto: int) -> None:
        """Passes over the lines up to and including a number."""
        while self._number < upto and self.take() is not None:
            pass


@contextmanager
def open_lines(path: Path, encoding: str) -> Iterator[Lines]:
    """Opens a file for reading; undecodable bytes become U+FFFD (the encoding was checked before)."""
    with path.open(encoding=encoding, errors="replace", newline=None) as stream:
        yield Lines(stream)

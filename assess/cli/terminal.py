"""What is printed is text: no character of a customer, an article or a system is obeyed by a terminal or turns a line around.

Anything but plain text, new lines and our own bold, dim and red is written as `\\u001b`, which in JSON means the same.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Any

_OURS = ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m")
_PARTS = re.compile("(" + "|".join(map(re.escape, _OURS)) + ")")
_KEPT = frozenset("\n\t\u200c\u200d")
_OBEYED = ("Cc", "Cf", "Zl", "Zp", "Cs")


def guard() -> None:
    """From here on everything that this process prints goes through `harmless`; harmless when it is done twice."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Guarded):
            setattr(sys, name, _Guarded(stream))


def harmless(text: str) -> str:
    """The text as it may be printed; a return to the line's start only where nothing of ours stands before it."""
    if text.isascii() and text.isprintable():
        return text
    back, rest = text[: text.startswith("\r")], text[text.startswith("\r") :]
    line, end = (rest[:-1], "\r") if back and rest.endswith("\r") else (rest, "")
    parts = _PARTS.split(line)
    shown = "".join(part if part in _OURS else "".join(map(_shown, part)) for part in parts)
    return f"{back}{shown}{end}"


class _Guarded:
    """A stream whose text is made harmless on its way; all else is the stream's own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _shown(letter: str) -> str:
    if letter in _KEPT or unicodedata.category(letter) not in _OBEYED:
        return letter
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

"""What a PDF draws and no reader sees: white letters on white paper, letters smaller than two points, text beside the page.

The colour is followed through the page's operators (ISO 32000-1, 8.6.8 and 8.4.2); where a page draws coloured areas or
pictures white letters may stand on one, and are left alone. Invisible text (render mode 3) is what text recognition lays
below a scan: it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SMALLEST = 2.0
_NEARLY = 0.97
_BESIDE = 1.0
_GREY, _RGB, _CMYK = b"g", b"rg", b"k"
_ANY_SPACE = (b"sc", b"scn")
_SHOWS = (b"Tj", b"TJ", b"'", b'"')
_FILLS = (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"Do")


class Unseen:
    """Follows the fill colour of one page; `note` is pypdf's visitor of operators."""

    def __init__(self, page: Any) -> None:
        box = page.mediabox
        self._box = float(box.left), float(box.bottom), float(box.right), float(box.top)
        self._white, self._kept = False, list[bool]()
        self._shown_white = self.coloured = False

    def note(self, operator: bytes, operands: Sequence[Any], *_: Any) -> None:
        if operator == b"q":
            self._kept.append(self._white)
        elif operator == b"Q" and self._kept:
            self._white = self._kept.pop()
        elif operator in (_GREY, _RGB, _CMYK, *_ANY_SPACE):
            self._white = _is_white(operator, operands)
        elif operator in _SHOWS:
            self._shown_white = self._white
        elif operator in _FILLS and not (self._white and operator not in (b"sh", b"Do")):
            self.coloured = True

    def white(self) -> bool:
        """Whether the letters last shown are white."""
        return self._shown_white

    def out_of_sight(self, points: float, x: float, y: float) -> bool:
        """Letters so small, or so placed (in points from the page's corner), that nobody reads them."""
        left, foot, right, top = self._box
        beside = x > right + _BESIDE or y < foot - _BESIDE or y > top + _BESIDE or x < left - (right - left)
        return 0 < points < _SMALLEST or beside


def _is_white(operator: bytes, operands: Sequence[Any]) -> bool:
    try:
        parts = [float(each) for each in operands]
    except (TypeError, ValueError):  # a pattern's name
        return False
    if operator == _CMYK or (operator in _ANY_SPACE and len(parts) == 4):
        return bool(parts) and max(parts) <= 1 - _NEARLY
    return bool(parts) and min(parts) >= _NEARLY

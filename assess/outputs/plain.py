"""Text from outside, made fit for XML, spreadsheets and CSV: no control characters, nothing that a program would run."""

from __future__ import annotations

import re

# XML 1.0, 2.2: tab, line feed, carriage return and the planes without surrogates and the two last code points.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What spreadsheets take for the start of a formula, with the wide forms that some of them fold.
# Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CELL = 32_000  # a cell of .xlsx holds 32,767 characters


def plain(text: object, most: int = CELL) -> str:
    """The text without characters that XML 1.0 forbids, at most `most` characters."""
    kept = _UNFIT.sub("\ufffd", str(text))
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def neutral(text: object) -> str:
    """The text as a CSV cell that no spreadsheet takes for a formula: an apostrophe stands before a dangerous start."""
    kept = plain(text)
    return f"'{kept}" if kept.startswith(_STARTS) or kept.lstrip().startswith(_STARTS) else kept

"""A text as it is understood: what a reader sees, and nothing that only a machine does."""

from __future__ import annotations

import unicodedata


def plain_words(text: str) -> str:
    """One form of each letter and nothing invisible, so that `fr\u200baud` is read as what it shows (Unicode NFKC, category Cf)."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Co"))

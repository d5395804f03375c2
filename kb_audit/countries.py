"""Countries named in a text, by their English names in CLDR: a rule for Brazil says nothing of Portugal."""

from __future__ import annotations

import re
from functools import lru_cache

_ALSO_WORDS = frozenset({"Georgia", "Jordan", "Chad", "Jersey", "Guernsey", "Guinea", "Mali", "Niger"})
_CAPITAL = re.compile(r"[a-z,;] [A-Z]|^[A-Z]")


def countries(text: str) -> frozenset[str]:
    """Two letters (ISO 3166-1, lower case) of each country named."""
    return frozenset(_codes()[name] for name in _names().findall(text)) if _CAPITAL.search(text) else frozenset()


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """English name → code; names that are people's names or words too are left out."""
    from babel import Locale

    known = Locale("en").territories.items()
    return {name: code.lower() for code, name in known if len(code) == 2 and code.isalpha() and name not in _ALSO_WORDS}


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_codes(), key=len, reverse=True)))})\b")

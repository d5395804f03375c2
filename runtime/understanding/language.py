"""Which language a short message is in, from its function words and everyday words; "unknown" rather than a guess.

Enough to choose a word list and to know when there is none: an unknown language is treated as high stakes.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

UNKNOWN = "unknown"
BOUND = 20_000
_OTHERS = re.compile("[ěščřžůýťďňľĺŕłąęśżźćńőűăâșțğışøåæãõđ]")  # letters that neither English nor German has
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")


def language_of(text: str) -> str:
    """ISO 639-1 code, or "unknown" when no list has a word of it, two lists tie, or the script is another one."""
    words = words_of(text)
    if not words or _mostly_foreign_script(words):
        return UNKNOWN
    hits = Counter({code: sum(word in known for word in words) for code, known in word_lists().items()})
    (first, most), (_, second) = hits.most_common(2)
    if most in (0, second) or most / len(words) < 0.12:
        return UNKNOWN
    if most < 3 and first in ("en", "de") and _OTHERS.search(text[:BOUND].lower()):
        return UNKNOWN  # one shared word (`tarif`) in a sentence of another language
    return first


def words_of(text: str) -> list[str]:
    """Lower-case words of the first 20,000 characters; typographic apostrophes become plain."""
    return _WORD.findall(text[:BOUND].replace("\u2019", "'").lower())


@cache
def word_lists() -> dict[str, frozenset[str]]:
    """Language → its function words and words that customers often write; from lexicon/words.txt."""
    lists: dict[str, frozenset[str]] = {}
    for line in (Path(__file__).parent / "lexicon" / "words.txt").read_text(encoding="utf-8").splitlines():
        code, colon, rest = line.partition(":")
        if colon and not line.startswith("#"):
            lists[code.strip()] = frozenset(rest.split()) | lists.get(code.strip(), frozenset())
    return lists


def _mostly_foreign_script(words: list[str]) -> bool:
    letters = [letter for word in words for letter in word]
    return sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2

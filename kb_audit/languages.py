"""The language of an article, by its function words; the default model and the value patterns know English only.

An article in another language is reported as not assessed, never as clean.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from kb_audit.article import Article, once

_WORDS = {
    "en": "the and of to in is you for your with that be or on are this can we not",
    "de": "der die das und ist nicht sie ein eine mit für auf den von zu wir im kann wird oder",
    "fr": "le la les des et est vous une un pour dans que pas sur votre avec nous ou ce du",
    "es": "el la los las de que y en un una es por con para su no se del al como",
    "nl": "de het een en van is niet op je met voor dat te zijn u kan wordt bij of",
    "it": "il lo la gli le di che e un una per non con sono del si da in questo alla",
}
_SETS = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_ENOUGH = 12


def language(article: Article) -> str:
    """Two letters, as the source says or as the words tell; "" for too little text to say."""
    if article.language:
        return article.language[:2].lower()
    return once(article, "language", lambda: language_of(article.body[:6000]))


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """Two letters, as the words of a text tell; "" for too little text to say."""
    if len(_CJK.findall(text)) > 20:
        return "ja"
    words = re.findall(r"[a-zà-ÿß]+", text.lower())
    if len(words) < _ENOUGH:
        return ""
    counts = _counts(words)
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= len(words) * 0.08 else ""


def clearly(text: str, one: str, other: str) -> bool:
    """Whether a text is in one language rather than the other: twice as many function words, and at least five."""
    counts = _counts(re.findall(r"[a-zà-ÿß]+", text.lower()))
    return one not in counts or counts[one] >= max(5, 2 * counts.get(other, 0))


def _counts(words: list[str]) -> dict[str, int]:
    times = Counter(words)
    return {name: sum(times[word] for word in known) for name, known in _SETS.items()}

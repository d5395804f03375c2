"""Wording: whether two sentences speak of the same things, word by word.

The cosine of two sentences hides a swapped noun ("bicycles" for "cars"); the words one by one show it.
"""

# ruff: noqa: SIM905

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from runtime.understanding.encode import Encode

_WORD_MATCH = 0.45
_WORD_SAME = 0.60
_PREDICATE = 0.60


class Words:
    """Which content words of one sentence have no partner in the other: "bicycles" against "parking", say."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, NDArray[np.float32]] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Embed all words at once; `contrast` embeds what is missing one by one."""
        self.learn_words(w for text in texts for w in content_words(text))

    def contrast(self, a: str, b: str, least: float = _WORD_MATCH) -> tuple[str, str] | None:
        """A word on each side that nothing on the other resembles (cosine `least`), or `None`."""
        left, right = content_words(a), content_words(b)
        self.learn([a, b])
        alone_a, alone_b = self._alone(left, right, least), self._alone(right, left, least)
        return (alone_a, alone_b) if alone_a and alone_b else None

    def overlap(self, a: str, b: str) -> float:
        """Share of the longer sentence's content words that have nearly the same word in the other, 0..1."""
        left, right = sorted((content_words(a), content_words(b)), key=len)
        self.learn([a, b])
        same = sum(max((self._alike(w, o) for o in right), default=0.0) >= _WORD_SAME for w in left)
        return same / max(1, len(right))

    def share_predicate(self, a: Claim, b: Claim) -> bool:
        """Whether the other side speaks of the very thing that one side denies."""
        for mine, other in ((a, b), (b, a)):
            word = mine.polarity.predicate if mine.polarity else ""
            if word:
                partners = re.findall(r"[a-z][a-z'-]{2,}", other.text.lower())
                self.learn_words([word, *partners])
                if max((self._alike(word, p) for p in partners), default=0.0) < _PREDICATE:
                    return False
        return True

    def _alike(self, one: str, other: str) -> float:
        """1 for forms of one word ("withdraw", "withdrawal"), else their cosine."""
        stem = max(4, min(len(one), len(other)) - 3)
        return 1.0 if one[:stem] == other[:stem] else float(self._rows[one] @ self._rows[other])

    def learn_words(self, words: Iterable[str]) -> None:
        fresh = sorted(set(words) - self._rows.keys())
        if fresh:
            self._rows |= dict(zip(fresh, self._encode(fresh), strict=True))

    def _alone(self, mine: list[str], theirs: list[str], least: float) -> str:
        worst, name = least, ""
        for word in mine:
            best = max((self._alike(word, other) for other in theirs), default=1.0)
            if best < worst:
                worst, name = best, word
        return name


_STOP = frozenset(
    "a an the of to in on at for from by with and or but if when is are was were be been "
    "being it its this that these those you your yours we our us they them their i my me "
    "he she his her "
    "can could may might must should shall will would do does did have has had not no never "
    "some any all each every per as within up than then there here also only just so such "
    "most more less least "
    "amount percent time date hour number size age about into out over under after before "
    "during until once please make sure need get take use used using via one first last "
    "next full day days what which who how why where "
    # verbs and nouns that any rule may be put in: they tell nothing of its subject
    "cost charge fee price bill pay paid add incur apply applie subject issue issued accept "
    "accepted receive received receiving allow allowed require required requirement available "
    "availability start begin open close end stay keep kept hold held retain retained submit "
    "submitted made send sent arrive arrival reach reaches take taken give given get expect "
    "ask "
    "limit limited maximum minimum default include included contain create created hold allowed complete completed process processed file filed report later earlier run last "
    "anyone everyone customer guest staff time period term policy rule count deadline cut-off due valid expire goe go come leave back entirely fully total additional extra "
    "full own current currently currently usually typically generally normally different possible carry provide provided offer offered want wish submitting according "
    "target early must let know amount set do done remain remains compensate compensation "
    "depend amounts afterward afterwards whole onwards annual yearly per monthly please "
    "note".split()
)


def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, singular, each once, in order."""
    found = (w.lower().strip("'’-") for w in re.findall(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]+", text))
    return list(
        dict.fromkeys(one for w in found if w not in _STOP and len(w) > 2 and (one := _singular(w)) not in _STOP)
    )


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word

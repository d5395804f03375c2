"""Many patterns against one text, only those tried of which a word of the text has the beginning: hundreds of scope words,
a few hits.

A pattern's alternatives are read for the letters that they begin with; where they cannot be told (a group, a class, an
optional letter) the pattern is always tried, so that nothing is missed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
_WORDS_KNOWN = 100_000
_BEFORE = re.compile(r"(?:\(\?<[!=][^()]*\)|\(\?-i:(?=[^()|]*\))|\\b)*")
_BEGINS = re.compile(r"([A-Za-z0-9]+)(?=(.?))")
_WORD = re.compile(r"\w+")


class WordGate(Generic[K]):
    """`whole` wraps a pattern's source to what is searched; each must match from the beginning of a word on. A pattern is
    compiled when it is first tried."""

    def __init__(self, patterns: Iterable[tuple[K, str]], whole: str) -> None:
        self._whole = whole
        self._sources: list[tuple[K, str]] = list(patterns)
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._always: list[int] = []
        self._by_beginning: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, tuple[int, ...]] = {}
        for number, (_, source) in enumerate(self._sources):
            beginnings = _beginnings(source)
            for each in beginnings or ():
                self._by_beginning[each].append(number)
            if beginnings is None:
                self._always.append(number)

    def found(self, text: str) -> Iterator[K]:
        """Keys of the patterns that the text holds, each once."""
        near = {n for word in set(_WORD.findall(text.lower())) for n in self._near(word)}
        for number in near.union(self._always):
            if self._pattern(number).search(text):
                yield self._sources[number][0]

    def _near(self, word: str) -> tuple[int, ...]:
        """Numbers of the patterns that a word may begin; words come back."""
        known = self._by_word.get(word)
        if known is None:
            beginnings = (self._by_beginning.get(word[:end], ()) for end in range(1, len(word) + 1))
            known = tuple(number for numbers in beginnings for number in numbers)
            if len(self._by_word) < _WORDS_KNOWN:
                self._by_word[word] = known
        return known

    def _pattern(self, number: int) -> re.Pattern[str]:
        known = self._compiled.get(number)
        if known is None:
            known = self._compiled[number] = re.compile(self._whole.format(self._sources[number][1]), re.I)
        return known


def _beginnings(source: str) -> set[str] | None:
    """The letters that each alternative begins with, lower case; None where one has none that is sure."""
    found = set()
    for alternative in _alternatives(source):
        begins = _BEGINS.match(alternative, _end(alternative))
        sure = begins[1][:-1] if begins and begins[2] and begins[2] in "?*{" else begins[1] if begins else ""
        if not sure:
            return None
        found.add(sure.lower())
    return found


def _end(alternative: str) -> int:
    """Where what stands before the first letter ends: conditions on what was before, a group that minds capitals."""
    before = _BEFORE.match(alternative)
    return before.end() if before else 0


def _alternatives(source: str) -> Iterator[str]:
    """The parts between the bars that stand in no group and no class."""
    depth, start, at = 0, 0, 0
    while at < len(source):
        sign = source[at]
        if sign == "\\":
            at += 1
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "|" and not depth:
            yield source[start:at]
            start = at + 1
        at += 1
    yield source[start:]

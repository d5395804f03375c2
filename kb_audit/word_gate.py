"""Many patterns against one text, only those tried whose first letters the text holds: hundreds of scope words, a few hits.

A pattern's alternatives are read for the letters that they begin with; where they cannot be told (a group, a class, an
optional letter) the pattern is always tried, so that nothing is missed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
_LETTERS = 2
_BEGINS = re.compile(r"(?:\\b)?([a-z]+)(?=(.?))")
_WORD = re.compile(rf"(?<!\w)\w{{{_LETTERS}}}")


class WordGate(Generic[K]):
    """`whole` wraps a pattern's source to what is searched; each must match from the beginning of a word on."""

    def __init__(self, patterns: Iterable[tuple[K, str]], whole: str) -> None:
        self._always: list[tuple[K, re.Pattern[str]]] = []
        self._by_letters: dict[str, list[tuple[K, re.Pattern[str]]]] = defaultdict(list)
        for key, source in patterns:
            entry = key, re.compile(whole.format(source), re.I)
            letters = _first_letters(source)
            for each in letters or ():
                self._by_letters[each].append(entry)
            if letters is None:
                self._always.append(entry)

    def found(self, text: str) -> Iterator[K]:
        """Keys of the patterns that the text holds, each once."""
        tried: set[K] = set()
        near = (self._by_letters.get(letters, ()) for letters in dict.fromkeys(_WORD.findall(text.lower())))
        for entries in (self._always, *near):
            for key, pattern in entries:
                if key not in tried:
                    tried.add(key)
                    if pattern.search(text):
                        yield key


def _first_letters(source: str) -> set[str] | None:
    found = set()
    for alternative in _alternatives(source):
        begins = _BEGINS.match(alternative)
        sure = begins[1][:-1] if begins and begins[2] and begins[2] in "?*{" else begins[1] if begins else ""
        if len(sure) < _LETTERS:
            return None
        found.add(sure[:_LETTERS])
    return found


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

"""Cue lists of a language as data (`<language>.yaml`): by which words the parts of a handoff are recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runtime.written import Strict, load

SLOTS = ("why", "who", "problem", "checked", "done", "next", "when")


class CueFile(Strict):
    """`asks`: words beside an act that make it a request; `refers`: words that point back to the case; `function`: words
    without which a row of words is no sentence.
    """

    format: int = 1
    slots: dict[str, list[str]]
    titles: list[str]
    ask_first: list[str]
    asks: list[str]
    vague: list[str]
    placeholder: list[str]
    speakers: list[str]
    refers: list[str]
    function: list[str]


@dataclass(frozen=True)
class Cues:
    """Compiled cues of one language; `any` finds every cue; `vocabulary` holds every word that stands in one, and every
    function word: none of them says anything of a case.
    """

    language: str
    slots: dict[str, re.Pattern[str]]
    any: re.Pattern[str]
    titles: re.Pattern[str]
    vocabulary: frozenset[str]
    refers: frozenset[str]
    function: frozenset[str]
    ask_first: frozenset[str]
    asks: frozenset[str]
    vague: re.Pattern[str]
    placeholder: re.Pattern[str]
    speaker: re.Pattern[str]


@cache
def cues(language: str) -> Cues | None:
    """The cues of a language, or None when there is no list."""
    path = Path(__file__).parent / f"{language}.yaml"
    if not re.fullmatch(r"[a-z]{2,3}", language) or not path.is_file():
        return None
    file = load(path, CueFile).value
    every = [cue for slot in SLOTS for cue in file.slots[slot]] + file.ask_first
    return Cues(
        language,
        {slot: _words(file.slots[slot]) for slot in SLOTS},
        _words(every),
        _words(file.titles),
        _vocabulary([*every, *file.asks, *file.vague, *file.function]),
        frozenset(file.refers),
        frozenset(file.function),
        frozenset(file.ask_first),
        frozenset(file.asks),
        _words(file.vague),
        re.compile(r"(?:[^:]{1,40}:)?\s*(?:" + "|".join(file.placeholder) + r")\s*[.;!]?"),
        re.compile(
            r"^\W{0,3}(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?\]?\)?\s*)?(?:"
            + "|".join(file.speakers)
            + r")(?: \w+)?(?: \(?\d{1,2}:\d{2}\)?)?\s*[:>]",
            re.IGNORECASE,
        ),
    )


def _vocabulary(parts: list[str]) -> frozenset[str]:
    """The plain words in the patterns; a word with an optional ending counts with and without it."""
    found: set[str] = set()
    for part in parts:
        plain = re.sub(r"\\[a-zA-Z]", " ", part)
        for ending in (re.sub(r"\([?:\w|]*\)\?|\w\?", "", plain), re.sub(r"[()?]|\?:", "", plain)):
            found |= set(re.findall(r"[^\W\d_][^\W\d_'-]*", ending))
    return frozenset(found)


def _words(parts: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")

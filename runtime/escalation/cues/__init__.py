"""Cue lists of a language as data (`<language>.yaml`): by which words the parts of a handoff are recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runtime.written import Strict, load

SLOTS = ("why", "who", "problem", "checked", "done", "next", "when")


class CueFile(Strict):
    """`asks`: words beside an act that make it a request; `function`: words without which a row of words is no sentence."""

    format: int = 1
    slots: dict[str, list[str]]
    titles: list[str]
    ask_first: list[str]
    asks: list[str]
    vague: list[str]
    placeholder: list[str]
    speakers: list[str]
    function: list[str]


@dataclass(frozen=True)
class Cues:
    """Compiled cues of one language; `any` finds every word that is a cue of some part."""

    language: str
    slots: dict[str, re.Pattern[str]]
    any: re.Pattern[str]
    titles: re.Pattern[str]
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


def _words(parts: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")

"""How a handoff is written: machine text, length, dialogue, sentences, vague words, blocks, repetition and long words."""

from __future__ import annotations

from functools import cache
from typing import Any

from runtime.escalation.cues import Cues
from runtime.escalation.points import Why
from runtime.escalation.reading import Read


def form(got: Read, used: Cues, code: str) -> list[Why]:
    """The eight features of form; `code`: the language, for syllables."""
    return [
        _machine(got),
        _length(got),
        _transcript(got),
        _sentence_length(got),
        _vague(got, used),
        _lines(got),
        _variety(got),
        _ease(got, code),
    ]


def _machine(got: Read) -> Why:
    """Counted in characters, not as a share: words around a payload do not make it shorter."""
    n = got.machine_chars
    return Why(
        "no machine text",
        round(10 * max(0.0, 1 - n / 500), 1),
        10,
        f"{n} characters of machine text" if n else "no machine text",
    )


def _length(got: Read) -> Why:
    n = sum(len(unit.words) for unit in got.units)
    return Why("length", round(6 * max(0.0, min(1.0, (600 - n) / 380)), 1), 6, f"{n} words")


def _transcript(got: Read) -> Why:
    speech = [i for i, unit in enumerate(got.units) if unit.speech]
    above = sum(any(not later.speech for later in got.units[i + 1 :]) for i in speech)
    only = len(speech) > 2 and len(got.told) < 3
    points = 0.0 if only else max(0.0, 6 - 1.5 * above)
    return Why(
        "transcript below",
        points,
        6,
        (
            "no transcript above the summary"
            if points == 6
            else f"{above or len(speech)} lines of dialogue stand where a summary should"
        ),
    )


def _sentence_length(got: Read) -> Why:
    excess = sum(max(0, len(unit.words) - 24) for unit in got.units)
    return Why(
        "sentences",
        round(max(0.0, 5 - excess / 8), 1),
        5,
        "short sentences" if not excess else f"{excess} words too many in long sentences",
    )


def _vague(got: Read, used: Cues) -> Why:
    found = [word for unit in got.units if not unit.speech for word in used.vague.findall(unit.lower)]
    return Why(
        "vague words",
        max(0.0, 4 - 1.3 * len(found)),
        4,
        f"vague: {', '.join(sorted(set(found))[:4])}" if found else "no vague words",
    )


def _lines(got: Read) -> Why:
    walls = sum(len(line) > 320 for line in got.lines)
    return Why(
        "lines", max(0.0, 3 - 1.5 * walls), 3, f"{walls} blocks of over 320 characters" if walls else "short lines"
    )


def _variety(got: Read) -> Why:
    repeated = repeats(got)
    return Why("variety", max(0.0, 2 - repeated / 5), 2, f"{repeated} repeated words" if repeated else "no repetition")


def repeats(got: Read) -> int:
    counts: dict[str, int] = {}
    for unit in got.units:
        for word in unit.words:
            if len(word) > 4 and not word[0].isdigit():
                counts[word] = counts.get(word, 0) + 1
    return sum(max(0, n - 5) for n in counts.values())


def _ease(got: Read, code: str) -> Why:
    """Words of five or more syllables (Liang's hyphenation patterns); a count, so that filler cannot improve it."""
    hard = sum(
        _syllables(word, code) >= (7 if code == "de" else 5)
        for unit in got.told
        for word in set(unit.words)
        if word.isalpha()
    )
    return Why("reading ease", max(0.0, 2 - 0.4 * hard), 2, f"{hard} very long words" if hard else "plain words")


def _syllables(word: str, code: str) -> int:
    if len(word) < 11:
        return 1
    return len(_dictionary(code).inserted(word).split("-"))


@cache
def _dictionary(code: str) -> Any:
    import pyphen  # type: ignore[import-untyped, unused-ignore]

    return pyphen.Pyphen(lang="de_DE" if code == "de" else "en_US")

"""Frustration from 0 to 1 with its reasons: what happened in the conversation first, words second.

z = 1 − Π(1 − w) over the signals of a turn, the highest over the turns with a decay of 0.8 for each turn since:
an angry start stays visible (Leonova & Zuters 2020: the level is stable over turns). A number is never given without
reasons.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from runtime.understanding.language import language_of, words_of
from runtime.understanding.lexicon import lexicon, sentences
from runtime.understanding.requests import asks_for_human, threatens_law

ACKNOWLEDGE, HAND_OFF = 0.45, 0.6
DECAY = 0.8
WEIGHTS = {
    "asks for a person": 1.0,
    "legal threat": 0.7,
    "angry words": 0.55,
    "says it repeats": 0.5,
    "capitals": 0.45,
    "same message again": 0.4,
    "two answers failed": 0.4,
    "was asked the same twice": 0.35,
    "exclamation marks": 0.3,
    "third contact in 14 days": 0.3,
}


@dataclass(frozen=True)
class Turn:
    """One turn. `event` is what the runtime knows of its own turn: it abstained, asked, answered; courtesy words are
    never read as failure.
    """

    who: Literal["customer", "agent"]
    text: str
    event: Literal["", "abstained", "clarified", "answered"] = ""


@dataclass(frozen=True)
class Mood:
    z: float
    because: tuple[str, ...]
    advice: Literal["none", "acknowledge", "hand_off"]


def mood(turns: Sequence[Turn], *, contacts_14_days: int = 1, language: str | None = None) -> Mood:
    """Frustration after the last turn.

    Args:
        turns: oldest first; the last 50 are read.
        contacts_14_days: contacts of this customer about anything, this one included.
    """
    recent = list(turns)[-50:]
    best = 0.0
    because: tuple[str, ...] = ()
    for i, turn in enumerate(recent):
        if turn.who != "customer":
            continue
        signals = _signals(recent[:i], turn, language) + (["third contact in 14 days"] if contacts_14_days >= 3 else [])
        age = sum(later.who == "customer" for later in recent[i + 1 :])
        z = _joined(signals) * DECAY**age
        if z > best:
            best, because = z, tuple(signals)
    advice: Literal["none", "acknowledge", "hand_off"] = (
        "hand_off" if best >= HAND_OFF else "acknowledge" if best >= ACKNOWLEDGE else "none"
    )
    return Mood(round(best, 3), because, advice)


def _signals(before: list[Turn], turn: Turn, language: str | None) -> list[str]:
    code = language or language_of(turn.text)
    own = [earlier.text for earlier in before if earlier.who == "customer"]
    agent = [earlier for earlier in before if earlier.who == "agent"]
    tests = {
        "asks for a person": asks_for_human(turn.text, language=language),
        "legal threat": threatens_law(turn.text, language=language),
        "angry words": _says(turn.text, code, "anger"),
        "says it repeats": _says(turn.text, code, "repeats"),
        "capitals": _capitals(turn.text),
        "same message again": any(_alike(turn.text, earlier) >= 0.6 for earlier in own),
        "two answers failed": sum(earlier.event == "abstained" for earlier in agent) >= 2,
        "was asked the same twice": _asked_twice(agent),
        "exclamation marks": "!!" in turn.text or "?!" in turn.text,
    }
    return [name for name, true in tests.items() if true]


def _joined(signals: list[str]) -> float:
    calm = 1.0
    for name in signals:
        calm *= 1 - WEIGHTS[name]
    return 1 - calm


def _says(text: str, code: str, kind: Literal["anger", "repeats"]) -> bool:
    words = lexicon(code)
    found: re.Pattern[str] | None = getattr(words, kind) if words else None
    return bool(found) and any(found.search(part) for part in sentences(text) if found)


def _capitals(text: str) -> bool:
    loud = [word for word in re.findall(r"[^\W\d_]{3,}", text[:4_000]) if word.isupper()]
    return len(loud) >= 3 and len(loud) >= 0.4 * len(re.findall(r"[^\W\d_]{3,}", text[:4_000]))


def _alike(one: str, other: str) -> float:
    a, b = set(words_of(one[:2_000])), set(words_of(other[:2_000]))
    return len(a & b) / len(a | b) if len(a) >= 3 and len(b) >= 3 else 0.0


def _asked_twice(agent: list[Turn]) -> bool:
    questions = [turn.text for turn in agent if turn.event == "clarified"]
    return any(_alike(one, other) >= 0.6 for i, one in enumerate(questions) for other in questions[:i])

"""Frustration from 0 to 1 with its reasons: what happened in the conversation first, words second.

z = 1 − Π(1 − w) over the signals of a turn, the highest over the turns with a decay of 0.8 for each turn since:
an angry start stays visible (Leonova & Zuters 2020: the level is stable over turns). A number is never given without
reasons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from runtime.understanding.language import language_of, words_of
from runtime.understanding.mood_words import says
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
    "waited for an answer": 0.3,
    "a promise was missed": 0.45,
}
LONG_WAIT = {"chat": timedelta(minutes=10), "phone": timedelta(minutes=10)}
LONG_WAIT_ELSEWHERE = timedelta(hours=48)


@dataclass(frozen=True)
class Turn:
    """One turn. `event` is what the runtime knows of its own turn: it abstained, asked, answered; courtesy words are
    never read as failure. `until`: when an agent's turn promised an answer.
    """

    who: Literal["customer", "agent"]
    text: str
    event: Literal["", "abstained", "clarified", "answered"] = ""
    at: datetime | None = None
    until: datetime | None = None


def turns_of(case: Mapping[str, Any]) -> list[Turn]:
    """The turns that a case brings along (`turns`: `{who, text, event, at, until}`, oldest first), the last 50; what cannot
    be read is left out. The case's message is not among them.
    """
    found = []
    for one in list(case.get("turns") or ())[-50:]:
        if not isinstance(one, Mapping) or one.get("who") not in ("customer", "agent"):
            continue
        event = one.get("event") if one.get("event") in ("abstained", "clarified", "answered") else ""
        text = str(one.get("text", ""))[:20_000]
        found.append(Turn(one["who"], text, event, _time(one.get("at")), _time(one.get("until"))))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True)
class Mood:
    z: float
    because: tuple[str, ...]
    advice: Literal["none", "acknowledge", "hand_off"]


def mood(
    turns: Sequence[Turn],
    *,
    contacts_14_days: int = 1,
    language: str | None = None,
    channel: str = "",
    words: Path | None = None,
) -> Mood:
    """Frustration after the last turn.

    Args:
        turns: oldest first; the last 50 are read.
        contacts_14_days: contacts of this customer about anything, this one included.
        channel: says which wait is long: ten minutes in a chat, two days by e-mail.
        words: folder of the organisation's own lists (`<language>.yaml`), which add to the bundled ones.

    Raises:
        BadInput: one of these lists is broken, with file and line.
    """
    recent = list(turns)[-50:]
    best = 0.0
    because: tuple[str, ...] = ()
    for i, turn in enumerate(recent):
        if turn.who != "customer":
            continue
        signals = _happened(recent[:i], turn, channel) + _said(turn.text, language, words)
        signals += ["third contact in 14 days"] if contacts_14_days >= 3 else []
        age = sum(later.who == "customer" for later in recent[i + 1 :])
        z = _joined(signals) * DECAY**age
        if z > best:
            best, because = z, tuple(signals)
    advice: Literal["none", "acknowledge", "hand_off"] = (
        "hand_off" if best >= HAND_OFF else "acknowledge" if best >= ACKNOWLEDGE else "none"
    )
    return Mood(round(best, 3), because, advice)


def _happened(before: list[Turn], turn: Turn, channel: str) -> list[str]:
    """What went wrong in the conversation, whatever the words."""
    own = [earlier.text for earlier in before if earlier.who == "customer"]
    agent = [earlier for earlier in before if earlier.who == "agent"]
    tests = {
        "same message again": any(_alike(turn.text, earlier) >= 0.6 for earlier in own),
        "two answers failed": sum(earlier.event == "abstained" for earlier in agent) >= 2,
        "was asked the same twice": _asked_twice(agent),
        "waited for an answer": _waited([*before, turn], LONG_WAIT.get(channel, LONG_WAIT_ELSEWHERE)),
        "a promise was missed": any(a.until and turn.at and turn.at > a.until for a in _unkept(before)),
    }
    return [name for name, true in tests.items() if true]


def _said(text: str, language: str | None, words: Path | None) -> list[str]:
    """What the words say: weaker evidence, and none in a language without a list."""
    code = language or language_of(text)
    tests = {
        "asks for a person": asks_for_human(text, language=language),
        "legal threat": threatens_law(text, language=language),
        "angry words": says(text, code, "anger", words),
        "says it repeats": says(text, code, "repeats", words),
        "capitals": _capitals(text),
        "exclamation marks": "!!" in text or "?!" in text,
    }
    return [name for name, true in tests.items() if true]


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _joined(signals: list[str]) -> float:
    calm = 1.0
    for name in signals:
        calm *= 1 - WEIGHTS[name]
    return 1 - calm


def _capitals(text: str) -> bool:
    loud = [word for word in re.findall(r"[^\W\d_]{3,}", text[:4_000]) if word.isupper()]
    return len(loud) >= 3 and len(loud) >= 0.4 * len(re.findall(r"[^\W\d_]{3,}", text[:4_000]))


def _alike(one: str, other: str) -> float:
    a, b = set(words_of(one[:2_000])), set(words_of(other[:2_000]))
    return len(a & b) / len(a | b) if len(a) >= 3 and len(b) >= 3 else 0.0


def _asked_twice(agent: list[Turn]) -> bool:
    questions = [turn.text for turn in agent if turn.event == "clarified"]
    return any(_alike(one, other) >= 0.6 for i, one in enumerate(questions) for other in questions[:i])


def _waited(turns: list[Turn], long: timedelta) -> bool:
    """A customer's message was answered late, or not at all before the next one."""
    asked: datetime | None = None
    for turn in turns:
        if turn.at is None:
            continue
        if asked is not None and turn.at - asked > long:
            return True
        asked = (asked or turn.at) if turn.who == "customer" else None
    return False


def _unkept(before: list[Turn]) -> list[Turn]:
    """Agent's turns with a promise after which the agent said nothing more."""
    last = next((i for i in range(len(before) - 1, -1, -1) if before[i].who == "agent"), None)
    return [before[last]] if last is not None and before[last].until else []

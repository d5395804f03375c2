"""Slot values: found in the session, in the customer's words, or in a list that a system gave; never invented.

More than one fitting value is not a value: the case asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from runtime.goals import Slot
from runtime.understanding.typed import values_of

MAX_TEXT = 20_000


@dataclass(frozen=True)
class Filled:
    """A value with where it was found, or why there is none."""

    value: str | None
    source: str
    choices: tuple[str, ...] = ()


def from_session(name: str, session: Mapping[str, Any]) -> Filled:
    """A value that the channel vouches for."""
    value = session.get(name)
    return (
        Filled(str(value), "session")
        if isinstance(value, str | int) and str(value)
        else Filled(None, "the session does not say")
    )


def from_words(slot: Slot, message: str, *, language: str = "", today: date | None = None) -> Filled:
    """The one value of the slot's kind, or that fits its pattern, in the message."""
    if slot.is_:
        found = values_of(slot.is_, message, language=language, today=today)
        found = tuple(value for value in found if not slot.pattern or re.fullmatch(slot.pattern, value))
    elif slot.pattern:
        found = tuple(dict.fromkeys(match.group(0) for match in re.finditer(slot.pattern, message[:MAX_TEXT])))
    else:
        return Filled(None, "nothing says what it looks like")
    if len(found) == 1:
        return Filled(found[0], "utterance")
    return Filled(None, "several fit" if found else "the words do not say", found)


def from_list(values: Sequence[Any]) -> Filled:
    """The only entry of a list that a system gave."""
    found = tuple(str(value) for value in values)
    if len(found) == 1:
        return Filled(found[0], "the only one")
    return Filled(None, "several are open" if found else "none is open", found)


def fill(
    name: str, slot: Slot, message: str, session: Mapping[str, Any], *, language: str = "", today: date | None = None
) -> Filled:
    """What is known before anything is read; a slot with `else_choose` may be filled later."""
    if slot.from_ == "session":
        return from_session(name, session)
    return (
        from_words(slot, message, language=language, today=today)
        if slot.from_ == "utterance"
        else Filled(None, "to be chosen")
    )

"""What every destination offers, whatever is behind it: create, find by our key, read back, close, comment, alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Message:
    """What is delivered. `key` must be findable at the destination afterwards."""

    key: str
    subject: str
    text: str
    queue: str = ""
    priority: str = "normal"
    test: bool = False

    @property
    def digest(self) -> str:
        return digest_of(self.text)


@dataclass(frozen=True)
class Held:
    """What the destination holds, as it was read back. `made_by`: the credential that wrote it, where it says so."""

    id: str
    key: str = ""
    subject: str = ""
    text: str = ""
    queue: str = ""
    status: str = ""
    decision: str = ""
    decided_by: str = ""
    made_by: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return digest_of(self.text)


@dataclass(frozen=True)
class Alert:
    """Someone was told: whom, how, when."""

    team: str
    channel: str = ""
    at: str = ""


class DeliveryFailed(Exception):
    """A destination did not do it. `doubt`: it may have been done all the same, so search before trying again.

    `by_system`: the destination itself said no; otherwise something on the way, a limit of ours, or nobody answered.
    """

    def __init__(self, says: str, *, doubt: bool, by_system: bool = False) -> None:
        super().__init__(says)
        self.says, self.doubt, self.by_system = says, doubt, by_system


class Destination(Protocol):
    """All methods raise DeliveryFailed.

    `finds` is False where nothing can be looked up by key: then a doubt stays a doubt. `reads` is False where nothing
    can be read back: then "accepted" is all that can be said. `repeats`: the receiver takes the same key once, so that
    sending again is safe. `comments`: notes can be added to a record.
    """

    name: str
    finds: bool
    reads: bool
    repeats: bool
    comments: bool

    def create(self, message: Message) -> str:
        """Creates the record and returns its id; empty when the answer names none."""
        ...

    def find(self, key: str) -> list[Held]:
        """Every record with the key, oldest first."""
        ...

    def read(self, id: str) -> Held: ...

    def close(self, id: str) -> None: ...

    def comment(self, id: str, text: str, key: str) -> None:
        """Adds a note; `key` is the note's own key and stands in it."""
        ...

    def noted(self, id: str, key: str) -> bool | None:
        """Whether a record carries the note with this key; None where that cannot be seen."""
        ...

    def alerts(self, id: str) -> list[Alert] | None:
        """Who was told about the record; None when the destination cannot say."""
        ...


def digest_of(text: str) -> str:
    """Digest of a body with line ends and outer blanks normalised: what mail and web forms change on the way."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

"""One attempt to deliver one handoff: search when in doubt, create, read back key and body; and what the attempt
means for the row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.escalation.destinations.destination import DeliveryFailed, Destination, Held, Message
from runtime.escalation.outbox_rows import Row, text_of
from runtime.escalation.rendering import TEST_MARK

# Longer than any request is allowed to take: what a slow destination makes of a request that we gave up is there by then.
LATE_S = 120
CLOSED = frozenset({"closed", "resolved", "solved", "deleted", "done", "cancelled", "recalled", "rejected"})


@dataclass(frozen=True)
class Result:
    """`done`: the destination holds it, and it was read back unless nothing can be read there. `doubt`: it may hold it."""

    destination: str
    done: bool
    remote_id: str = ""
    doubt: bool = False
    read_back: bool = True
    flaw: str = ""
    error: str = ""

    def doubts(self, row: Row) -> tuple[str, ...]:
        """Destinations that may hold it after this attempt, besides the one that surely does."""
        others = tuple(name for name in row.doubt if name != self.destination)
        return (*others, self.destination) if self.doubt and not self.done else others

    def changes(
        self, row: Row, now: datetime, settle: float, schedule: Sequence[int], *, look_again: bool = False
    ) -> dict[str, str | None]:
        """The columns to write: delivered, due again later, or dead. What was in doubt once is looked at once more."""
        doubt = self.doubts(row)
        if self.done and (look_again or self.destination in row.doubt):
            doubt = tuple(dict.fromkeys((*doubt, self.destination)))
        common = {
            "doubt": ",".join(doubt),
            "remote_id": self.remote_id,
            "error": self.error[:300],
            "delivered_to": self.destination if self.remote_id else "",
        }
        if self.done:
            return {
                **common,
                "state": "delivered" if self.read_back else "accepted",
                "delivered_to": self.destination,
                "flaw": self.flaw,
                "delivered_at": text_of(now),
                "next_at": text_of(now + timedelta(seconds=max(settle, LATE_S))),
            }
        attempts = row.attempts + 1
        if attempts > len(schedule):
            return {**common, "state": "dead"}
        wait = schedule[attempts - 1] * (0.8 + 0.4 * _jitter(row.id, attempts))
        due = now + timedelta(seconds=max(wait, settle if self.doubt else 0.0))
        return {**common, "next_at": text_of(min(due, row.deputy_at) if row.deputy and now < row.deputy_at else due)}


def attempt(row: Row, destinations: Mapping[str, Destination], *, use: str) -> Result:
    """Tries one destination once; never raises for what a destination does."""
    destination = destinations.get(use)
    if destination is None:
        return Result(use, done=False, error=f"the destination {use!r} is not connected")
    in_doubt = use in row.doubt
    try:
        if in_doubt and not destination.finds and not destination.repeats:
            return Result(
                use,
                done=False,
                doubt=True,
                error="it may have arrived, and nothing can be looked up there: a person must check",
            )
        id = row.remote_id if in_doubt and row.delivered_to == use else ""
        id = id or (_found(destination, row.id) if in_doubt and destination.finds else "")
    except DeliveryFailed as failed:
        return Result(
            use,
            done=False,
            doubt=in_doubt,
            remote_id=row.remote_id if row.delivered_to == use else "",
            error=failed.says,
        )
    return _read_back(destination, row, id) if id and destination.reads else _created(destination, row)


def settle_doubts(row: Row, destinations: Mapping[str, Destination]) -> tuple[list[str], str]:
    """Closes what turned up late: everything at other destinations, and second records at the one that has it.

    Returns:
        the destinations that still cannot be asked, and a flaw to note about those that nobody can search.
    """
    left, flaw = [], ""
    for name in row.doubt:
        destination = destinations.get(name)
        if destination is None:
            left.append(name)
        elif not destination.finds:
            flaw = "" if name == row.delivered_to else f"it may lie at {name} as well, where nothing can be searched"
        else:
            keep = row.remote_id if name == row.delivered_to else ""
            try:
                _close_others(destination, row.id, keep)
            except DeliveryFailed:
                left.append(name)
    return left, flaw


def _close_others(destination: Destination, key: str, keep: str) -> None:
    for held in destination.find(key):
        if held.id != keep and not is_closed(held):
            destination.close(held.id)


def is_closed(held: Held) -> bool:
    return held.status.lower() in CLOSED


def message_of(row: Row) -> Message:
    """What is sent: rendered once when it was enqueued, the same bytes on every attempt."""
    return Message(row.id, row.subject, row.text, row.queue, row.priority, test=row.subject.startswith(TEST_MARK))


def _created(destination: Destination, row: Row) -> Result:
    try:
        id = destination.create(message_of(row))
    except DeliveryFailed as failed:
        return Result(destination.name, done=False, doubt=failed.doubt, error=failed.says)
    try:
        id = id or (_found(destination, row.id) if destination.finds else "")
    except DeliveryFailed as failed:  # it was created, whatever the search says
        return Result(destination.name, done=False, doubt=True, error=failed.says)
    if not destination.reads:
        return Result(destination.name, done=True, remote_id=id or row.id, read_back=False)
    return _read_back(destination, row, id)


def _read_back(destination: Destination, row: Row, id: str) -> Result:
    """2xx is not delivered: only what can be read there is."""
    if not id:
        return Result(destination.name, done=False, doubt=True, error="the answer named no record")
    try:
        held = destination.read(id)
    except DeliveryFailed as failed:
        return Result(destination.name, done=False, doubt=True, remote_id=id, error=f"not read back: {failed.says}")
    return Result(destination.name, done=True, remote_id=id, flaw="; ".join(flaws(held, row)))


def flaws(held: Held, row: Row) -> list[str]:
    """What arrived differently from what was sent."""
    found = []
    if held.key != row.id:
        found.append("the key was dropped" if not held.key else "another key")
    if held.digest != row.digest:
        found.append("the text was changed" if held.text else "the text is empty")
    if row.queue and held.queue and held.queue != row.queue:
        found.append(f"it lies in the queue {held.queue!r}, not in {row.queue!r}")
    return found


def _found(destination: Destination, key: str) -> str:
    """The record that is there already; of several the oldest open one stays and the others are closed.

    One that a person has closed meanwhile counts: it arrived.
    """
    held = destination.find(key)
    is_open = [one for one in held if not is_closed(one)]
    for extra in is_open[1:]:
        destination.close(extra.id)
    return (is_open or held)[0].id if held else ""


def _jitter(key: str, attempts: int) -> float:
    """0–1, the same for the same row and attempt: reproducible, and spread over rows."""
    return hashlib.sha256(f"{key}/{attempts}".encode()).digest()[0] / 255

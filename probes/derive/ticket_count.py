"""Running counts over all tickets of an export: volumes by month, hour, channel and tag, times, and the samples that the
text is read from. Memory stays the same for thousands and for millions.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from probes.derive.ticket_file import Ticket, TicketFile, tags_of
from probes.derive.ticket_repeats import Repeats
from probes.derive.ticket_rows import Row

HOURS = 168
SAMPLE = 20_000  # tickets whose text is read; of a smaller export every one
SEED = 11
BODY = 1_200
DISTINCT = 20_000  # tags and channels remembered; an export that has more of them puts free text there


@dataclass
class Count:
    """Tickets of one workflow or of all, and when in the week they come: Monday 0 h first."""

    tickets: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)

    def add(self, created: datetime) -> None:
        self.tickets += 1
        self.hours[created.weekday() * 24 + created.hour] += 1


@dataclass
class Counted:
    """What one pass over the file gives. `when`: tickets of each hour (ordinal of the day × 24 + hour); `tagged`: tickets
    that carry a workflow's tag.
    """

    when: dict[int, int] = field(default_factory=dict)
    tagged: dict[str, Count] = field(default_factory=dict)
    channels: Counter[str] = field(default_factory=Counter)
    sample: list[Ticket] = field(default_factory=list)
    repeats: Repeats = field(default_factory=Repeats)

    @property
    def tickets(self) -> int:
        return sum(self.when.values())

    @property
    def last(self) -> datetime:
        """Begin of the hour of the last ticket."""
        return _hour(max(self.when))

    def hours(self) -> tuple[int, ...]:
        """Tickets in each hour of the week, Monday 0 h first."""
        found = [0] * HOURS
        for hour, n in self.when.items():
            found[(hour // 24 - 1) % 7 * 24 + hour % 24] += n  # ordinal 1 is a Monday
        return tuple(found)

    def months(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for hour, n in self.when.items():
            found[f"{_hour(hour):%Y-%m}"] += n
        return dict(sorted(found.items()))

    def days(self) -> int:
        return len({hour // 24 for hour in self.when})


def count(file: TicketFile, workflows: Iterable[str]) -> Counted:
    """Reads the whole file once."""
    found = Counted(tagged={name: Count() for name in workflows})
    place_of, sample = _Places(found.tagged).of, _Sample(found.sample)
    header = file.header.columns
    channel, tags, customer = (header.get(role, ()) for role in ("channel", "tags", "customer"))
    when, repeats, channels = found.when, found.repeats, found.channels
    wanted = 0
    for seen, (_, row, created) in enumerate(file.rows()):
        hour = created.toordinal() * 24 + created.hour
        try:
            when[hour] += 1
        except KeyError:
            when[hour] = 1
        if channel:
            channels[row[channel[0]]] += 1
        if tags and (own := place_of(row, tags)) is not None:
            own.add(created)
        if seen == wanted:
            wanted = sample.put(file.ticket(row, created, BODY), seen)
        if customer and (number := repeats.wants(row[customer[0]])) >= 0:
            repeats.keep(number, _short(file, row, created))
    return found


def _hour(number: int) -> datetime:
    return datetime.fromordinal(number // 24) + timedelta(hours=number % 24)


def _short(file: TicketFile, row: Row, created: datetime) -> Ticket:
    """For repeats: subject and tags are enough."""
    subject = file.value(row, "subject")[:120] or file.value(row, "body")[:120]
    return Ticket(subject, "", created, tags=tags_of(file.value(row, "tags")[:120]))


class _Places:
    """The workflow whose tag a row carries; each way of writing tags is looked at once."""

    def __init__(self, tagged: dict[str, Count]) -> None:
        self._by_tag = {name.lower(): count for name, count in tagged.items()}
        self._known: dict[str, Count | None] = {}

    def of(self, row: Row, at: tuple[int, ...]) -> Count | None:
        text = row[at[0]] if len(at) == 1 else ",".join([row[i] for i in at])
        try:
            return self._known[text]
        except KeyError:
            own = next((self._by_tag[tag] for tag in tags_of(text) if tag in self._by_tag), None)
            if len(self._known) < DISTINCT:
                self._known[text] = own
            return own


class _Sample:
    """A uniform sample in one pass that skips what it will not take (Li 1994, algorithm L)."""

    def __init__(self, kept: list[Ticket]) -> None:
        self._draw = random.Random(SEED)  # noqa: S311 – a sample, no secret
        self._kept, self._w = kept, 1.0

    def put(self, ticket: Ticket, number: int) -> int:
        """Takes a ticket (numbered from 0) and returns the number of the next one that is wanted."""
        if len(self._kept) < SAMPLE:
            self._kept.append(ticket)
            if len(self._kept) < SAMPLE:
                return number + 1
        else:
            self._kept[self._draw.randrange(SAMPLE)] = ticket
        self._w *= math.exp(math.log(self._draw.random()) / SAMPLE)
        return number + int(math.log(self._draw.random()) / math.log(1 - self._w)) + 1

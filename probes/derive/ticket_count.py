"""Running counts over all tickets of an export: volumes by month, hour, channel and tag, times, and the samples that the
text is read from. Memory stays the same for thousands and for millions.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from probes.derive.ticket_dates import LocalTimes
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
    """Counts of one workflow or of all. `minutes`: how often each handling time, in tenths."""

    tickets: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    minutes: Counter[int] = field(default_factory=Counter)
    systems: Counter[int] = field(default_factory=Counter)

    def middle(self) -> float | None:
        found = median_of(self.minutes)
        return None if found is None else round(found / 10, 1)


@dataclass
class Counted:
    """What one pass over the file gives. `tagged`: tickets that carry a workflow's tag."""

    total: Count = field(default_factory=Count)
    tagged: dict[str, Count] = field(default_factory=dict)
    months: Counter[int] = field(default_factory=Counter)
    days: set[int] = field(default_factory=set)
    channels: Counter[str] = field(default_factory=Counter)
    solved_hours: Counter[int] = field(default_factory=Counter)
    reopened: int = 0
    reopens_known: int = 0
    sample: list[Ticket] = field(default_factory=list)
    repeats: Repeats = field(default_factory=Repeats)
    last: datetime | None = None


def count(file: TicketFile, workflows: Iterable[str]) -> Counted:
    """Reads the whole file once."""
    found = Counted(tagged={name: Count() for name in workflows})
    places = _Places(found.tagged)
    sample = _Sample(found.sample)
    header = file.header.columns
    channel_at, tags_at = header.get("channel", ()), header.get("tags", ())
    timed = bool(header.keys() & {"minutes", "systems", "solved", "reopens"})
    customer = header.get("customer", ())
    total, months, days, hours = found.total, found.months, found.days, found.total.hours
    solved = LocalTimes(file.zone, file.order) if "solved" in header else None
    for _, row, created in file.rows():
        hour = created.weekday() * 24 + created.hour
        hours[hour] += 1
        months[created.year * 12 + created.month - 1] += 1
        days.add(created.toordinal())
        if channel_at:
            found.channels[row[channel_at[0]]] += 1
        own = places.of(row, tags_at) if tags_at else None
        if own is not None:
            own.tickets += 1
            own.hours[hour] += 1
        if timed:
            _times(file, row, created, found, own, solved)
        if sample.takes():
            sample.put(_ticket(file, row, created))
        if customer and (number := found.repeats.wants(row[customer[0]])) >= 0:
            found.repeats.keep(number, _short(file, row, created))
        if found.last is None or created > found.last:
            found.last = created
    total.tickets = file.account.read
    return found


def _times(
    file: TicketFile, row: Row, created: datetime, found: Counted, own: Count | None, solved: LocalTimes | None
) -> None:
    """Handling time, systems, time until solved and reopens, where the export has them."""
    minutes = file.minutes(file.value(row, "minutes"))
    if minutes is not None:
        found.total.minutes[round(minutes * 10)] += 1
        if own is not None:
            own.minutes[round(minutes * 10)] += 1
    systems = file.value(row, "systems").strip()
    if systems.isdigit() and len(systems) <= 2:
        found.total.systems[int(systems)] += 1
        if own is not None:
            own.systems[int(systems)] += 1
    if solved is not None and (text := file.value(row, "solved")) and (end := solved(text)) and end >= created:
        found.solved_hours[min(100_000, round((end - created).total_seconds() / 3600))] += 1
    reopens = file.value(row, "reopens").strip()
    if reopens.isdigit():
        found.reopens_known += 1
        found.reopened += reopens != "0"


def _ticket(file: TicketFile, row: Row, created: datetime) -> Ticket:
    systems = file.value(row, "systems").strip()
    return Ticket(
        subject=file.value(row, "subject")[:300],
        body=file.value(row, "body")[:BODY],
        created=created,
        tags=tags_of(file.value(row, "tags")[:200]),
        minutes=file.minutes(file.value(row, "minutes")),
        systems=int(systems) if systems.isdigit() and len(systems) <= 2 else None,
        id=file.value(row, "id")[:40],
    )


def _short(file: TicketFile, row: Row, created: datetime) -> Ticket:
    """For repeats: subject and tags are enough."""
    subject = file.value(row, "subject")[:120] or file.value(row, "body")[:120]
    return Ticket(subject, "", created, "", tags_of(file.value(row, "tags")[:120]))


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
        self._kept, self._seen, self._next, self._w = kept, 0, SAMPLE, 1.0

    def takes(self) -> bool:
        """Whether this ticket belongs to the sample; to be asked once for each."""
        self._seen += 1
        return self._seen <= SAMPLE or self._seen - 1 == self._next

    def put(self, ticket: Ticket) -> None:
        if len(self._kept) < SAMPLE:
            self._kept.append(ticket)
            if len(self._kept) == SAMPLE:
                self._skip()
        else:
            self._kept[self._draw.randrange(SAMPLE)] = ticket
            self._skip()

    def _skip(self) -> None:
        self._w *= math.exp(math.log(self._draw.random()) / SAMPLE)
        self._next = self._seen - 1 + int(math.log(self._draw.random()) / math.log(1 - self._w)) + 1


def median_of(counts: Counter[int]) -> float | None:
    """Median of values given by how often each occurs."""
    whole, seen = sum(counts.values()), 0
    low: int | None = None
    for value in sorted(counts):
        seen += counts[value]
        if low is None and seen * 2 >= whole:
            low = value
            if seen * 2 > whole:
                return float(low)
        elif low is not None:
            return (low + value) / 2
    return None if low is None else float(low)

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
    """What one pass over the file gives. `tagged`: tickets that carry a workflow's tag; `months`: year × 12 + month."""

    total: Count = field(default_factory=Count)
    tagged: dict[str, Count] = field(default_factory=dict)
    months: Counter[int] = field(default_factory=Counter)
    days: set[int] = field(default_factory=set)
    channels: Counter[str] = field(default_factory=Counter)
    sample: list[Ticket] = field(default_factory=list)
    repeats: Repeats = field(default_factory=Repeats)
    last: datetime = datetime.min


def count(file: TicketFile, workflows: Iterable[str]) -> Counted:
    """Reads the whole file once."""
    found = Counted(tagged={name: Count() for name in workflows})
    place_of, sample = _Places(found.tagged).of, _Sample(found.sample)
    header = file.header.columns
    channel, tags, customer = (header.get(role, ()) for role in ("channel", "tags", "customer"))
    months, days, hours, repeats = found.months, found.days, found.total.hours, found.repeats
    for _, row, created in file.rows():
        hours[created.weekday() * 24 + created.hour] += 1
        months[created.year * 12 + created.month - 1] += 1
        days.add(created.toordinal())
        if channel:
            found.channels[row[channel[0]]] += 1
        if tags and (own := place_of(row, tags)) is not None:
            own.add(created)
        if sample.takes():
            sample.put(file.ticket(row, created, BODY))
        if customer and (number := repeats.wants(row[customer[0]])) >= 0:
            repeats.keep(number, _short(file, row, created))
        found.last = max(found.last, created)
    found.total.tickets = file.account.read
    return found


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

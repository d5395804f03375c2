"""Tickets from an export: a stream with exact accounting. Every physical record is read, blank, footer or
quarantined; none is lost silently.

The standard library's csv with a width check; a quote that never ends costs its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from probes.derive.ticket_dates import DateOrder, order_of, parse_date
from probes.derive.ticket_layout import Header, header_of
from probes.derive.ticket_lines import Lines, open_lines
from runtime.errors import BadInput

MOST_LOSS = 0.01
LONGEST_RECORD = 400  # physical lines of one record with line breaks in it


@dataclass(frozen=True)
class Ticket:
    """One ticket. `created` has a zone; `minutes` is handling time, never the time until it was solved."""

    subject: str
    body: str
    created: datetime
    channel: str = ""
    tags: tuple[str, ...] = ()
    minutes: float | None = None


@dataclass
class Accounting:
    """Physical records by what became of them; `first_bad` is the line of the first quarantined one."""

    read: int = 0
    quarantined: int = 0
    blank: int = 0
    footer: int = 0
    first_bad: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        return self.read + self.quarantined + self.blank + self.footer

    def quarantine(self, line: int, why: str) -> None:
        self.quarantined += 1
        self.first_bad = self.first_bad or line
        self.reasons[why] = self.reasons.get(why, 0) + 1


class TicketFile:
    """Iterate it once; `account` is complete afterwards.

    Raises:
        BadInput: no header with a subject and a date; dates whose day and month cannot be told apart; over 1 % lost.
    """

    def __init__(self, path: Path, *, zone: str = "UTC", accept_loss: bool = False) -> None:
        self.path, self.zone, self.accept_loss = path, ZoneInfo(zone), accept_loss
        self.account = Accounting()
        self.header = header_of(path)
        self.order: DateOrder = order_of(
            (row[self.header.columns["created"][0]] for _, row in _rows(path, self.header, Accounting())), str(path)
        )

    def __iter__(self) -> Iterator[Ticket]:
        self.account = Accounting()
        for line, row in _rows(self.path, self.header, self.account):
            ticket = self._ticket(row)
            if ticket is None:
                self.account.quarantine(line, "a date that cannot be read")
            else:
                self.account.read += 1
                yield ticket
        self._refuse_loss()

    def _ticket(self, row: list[str]) -> Ticket | None:
        created = parse_date(self._value(row, "created"), self.order, self.zone)
        if created is None:
            return None
        minutes = re.fullmatch(r"\d{1,4}(?:[.,]\d+)?", self._value(row, "minutes").strip())
        return Ticket(
            subject=self._value(row, "subject")[:500],
            body=self._value(row, "body")[:4_000],
            created=created,
            channel=self._value(row, "channel").strip().lower(),
            tags=tuple(filter(None, re.split(r"[\s,;|]+", self._value(row, "tags").lower()))),
            minutes=float(minutes.group().replace(",", ".")) if minutes else None,
        )

    def _value(self, row: list[str], role: str) -> str:
        return " ".join(row[column] for column in self.header.columns.get(role, ()) if row[column])

    def _refuse_loss(self) -> None:
        done = self.account
        if done.quarantined > MOST_LOSS * max(1, done.read + done.quarantined) and not self.accept_loss:
            reasons = "; ".join(f"{n} × {why}" for why, n in sorted(done.reasons.items()))
            raise BadInput(
                f"{done.quarantined:,} of {done.records:,} records cannot be read ({reasons})",
                f"{self.path}:{done.first_bad}",
                "mend the export from this line on; more than 1 % of it would be missing from every figure",
            )


def _rows(path: Path, header: Header, account: Accounting) -> Iterator[tuple[int, list[str]]]:
    """Records of the right width, with the number of their first line."""
    with open_lines(path, header.encoding) as lines:
        lines.skip(header.line)
        was_blank = False
        while (first := lines.take()) is not None:
            number, text = first
            if not text.strip():
                account.blank += 1
                was_blank = True
                continue
            row = _record(lines, text, header)
            if row is None and was_blank and header.delimiter not in text:
                account.footer += 1
            elif row is None:
                account.quarantine(number, "another number of columns, or a quote that does not end")
                was_blank = False
            else:
                was_blank = False
                yield number, row


def _record(lines: Lines, text: str, header: Header) -> list[str] | None:
    """One record, over several lines where a quoted field has line breaks; None puts the further lines back."""
    record = text
    taken: list[tuple[int, str]] = []
    while record.count('"') % 2 and len(taken) < LONGEST_RECORD:
        further = lines.take()
        if further is None:
            break
        taken.append(further)
        record += "\n" + further[1]
    try:
        row = next(csv.reader(record.splitlines(keepends=True), delimiter=header.delimiter, strict=True), [])
    except csv.Error:
        row = []
    if len(row) == header.width:
        return row
    lines.put_back(taken)
    return None

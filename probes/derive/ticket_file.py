"""Tickets from an export: CSV, JSON lines or .xlsx, a stream with exact accounting. Every record is read, blank, footer
or quarantined; what was assumed about the file is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from probes.derive.ticket_dates import DateOrder, LocalTimes, order_of
from probes.derive.ticket_json import json_header, json_rows
from probes.derive.ticket_layout import PREAMBLE, Header, csv_header
from probes.derive.ticket_lines import Decoded, open_lines
from probes.derive.ticket_rows import Accounting, Row, csv_rows
from probes.derive.ticket_workbook import Workbook
from runtime.errors import BadInput
from runtime.estate import TicketReading

MOST_LOSS = 0.01
TELLING = 3_000  # rows whose dates are looked at before the whole column is
_CLOCKED = re.compile(r"(?:(\d+) days? )?(\d{1,4}):(\d{2})(?::(\d{2}))?$")
_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d+)?$")


@dataclass(frozen=True)
class Ticket:
    """One ticket. `created` is local to the export's zone; `minutes` is handling time, never the time until it was
    solved, which is `solved_hours`.
    """

    subject: str
    body: str
    created: datetime
    channel: str = ""
    tags: tuple[str, ...] = ()
    minutes: float | None = None
    systems: int | None = None
    solved_hours: float | None = None
    reopened: bool | None = None
    id: str = ""


class TicketFile:
    """Iterate `rows` or the tickets once; `account` is complete afterwards.

    Raises:
        BadInput: no header with a subject and a date; dates whose day and month cannot be told apart; over 1 % lost.
    """

    def __init__(self, path: Path, reading: TicketReading | None = None) -> None:
        self.path, self.reading = path, reading or TicketReading()
        self.zone = ZoneInfo(self.reading.zone)
        self.account, self.decoded = Accounting(), Decoded("utf-8")
        self._book: Workbook | None = None
        self.kind = _kind(path)
        self.header = self._header()
        self.order: DateOrder = self.reading.dates or self._order()
        self.local = LocalTimes(self.zone, self.order)

    def rows(self) -> Iterator[tuple[int, Row, datetime]]:
        """Line, values and local time of each record whose date can be read; the others go to the account.

        Raises:
            BadInput: more than 1 % of the records could not be read, told after the last one.
        """
        self.account = account = Accounting()
        at, local = self.header.columns["created"][0], self.local
        for line, row in self._raw(account):
            created = local(row[at])
            if created is None:
                account.not_dated(line, row, row[at])
            else:
                account.read += 1
                yield line, row, created
        self._refuse_loss()

    def __iter__(self) -> Iterator[Ticket]:
        for _, row, created in self.rows():
            yield self.ticket(row, created)

    def ticket(self, row: Row, created: datetime, body: int = 4_000) -> Ticket:
        """The record as a ticket; texts are cut (subject 500 characters, body as asked)."""
        solved = self.local(self.value(row, "solved")) if "solved" in self.header.columns else None
        systems, reopens = self.value(row, "systems").strip(), self.value(row, "reopens").strip()
        return Ticket(
            subject=self.value(row, "subject")[:500],
            body=self.value(row, "body")[:body],
            created=created,
            channel=self.value(row, "channel").strip().lower(),
            tags=tags_of(self.value(row, "tags")[:400]),
            minutes=self.minutes(self.value(row, "minutes")),
            systems=int(systems) if systems.isdigit() and len(systems) <= 2 else None,
            solved_hours=round((solved - created).total_seconds() / 3600, 1) if solved and solved >= created else None,
            reopened=reopens != "0" if reopens.isdigit() else None,
            id=self.value(row, "id").strip()[:60],
        )

    def value(self, row: Row, role: str) -> str:
        """A role's text; several columns are joined, by a blank or, of tags, by commas."""
        mark = "," if role == "tags" else " "
        return mark.join([row[column] for column in self.header.columns.get(role, ()) if row[column]])

    def minutes(self, text: str) -> float | None:
        """Handling time in minutes, from the unit of the layout; None where there is none."""
        plain = text.strip()
        if self.header.unit == "clock" or ":" in plain:
            found = _CLOCKED.match(plain)
            if found:
                return int(found[1] or 0) * 1440 + int(found[2]) * 60 + int(found[3]) + int(found[4] or 0) / 60
        if not _NUMBER.match(plain):
            return None
        value = float(plain.replace(",", "."))
        minutes = value / 60 if self.header.unit == "seconds" else value
        return minutes if minutes <= 9_999 else None

    def assumed(self) -> tuple[str, ...]:
        """What was taken for granted, in sentences for people."""
        says = [
            f"read as {self.header.layout}: "
            + ", ".join(f"{r} = {h}" for r, h in self.header.heads.items() if r != "*")
        ]
        if self.header.line > 1:
            says.append(f"the heads stand in line {self.header.line}; what is above was passed over")
        if self.decoded.windows_lines:
            says.append(
                f"{self.decoded.windows_lines:,} lines are not UTF-8 and were read as Windows-1252"
                f" (first at line {self.decoded.first_windows})"
            )
        if self.order != "iso":
            who = "as the engagement says" if self.reading.dates else "as the column shows"
            says.append(f"dates like 04/05/2026 have the {self.order.replace('first', '')}first, {who}")
        says.append(f"dates without a zone are local time of {self.reading.zone}")
        if "minutes" not in self.header.columns:
            says.append("the export has no handling time; the time until a ticket was solved is not taken for it")
        return tuple(says)

    def _header(self) -> Header:
        if self.kind == "xlsx":
            self._book = Workbook(self.path, self.reading.columns)
            return self._book.header
        with open_lines(self.path) as lines:
            head = [text for i in range(PREAMBLE) if (text := lines.ahead(i)) is not None]
        where = str(self.path)
        if self.kind == "jsonl":
            return json_header(head, where, self.reading.columns)
        return csv_header(head, where, self.reading.columns)

    def _raw(self, account: Accounting) -> Iterator[tuple[int, Row]]:
        if self._book is not None:
            yield from self._book.rows(account)
            return
        with open_lines(self.path) as lines:
            self.decoded = lines.decoded
            if self.kind == "jsonl":
                yield from json_rows(lines, self.header, account)
                return
            for _ in range(self.header.line):
                lines.ahead(0)
                lines.advance(1)
            yield from csv_rows(lines, self.header, account)

    def _order(self) -> DateOrder:
        """From the first rows; from the whole column only where they have dates like 04/05/2026."""
        at = self.header.columns["created"][0]
        first = [row[at] for _, (_, row) in zip(range(TELLING), self._raw(Accounting()), strict=False)]
        try:
            return order_of(first, str(self.path))
        except BadInput:
            return order_of((row[at] for _, row in self._raw(Accounting())), str(self.path))

    def _refuse_loss(self) -> None:
        done = self.account
        if done.quarantined > MOST_LOSS * max(1, done.read + done.quarantined) and not self.reading.accept_loss:
            reasons = "; ".join(f"{n:,} × {why}" for why, n in sorted(done.reasons.items()))
            raise BadInput(
                f"{done.quarantined:,} of {done.records:,} records cannot be read ({reasons})",
                f"{self.path}:{done.first_bad}",
                "mend the export from this line on; more than 1 % of it would be missing from every figure",
            )


def tags_of(text: str) -> tuple[str, ...]:
    """Tags in lower case: each word, and each entry of several words joined by hyphens (`Billing dispute`)."""
    entries = [entry.split() for entry in re.split(r"[,;|]+", text.lower())]
    joined = ["-".join(words) for words in entries if len(words) > 1]
    return tuple(dict.fromkeys([word for words in entries for word in words] + joined))


def _kind(path: Path) -> Literal["csv", "jsonl", "xlsx"]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise BadInput(
            f"the ticket export cannot be read ({error.strerror})", str(path), "check `tickets.file` in engagement.yaml"
        ) from None
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith((b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise BadInput(
            "the file is an old or encrypted workbook, an archive or a PDF",
            str(path),
            "export CSV, JSON lines or .xlsx",
        )
    return "jsonl" if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else "csv"

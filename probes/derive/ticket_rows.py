"""Records of a CSV export, each with its line: read, blank, footer or quarantined; none is lost, none is swallowed.

The standard library's csv over whole blocks with a width check; a quote that never ends costs its own line, not the
rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from probes.derive.ticket_layout import Header
from probes.derive.ticket_lines import Lines

Row = list[str]
LONGEST_RECORD = 400  # physical lines of one record with line breaks in it
WIDTH, NUL, DATE = "another number of columns, or a quote that does not end", "a NUL byte", "a date that cannot be read"
_TOTAL = re.compile(r"\s*(?:grand |sub)?(?:totals?|sums?|summe|gesamt(?:summe)?|count|anzahl|average)\b.{0,40}$", re.I)


@dataclass
class Accounting:
    """Records by what became of them; `first_bad` is the line of the first quarantined one. `footer`: rows of totals
    and the lines behind the table.
    """

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

    def not_dated(self, line: int, row: Row, created: str) -> None:
        """A row without a readable date: a row of totals is footer, anything else is lost and said."""
        first = next((value for value in row if value.strip()), "")
        if not created.strip() and _TOTAL.match(first):
            self.footer += 1
        else:
            self.quarantine(line, DATE)


def csv_rows(lines: Lines, header: Header, account: Accounting) -> Iterator[tuple[int, Row]]:
    """Rows of the right width with the number of their first line; everything else goes to the account."""
    csv.field_size_limit(LONGEST_RECORD * 1_000)
    behind_blank = False
    while block := lines.block():
        stop = next((i for i, line in enumerate(block) if not line or line.count('"') & 1 or "\0" in line), len(block))
        if stop:
            taken = yield from _plain(block[:stop], lines.number, header)
            lines.advance(taken)
            behind_blank = behind_blank and not taken
            if taken == stop:
                continue
        behind_blank = yield from _single(lines, header, account, behind_blank)


def _plain(block: list[str], number: int, header: Header) -> Generator[tuple[int, Row], None, int]:
    """Parses lines of which each looks like a record of its own; returns how many were. The rest is looked at singly."""
    reader = csv.reader(block, delimiter=header.delimiter, strict=True)
    width, done = header.width, 0
    try:
        for row in reader:
            if len(row) != width or reader.line_num != done + 1:
                return done
            yield number + done, row
            done += 1
    except csv.Error:
        pass
    return done


def _single(
    lines: Lines, header: Header, account: Accounting, behind_blank: bool
) -> Generator[tuple[int, Row], None, bool]:
    """One record, over several lines where a quoted field has line breaks; returns whether blank lines stand before
    the next one.
    """
    text, number = lines.ahead(0) or "", lines.number
    if not text.strip():
        lines.advance(1)
        account.blank += 1
        return True
    row, length = _record(lines, text, header)
    lines.advance(length)
    if row is not None:
        yield number, row
    elif behind_blank and header.delimiter not in text:
        account.footer += 1
        return True
    else:
        account.quarantine(number, NUL if "\0" in text else WIDTH)
    return False


def _record(lines: Lines, text: str, header: Header) -> tuple[Row | None, int]:
    """A row of the right width and its lines; None and one line where there is none."""
    if "\0" in text:
        return None, 1
    parts, quotes = [text], text.count('"')
    while quotes % 2 and len(parts) < LONGEST_RECORD:
        further = lines.ahead(len(parts))
        if further is None:
            break
        parts.append(further)
        quotes += further.count('"')
    try:
        rows = list(csv.reader([f"{part}\n" for part in parts], delimiter=header.delimiter, strict=True))
    except csv.Error:
        rows = []
    if len(rows) == 1 and len(rows[0]) == header.width:
        return rows[0], len(parts)
    return None, 1

"""The register of findings as CSV after RFC 4180: comma, quotes around every cell, CRLF, UTF-8 with a byte order mark.

The mark is there for Excel, which otherwise takes the file for the machine's own encoding. A cell that a spreadsheet
would take for a formula gets an apostrophe in front of it.
"""

from __future__ import annotations

import csv
import io

from assess.assessment import Assessment
from assess.outputs.plain import neutral
from assess.outputs.register_tables import findings_table
from assess.outputs.table import Value


def csv_register(assessment: Assessment) -> bytes:
    """One row a finding, headings first."""
    table = findings_table(assessment)
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    """Numbers are ours and stay numbers; text is made harmless."""
    if value is None:
        return ""
    return neutral(value) if isinstance(value, str) else str(value)

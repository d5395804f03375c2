"""The register as a workbook: one sheet a table, every text a text, the same bytes for the same assessment.

No cell is a formula or a link, whatever an article, an answer or an API said.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assess.assessment import Assessment
from assess.outputs.plain import plain
from assess.outputs.register_tables import tables
from assess.outputs.table import Table, Value
from runtime.whole_file import write_with

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

STATUS = ["open", "in work", "mended", "accepted"]
ROWS_FOR_STATUS = 1000


def write_xlsx(assessment: Assessment, path: Path) -> None:
    """Writes the workbook, whole or not at all."""
    from xlsxwriter import Workbook

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

    def fill(beside: Path) -> None:
        with Workbook(str(beside), options) as book:
            _describe(book, assessment)
            for table in tables(assessment):
                add_sheet(book, table)

    write_with(path, fill)


def _describe(book: Workbook, a: Assessment) -> None:
    """A fixed date keeps the bytes the same."""
    book.set_properties(
        {
            "title": plain(f"{a.organisation}: readiness register"),
            "author": a.tool,
            "comments": f"evidence {a.bundle}",
            "created": a.as_of.astimezone(UTC).replace(tzinfo=None),
        }
    )


def add_sheet(book: Workbook, table: Table) -> None:
    """One table as a sheet with a fixed head and filters; a sheet of findings offers states to choose from."""
    sheet = book.add_worksheet(table.title)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E6EAF0", "bottom": 1})
    body = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (title, width) in enumerate((c.name, c.width) for c in table.columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, body)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    _set_up_print(sheet)
    if table.title == "Findings":
        _offer_status(sheet, [c.name for c in table.columns].index("Status"))


def _write(sheet: Worksheet, row: int, column: int, value: Value, body: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, body)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, body)
    else:
        sheet.write_string(row, column, plain(value), body)


def _set_up_print(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _offer_status(sheet: Worksheet, column: int) -> None:
    sheet.data_validation(1, column, ROWS_FOR_STATUS, column, {"validate": "list", "source": STATUS})

"""The questions that only people can answer, as a workbook to fill in and as answers read back from it.

Asked is what no probe can measure. Each answer has who, when and a proof; "don't know" is an answer. What was answered
before stands in the cells.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from assess.asked import Answer, AnswersFile
from assess.engagement import Folder
from assess.scope import scope_of
from probes.finding import EVERYWHERE
from runtime.errors import BadInput, did_you_mean
from runtime.whole_file import write_bytes

SHEET = "Answers"
HEADS = ("Question", "Asked of", "Why it is asked", "Answer", "In your words", "Who says so", "When", "Proof", "Id")
WIDTHS = (46, 18, 52, 14, 36, 24, 13, 30, 24)
CHOICES = ("yes", "no", "don't know")
FIRST = 4  # row of the first question, from 0
MADE = datetime(2020, 1, 1)  # a fixed day of creation: the same questions give the same bytes
EARLIEST = date(2015, 1, 1)


@dataclass(frozen=True)
class Question:
    """One question of one subject; `id` is the probe's."""

    id: str
    subject: str
    asks: str
    why: str


@dataclass(frozen=True)
class ReadBack:
    """What a filled workbook gave. `changed`: question and subject whose answer is new or another one now."""

    answers: tuple[Answer, ...]
    changed: tuple[str, ...]
    open: tuple[str, ...]


def questions(folder: Folder) -> list[Question]:
    """Questions of kind A of the catalogue, once for each subject in scope."""
    from assess.catalogue import catalogue

    scope, found = scope_of(folder.estate), list[Question]()
    for probe in catalogue().probes:
        if "A" not in probe.kind or probe.retired:
            continue
        for probe_id in probe.ids():
            dimension = probe_id.split(".")[0]
            for subject in probe.subjects(scope, dimension):  # type: ignore[arg-type]
                found.append(Question(probe_id, subject.unit, probe.question_text, probe.page()["why"]))
    return found


def write_questionnaire(folder: Folder, path: Path) -> int:
    """Writes the workbook; returns the number of questions.

    Raises:
        BadInput: the place cannot be written.
    """
    import xlsxwriter

    asked, known = questions(folder), folder.answers.value
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": f"Questions to {folder.engagement.value.organisation}", "created": MADE})
        _fill(book, folder.engagement.value.organisation, asked, known)
    write_bytes(path, buffer.getvalue())
    return len(asked)


def _fill(book: Any, organisation: str, asked: list[Question], known: AnswersFile) -> None:
    sheet = book.add_worksheet(SHEET)
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    entry = book.add_format(
        {
            "text_wrap": True,
            "valign": "top",
            "bg_color": "#FFF8E1",
            "border": 1,
            "border_color": "#D3DAE3",
            "locked": False,
        }
    )
    dated = book.add_format(
        {
            "num_format": "yyyy-mm-dd",
            "valign": "top",
            "bg_color": "#FFF8E1",
            "border": 1,
            "border_color": "#D3DAE3",
            "locked": False,
        }
    )
    sheet.write_string(0, 0, f"{organisation}: what only you can say", book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(
        1,
        0,
        "Fill in the yellow cells. “don't know” is an answer; an empty one stays open. Who and when belong to every answer.",
    )
    for column, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(FIRST - 1, column, head, bold)
        sheet.set_column(column, column, width)
    for row, one in enumerate(asked, FIRST):
        before = known.find(one.id, one.subject)
        subject = "the organisation" if one.subject == EVERYWHERE else one.subject
        for column, value in enumerate((one.asks, subject, one.why)):
            sheet.write_string(row, column, value, wrap)
        values = (before.answer, before.says, before.by, "", before.proof) if before else ("", "", "", "", "")
        for column, value in enumerate(values, 3):
            sheet.write_string(row, column, value, entry) if value else sheet.write_blank(row, column, None, entry)
        if before:
            sheet.write_datetime(row, 6, datetime(before.on.year, before.on.month, before.on.day), dated)
        else:
            sheet.write_blank(row, 6, None, dated)
        sheet.write_string(
            row, 8, f"{one.id}|{one.subject}", book.add_format({"font_color": "#8A97AA", "valign": "top"})
        )
    last = FIRST + max(len(asked), 1) - 1
    sheet.data_validation(FIRST, 3, last, 3, {"validate": "list", "source": list(CHOICES)})
    sheet.freeze_panes(FIRST, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def read_questionnaire(path: Path, folder: Folder, today: date) -> ReadBack:
    """Answers of a filled workbook.

    Raises:
        BadInput: no workbook of ours, a question of another engagement, or an answer without who or when (with its cell).
    """
    asked = {(q.id, q.subject): q for q in questions(folder)}
    answers, open_, known = list[Answer](), list[str](), folder.answers.value
    for row, cells in _rows(path):
        question, _, subject = cells[8].partition("|")
        where = f"{path}: {SHEET}!D{row}"
        if (question, subject) not in asked:
            near = did_you_mean(question, [q for q, _ in asked])
            raise BadInput(
                f"`{cells[8]}` is no question of this engagement{near}",
                f"{path}: {SHEET}!I{row}",
                "take the workbook that `cxready request DIR -o answers.xlsx` writes",
            )
        if not cells[3].strip():
            open_.append(f"{question} of {subject}")
            continue
        answers.append(_answer(question, subject, cells, where, today))
    changed = tuple(
        f"{a.question} of {a.subject}: {a.answer}" for a in answers if known.find(a.question, a.subject) != a
    )
    return ReadBack(tuple(answers), changed, tuple(open_))


def _answer(question: str, subject: str, cells: list[str], where: str, today: date) -> Answer:
    choice = cells[3].strip().lower().replace("’", "'").rstrip(".")
    choice = {"dont know": "don't know", "unknown": "don't know", "y": "yes", "n": "no"}.get(choice, choice)
    if choice not in CHOICES:
        raise BadInput(f"`{cells[3][:40]}` is no answer", where, "choose yes, no or don't know")
    by, when = cells[5].strip(), cells[6].strip()[:10]
    if not by or not when:
        raise BadInput("an answer needs who says so and when", where, "fill in both columns, or clear the answer")
    try:
        on = date.fromisoformat(when)
    except ValueError:
        raise BadInput(f"`{when}` is no date", where.replace("!D", "!G"), "write it as 2026-11-23") from None
    if not EARLIEST <= on <= today:
        raise BadInput(f"{on} lies in the future or too far back", where.replace("!D", "!G"), "correct the date")
    return Answer(
        question=question, subject=subject, answer=choice, says=cells[4].strip(), by=by, on=on, proof=cells[7].strip()
    )


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Row number (from 1) and the nine cells of each question."""
    from probes.derive.ticket_workbook import text_of, workbook

    book = workbook(path)
    try:
        if SHEET not in book.sheetnames:
            raise BadInput(
                f"the workbook has no sheet `{SHEET}`",
                str(path),
                "take the workbook that `cxready request DIR -o answers.xlsx` writes",
            )
        rows = list(book[SHEET].iter_rows(min_row=FIRST, max_col=len(HEADS), max_row=FIRST + 5_000, values_only=True))
    finally:
        book.close()
    if not rows or tuple(text_of(v) for v in rows[0]) != HEADS:
        raise BadInput(
            "the heads of the sheet were changed", f"{path}: {SHEET}!A{FIRST}", "keep the columns as they were sent"
        )
    filled = [(n, [text_of(v) for v in row]) for n, row in enumerate(rows[1:], FIRST + 1)]
    return [(n, (cells + [""] * 9)[:9]) for n, cells in filled if any(cells)]

"""A customer fills a workbook; `take` reads it back, cell by cell, and keeps what was written by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assess.answers_taken import take_answers
from assess.engagement import Folder, load_folder
from assess.questionnaire import SHEET, questions, read_questionnaire, write_questionnaire
from runtime.errors import BadInput

TODAY = date(2026, 11, 23)
ENGAGEMENT = """format: 1
organisation: Example
systems:
  crm: {role: crm, protocol: rest, environments: {staging: {url: "http://127.0.0.1:1"}}}
  billing: {role: billing, protocol: rest, environments: {staging: {url: "http://127.0.0.1:1"}}}
"""
ANSWERS = """format: 1
answers:  # by hand
  - {question: api.owner_named, subject: billing, answer: "no", by: A. Example, on: 2026-10-01} # ask again
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "engagement.yaml").write_text(ENGAGEMENT)
    (tmp_path / "answers.yaml").write_text(ANSWERS)
    return load_folder(tmp_path)


def filled(folder: Folder, path: Path, **cells: Any) -> Path:
    """The workbook with cells of the row of `crm` written like a person would."""
    write_questionnaire(folder, path)
    book = openpyxl.load_workbook(path)
    row = next(r for r in range(1, 30) if book[SHEET][f"I{r}"].value == "crm.owner_named|crm")
    for column, value in cells.items():
        book[SHEET][f"{column}{row}"] = value
    book.save(path)
    return path


def test_each_question_stands_once_for_each_subject_and_old_answers_are_filled_in(
    folder: Folder, tmp_path: Path
) -> None:
    assert [(q.id, q.subject) for q in questions(folder)] == [
        ("crm.owner_named", "crm"),
        ("api.owner_named", "billing"),
    ]
    write_questionnaire(folder, tmp_path / "a.xlsx")
    write_questionnaire(folder, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    found = read_questionnaire(tmp_path / "a.xlsx", folder, TODAY)
    assert (len(found.answers), found.changed, found.open) == (1, (), ("crm.owner_named of crm",))


def test_an_answer_is_taken_with_who_when_and_proof_and_what_stood_there_stays(folder: Folder, tmp_path: Path) -> None:
    path = filled(
        folder,
        tmp_path / "q.xlsx",
        D="Yes",
        E="=1+1 is no formula",
        F="B. Example",
        G=datetime(2026, 11, 20),
        H="minutes",
    )
    lines = take_answers(path, folder, TODAY)
    assert "crm.owner_named of crm: yes" in "\n".join(lines)
    written = (tmp_path / "answers.yaml").read_text()
    assert "# by hand" in written and "# ask again" in written
    answer = load_folder(tmp_path).answers.value.find("crm.owner_named", "crm")
    assert answer is not None and (answer.answer, answer.by, answer.on, answer.proof) == (
        "yes",
        "B. Example",
        date(2026, 11, 20),
        "minutes",
    )
    again = take_answers(path, load_folder(tmp_path), TODAY)
    assert "0 of them new or changed" in again[0]


def test_dont_know_is_an_answer(folder: Folder, tmp_path: Path) -> None:
    path = filled(folder, tmp_path / "q.xlsx", D="Don’t know", F="B. Example", G="2026-11-20")
    take_answers(path, folder, TODAY)
    answer = load_folder(tmp_path).answers.value.find("crm.owner_named", "crm")
    assert answer is not None and answer.answer == "don't know"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"D": "maybe", "F": "B", "G": "2026-11-20"}, "`maybe` is no answer"),
        ({"D": "yes", "G": "2026-11-20"}, "who says so and when"),
        ({"D": "yes", "F": "B"}, "who says so and when"),
        ({"D": "yes", "F": "B", "G": "last week"}, "is no date"),
        ({"D": "yes", "F": "B", "G": "2027-01-01"}, "lies in the future"),
        ({"D": "yes", "F": "B", "G": "2026-11-20", "I": "api.owner_named|nowhere"}, "no question of this engagement"),
    ],
)
def test_what_cannot_be_an_answer_is_named_with_its_cell(
    folder: Folder, tmp_path: Path, cells: dict[str, str], says: str
) -> None:
    path = filled(folder, tmp_path / "q.xlsx", **cells)
    with pytest.raises(BadInput, match=says) as error:
        take_answers(path, folder, TODAY)
    assert f"{SHEET}!" in error.value.where
    assert (tmp_path / "answers.yaml").read_text() == ANSWERS


def test_another_workbook_is_refused(folder: Folder, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(BadInput, match="no sheet"):
        read_questionnaire(tmp_path / "other.xlsx", folder, TODAY)
    (tmp_path / "no.xlsx").write_text("hello")
    with pytest.raises(BadInput, match="cannot be read"):
        read_questionnaire(tmp_path / "no.xlsx", folder, TODAY)

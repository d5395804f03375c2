"""From an inbox to first levels, and from a questionnaire to answers: as a user types it, without a network."""

from __future__ import annotations

import json
from pathlib import Path

from assess.demo.tickets import write_tickets
from tests.harness.command import command

DEMO = Path(__file__).resolve().parents[3] / "templates" / "demo"


def inbox(place: Path) -> Path:
    from datetime import date

    place.mkdir()
    for name in ("billing.openapi.yaml", "usage.wsdl"):
        (place / name).write_bytes((DEMO / "descriptions" / name).read_bytes())
    (place / "refunds.md").write_text("# Refunds\nA refund is paid within 14 days after the return of a device.\n")
    (place / "notes.txt").write_text("call Bob\n")
    write_tickets(place / "export 2026.csv", today=date(2026, 11, 1), count=300)
    return place


def test_an_inbox_becomes_a_folder_with_first_levels_and_nothing_was_sent(tmp_path: Path) -> None:
    made = tmp_path / "made"
    said = command("init", made, "--organisation", "Example", "--from", inbox(tmp_path / "inbox"))
    assert said.code == 0, said
    assert "4 of 5 files are of use" in said.out and "WSDL" in said.out and "a ticket export: Zendesk" in said.out
    assert "not used: notes.txt" in said.out and "denied until a person confirms them" in said.out
    collected = command("collect", made)
    assert collected.code in (0, 3) and "together 0" in collected.out + collected.err, collected
    found = json.loads(command("assess", made, "--json").out)
    assert found["overall"]["confirmed"] == 1 and found["tickets"]["accounting"] == "read 300 of 300"
    assert sum(found["requests"].values()) == 0


def test_a_questionnaire_goes_out_and_comes_back(tmp_path: Path) -> None:
    import openpyxl

    made, sheet = tmp_path / "made", tmp_path / "answers.xlsx"
    assert command("init", made, "--from", inbox(tmp_path / "inbox")).code == 0
    said = command("request", made, "-o", sheet)
    assert said.code == 0 and "questions that only people can answer" in said.out
    book = openpyxl.load_workbook(sheet)
    for column, value in {"D": "yes", "F": "head of billing", "G": "2026-11-01"}.items():
        book["Answers"][f"{column}5"] = value
    book.save(sheet)
    taken = command("take", sheet, "--into", made)
    assert taken.code == 0 and "1 of them new or changed" in taken.out, taken
    assert "head of billing" in (made / "answers.yaml").read_text()
    book["Answers"]["D5"] = "perhaps"
    book.save(sheet)
    wrong = command("take", sheet, "--into", made)
    assert wrong.code == 2 and "Answers!D5" in wrong.err

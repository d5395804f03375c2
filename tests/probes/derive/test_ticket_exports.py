"""Exports as they come: many help desks, broken bytes, broken rows. Exact accounting or a clear refusal, and what was
assumed said aloud.
"""

from __future__ import annotations

import json
import os
import random
import zipfile
from pathlib import Path

import pytest

from probes.derive.ticket_count import SAMPLE, count
from probes.derive.ticket_file import Ticket, TicketFile
from probes.derive.ticket_layout import layouts
from probes.derive.ticket_lines import LONGEST_LINE
from runtime.errors import BadInput
from runtime.estate import TicketReading

HEAD = "Id,Subject,Created at,Via,Requester id\n"


def row(n: int, created: str = "2026-10-05T09:30:00Z", subject: str = "My bill is wrong") -> str:
    return f"{n},{subject},{created},Chat,R-{n}\n"


def read(path: Path, reading: TicketReading | None = None) -> tuple[list[Ticket], TicketFile]:
    file = TicketFile(path, reading)
    return list(file), file


def file_of(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


DATES = {"jira": "05/Oct/26 3:42 PM", "csv": "2026-10-05 15:42:00", "jsonl": "2026-10-05T15:42:00Z"}


@pytest.mark.parametrize("layout", layouts(), ids=lambda one: one.name)
def test_every_layout_is_told_by_its_signature_and_gives_subject_and_date(tmp_path: Path, layout) -> None:
    names = list(dict.fromkeys([*layout.signature, *(c[0] for c in layout.columns.values())]))
    created = DATES["jira" if layout.name == "Jira" else layout.kind]
    values = {
        layout.columns["created"][0]: created,
        layout.columns.get("subject", layout.columns.get("body"))[0]: "Late",
    }
    if layout.kind == "jsonl":
        nested: dict[str, object] = {}
        for name in names:
            inner, *rest = name.split(".")
            nested[inner] = {rest[0]: "x"} if rest else values.get(name, "x")
        text = json.dumps(nested) + "\n"
    else:
        text = ",".join(n.title() for n in names) + "\n" + ",".join(f'"{values.get(n, "x")}"' for n in names) + "\n"
    tickets, file = read(file_of(tmp_path / "export", text))
    assert file.header.layout == layout.name
    assert [(t.subject, f"{t.created:%m-%d %H:%M}") for t in tickets] == [("Late", "10-05 15:42")]


def test_headings_of_the_engagement_go_before_every_layout(tmp_path: Path) -> None:
    path = file_of(tmp_path / "t.csv", "Nr;Anliegen;Eingang\n1;Rechnung falsch;5.10.2026 09:30\n")
    with pytest.raises(BadInput, match="no line names a column for the subject"):
        TicketFile(path)
    tickets, file = read(path, TicketReading(columns={"subject": "Anliegen", "created": "eingang"}))
    assert tickets[0].subject == "Rechnung falsch" and file.header.layout == "named in the engagement"
    with pytest.raises(BadInput, match="no column `Anligen`; did you mean `anliegen`"):
        TicketFile(path, TicketReading(columns={"subject": "Anligen", "created": "Eingang"}))


def test_lines_that_are_not_utf8_are_read_as_windows_1252_and_counted(tmp_path: Path) -> None:
    lines = [row(n, subject="Zahlung für März") for n in range(300)]
    content = HEAD.encode() + b"".join(line.encode("cp1252" if n % 3 == 0 else "utf-8") for n, line in enumerate(lines))
    tickets, file = read(file_of(tmp_path / "t.csv", content))
    assert {t.subject for t in tickets} == {"Zahlung für März"}
    assert "100 lines are not UTF-8 and were read as Windows-1252 (first at line 2)" in " ".join(file.assumed())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_utf_16_with_and_without_a_sign_is_read(tmp_path: Path, encoding: str) -> None:
    tickets, _ = read(file_of(tmp_path / "t.csv", (HEAD + row(1, subject="Zahlung 😀")).encode(encoding)))
    assert [t.subject for t in tickets] == ["Zahlung 😀"]


def test_nul_bytes_cost_their_line_and_a_file_of_them_is_no_text(tmp_path: Path) -> None:
    tickets, file = read(
        file_of(tmp_path / "t.csv", HEAD + "".join(row(n) for n in range(200)) + "7,a\0b,2026-10-05,Chat,R\n")
    )
    assert len(tickets) == 200 and file.account.reasons == {"a NUL byte": 1} and file.account.first_bad == 202
    with pytest.raises(BadInput, match="no text"):
        TicketFile(file_of(tmp_path / "z.csv", b"\0" * 10_000))


def test_a_sparse_file_of_five_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = file_of(tmp_path / "t.csv", HEAD + "".join(row(n) for n in range(200)))
    os.truncate(path, 5_000_000_000)
    with pytest.raises(BadInput, match=f"longer than {LONGEST_LINE >> 20} million characters") as error:
        read(path)
    assert error.value.where.endswith("t.csv:202")


def test_three_formats_of_dates_are_told_apart_or_refused_with_the_line(tmp_path: Path) -> None:
    forms = ["2026-10-05 09:30", "05-Oct-2026 09:30", "5.10.2026 09:30", "Oct 5, 2026 9:30 AM"]
    tickets, _ = read(
        file_of(tmp_path / "t.csv", HEAD + "".join(f'{n},x,"{forms[n % 4]}",Chat,R\n' for n in range(400)))
    )
    assert {f"{t.created:%Y-%m-%d %H:%M}" for t in tickets} == {"2026-10-05 09:30"}
    late = HEAD + "".join(row(n) for n in range(5_000)) + "".join(row(n, "03/04/2026") for n in range(100))
    with pytest.raises(BadInput, match="100 of 5,100 records cannot be read") as error:
        read(file_of(tmp_path / "late.csv", late))
    assert error.value.where.endswith(":5002")


def test_days_that_nobody_can_tell_are_asked_and_the_answer_is_used_and_said(tmp_path: Path) -> None:
    path = file_of(tmp_path / "t.csv", HEAD + "".join(row(n, "04/05/2026 10:00") for n in range(9)))
    with pytest.raises(BadInput, match="9 dates like") as error:
        TicketFile(path)
    assert "dates: day first" in error.value.do
    tickets, file = read(path, TicketReading(dates="day first"))
    assert f"{tickets[0].created:%d %B}" == "04 May" and "day first, as the engagement says" in " ".join(file.assumed())


def test_merged_heads_totals_rows_and_the_footer_are_no_tickets(tmp_path: Path) -> None:
    content = (
        "Support report,,,,\n,Request,,Contact,\n" + HEAD + row(1) + row(2) + "Total,2,,,\n" + "\n"
        "Confidential Information - Do Not Distribute\nGenerated by Anna\n"
    )
    tickets, file = read(file_of(tmp_path / "t.csv", content))
    assert len(tickets) == 2
    assert (file.account.footer, file.account.blank, file.account.quarantined) == (3, 1, 0)
    assert "the heads stand in line 3" in " ".join(file.assumed())


def test_rows_of_two_hundred_columns_and_a_wrong_delimiter_are_said(tmp_path: Path) -> None:
    wide = HEAD + "".join(row(n) for n in range(300)) + ",".join(["x"] * 200) + "\n"
    _, file = read(file_of(tmp_path / "t.csv", wide))
    assert file.account.quarantined == 1 and file.account.first_bad == 302
    with pytest.raises(BadInput, match="it begins: 'Id#Subject#Created at'"):
        TicketFile(file_of(tmp_path / "w.csv", "Id#Subject#Created at\n1#a#2026-10-05\n"))


def test_repeated_headings_are_joined(tmp_path: Path) -> None:
    head = "Summary,Issue key,Issue id,Issue Type,Created,Labels,Labels\n"
    tickets, _ = read(file_of(tmp_path / "t.csv", head + "Late,A-1,1,Task,05/Oct/26 3:42 PM,refund,plan change\n"))
    assert {"refund", "plan-change", "task"} <= set(tickets[0].tags)


def test_handling_time_has_the_unit_of_its_layout_and_time_until_solved_is_not_it(tmp_path: Path) -> None:
    fresh = "Ticket ID,Created time,Last update time,Agent interactions,Subject,Time tracked,Resolved time\n"
    tickets, _ = read(
        file_of(tmp_path / "f.csv", fresh + "1,2026-10-05 09:00:00,x,2,Late,00:12:30,2026-10-07 09:00:00\n")
    )
    assert (tickets[0].minutes, tickets[0].solved_hours) == (12.5, 48.0)
    tickets, file = read(file_of(tmp_path / "z.csv", HEAD + row(1)))
    assert tickets[0].minutes is None and "no handling time" in " ".join(file.assumed())


def test_json_lines_with_broken_lines_are_accounted_for_and_a_list_is_refused(tmp_path: Path) -> None:
    one = {
        "id": 1,
        "created_at": "2026-10-05T09:30:00Z",
        "via": {"channel": "chat"},
        "subject": "Late",
        "tags": ["a", "b"],
    }
    lines = [json.dumps({**one, "id": n}) for n in range(200)]
    tickets, file = read(file_of(tmp_path / "t.jsonl", "\n".join([*lines, '{"id": 9, "broken', ""]) + "\n"))
    assert len(tickets) == 200 and tickets[0].channel == "chat" and set(tickets[0].tags) == {"a", "b"}
    assert (file.account.quarantined, file.account.first_bad, file.account.records) == (1, 201, 202)
    with pytest.raises(BadInput, match="one JSON list"):
        TicketFile(file_of(tmp_path / "l.json", json.dumps([one])))


def workbook(path: Path, rows: list[list[object]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.add_worksheet("Notes").write(0, 0, "nothing here")
        sheet = book.add_worksheet("Tickets")
        for n, line in enumerate(rows):
            for column, value in enumerate(line):
                sheet.write(n, column, value)
    return path


def test_a_workbook_is_read_from_the_sheet_that_holds_tickets(tmp_path: Path) -> None:
    from datetime import datetime

    rows = [["Export"], ["Id", "Subject", "Created at"], [1, "Late", datetime(2026, 10, 5, 9, 30)], [], ["Total", 1]]
    tickets, file = read(workbook(tmp_path / "t.xlsx", rows))
    assert [(t.subject, f"{t.created:%m-%d %H:%M}", t.id) for t in tickets] == [("Late", "10-05 09:30", "1")]
    assert (file.account.blank, file.account.footer) == (1, 1)


def test_a_workbook_with_entities_or_of_gigabytes_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    bomb = tmp_path / "b.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    with pytest.raises(BadInput, match="declares entities"):
        TicketFile(bomb)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(300):
            part.write(b" " * (1 << 20))
    with pytest.raises(BadInput, match="unpacks to more"):
        TicketFile(bomb)


def test_every_record_of_a_randomly_damaged_file_is_accounted_for(tmp_path: Path) -> None:
    for seed in range(60):
        draw = random.Random(seed)
        lines = [
            row(n, subject=draw.choice(["Late", '"two\nlines"', '"a ""quoted"" word"', "plain"])) for n in range(120)
        ]
        text = HEAD + "".join(lines)
        raw = bytearray(text.encode())
        for _ in range(draw.randrange(1, 6)):
            raw[draw.randrange(len(HEAD), len(raw))] = draw.choice(b'",\n\x00\xff;a')
        file = TicketFile(file_of(tmp_path / "t.csv", bytes(raw)), TicketReading(accept_loss=True))
        read_rows = list(file)
        done = file.account
        assert done.read == len(read_rows) >= 60
        assert done.records == done.read + done.quarantined + done.blank + done.footer
        ends = bytes(raw).count(b"\n") - 1
        assert (
            done.records
            <= ends + 1
            <= done.records + sum(t.subject.count("\n") for t in read_rows) + done.quarantined + 1
        )


def test_a_long_export_is_sampled_evenly_and_counted_whole(tmp_path: Path) -> None:
    n = SAMPLE + 20_000
    text = HEAD + "".join(row(i, f"2026-{1 + i * 10 // n:02}-05T09:30:00Z") for i in range(n))
    counted = count(TicketFile(file_of(tmp_path / "t.csv", text)), [])
    assert counted.tickets == n and len(counted.sample) == SAMPLE
    late = sum(t.created.month > 5 for t in counted.sample) / SAMPLE
    assert abs(late - 0.5) < 0.02

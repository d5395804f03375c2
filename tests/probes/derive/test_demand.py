"""Every record of an export is accounted for; what cannot be told is refused, not guessed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.derive.demand import demand
from probes.derive.ticket_file import TicketFile
from runtime.errors import BadInput
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate, TicketReading
from runtime.goals import Goal
from runtime.guardrails.policy import GuardrailsFile

HEADER = "Id,Subject,Created at,Via,Requester id,Handle minutes\n"


def estate(folder: Path, zone: str = "UTC") -> Estate:
    step = {"call": "billing.getInvoice"}
    goals = {
        "billing-dispute": Goal.model_validate(
            {
                "category": "billing",
                "utterances": ["my bill is wrong", "you charged me twice on my invoice"],
                "steps": [step],
            }
        ),
        "plan-change": Goal.model_validate(
            {"category": "contract", "utterances": ["change my plan", "switch me to another tariff"], "steps": [step]}
        ),
    }
    return Estate(folder, "Test", "EUR", {}, {}, GuardrailsFile(), goals, EscalationFile(zone=zone))


def row(n: int, subject: str = "My bill is wrong", created: str = "2026-10-05T09:30:00Z") -> str:
    return f"{n},{subject},{created},Chat,R-{n},7.5\n"


def written(path: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_text(header + "".join(lines), encoding=encoding, newline="")
    return path


def test_volumes_shares_and_hours_are_counted_in_the_zone_of_the_routes(tmp_path: Path) -> None:
    lines = [row(n) for n in range(60)] + [row(n, "Please change my plan") for n in range(40)]
    found = demand(written(tmp_path / "t.csv", *lines), estate(tmp_path, "Europe/Berlin"))
    assert (found.read, found.layout, found.minutes) == (100, "Zendesk", 7.5)
    assert found.workflows["billing-dispute"].tickets == 60 and found.workflows["plan-change"].tickets == 40
    assert found.workflows["billing-dispute"].low < 0.6 < found.workflows["billing-dispute"].high
    assert found.hours[11] == 100  # 09:30 UTC on a Monday in October is 11:30 in Berlin


def test_high_stakes_are_counted_and_no_text_is_kept(tmp_path: Path) -> None:
    lines = [row(n) for n in range(20)] + [row(99, "my husband passed away last week")]
    found = demand(written(tmp_path / "t.csv", *lines), estate(tmp_path))
    assert found.high_stakes == {"bereavement": 1}
    assert "passed away" not in found.model_dump_json()


def test_a_quote_that_never_ends_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [row(n) for n in range(300)]
    lines.insert(150, '777,"an open quote,2026-10-05T09:30:00Z,Chat,R-1,1\n')
    file = TicketFile(written(tmp_path / "t.csv", *lines))
    assert sum(1 for _ in file) == 300
    assert (file.account.quarantined, file.account.first_bad) == (1, 152)


def test_a_field_with_line_breaks_is_one_record(tmp_path: Path) -> None:
    file = TicketFile(
        written(tmp_path / "t.csv", row(1), '2,"two\nlines, and a comma",2026-10-05T09:30:00Z,Chat,R-1,1\n', row(3))
    )
    assert [ticket.subject for ticket in file][1] == "two\nlines, and a comma"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_read_quarantined_and_blank_add_up_for_broken_files(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    draw = random.Random(seed)
    breaks = {
        "short": "1,too short\n",
        "long": row(1).rstrip() + ",more,and more\n",
        "blank": "\n",
        "date": row(1, created="someday"),
    }
    lines = [row(n) for n in range(400)]
    added = {kind: draw.randrange(0, 2) for kind in breaks}
    for kind, n in added.items():
        for _ in range(n):
            lines.insert(draw.randrange(len(lines)), breaks[kind])
    file = TicketFile(written(tmp_path_factory.mktemp("t") / "t.csv", *lines), TicketReading(accept_loss=True))
    read = sum(1 for _ in file)
    assert read == 400
    assert file.account.blank == added["blank"]
    assert file.account.quarantined + file.account.footer == added["short"] + added["long"] + added["date"]
    assert file.account.records == len(lines)


def test_more_than_one_percent_lost_is_refused_with_the_first_line(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", *[row(n) for n in range(50)], "1,short\n", "2,short\n")
    with pytest.raises(BadInput) as error:
        demand(path, estate(tmp_path))
    assert ":52" in error.value.where
    assert demand(path, estate(tmp_path), accept_loss=True).quarantined == 2


def test_ambiguous_days_and_months_are_refused_and_clear_ones_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="do not tell day and month apart"):
        TicketFile(written(tmp_path / "a.csv", *[row(n, created="04/05/2026 10:00") for n in range(5)]))
    clear = TicketFile(
        written(tmp_path / "b.csv", row(1, created="04/05/2026 3:42\u202fPM"), row(2, created="05/23/2026 10:00 AM"))
    )
    assert [f"{t.created:%d %B %H}" for t in clear] == ["05 April 15", "23 May 10"]


@pytest.mark.parametrize(
    ("header", "line", "encoding"),
    [
        ("sep=;\nId;Betreff;Erstellt am\n", "1;Rechnung für März falsch;05.10.2026 09:30\n", "cp1252"),
        ("\ufeffissue key\tsummary\tcreated\n", "A-1\tBill wrong\t2026-10-05 09:30\n", "utf-8"),
        (
            "Report of 5 October\n\nCase Number,Case Origin,Subject,Date/Time Opened\n",
            "1,Web,Bill wrong,2026-10-05 09:30\n",
            "utf-16",
        ),
    ],
)
def test_other_layouts_encodings_and_delimiters(tmp_path: Path, header: str, line: str, encoding: str) -> None:
    file = TicketFile(written(tmp_path / "t.csv", line, header=header, encoding=encoding))
    assert [f"{ticket.created:%Y-%m-%d %H:%M}" for ticket in file] == ["2026-10-05 09:30"]


def test_an_export_without_subject_or_date_says_which_columns_it_needs(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="subject"):
        TicketFile(written(tmp_path / "t.csv", "1,2\n", header="a,b\n"))


def test_an_empty_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no ticket"):
        demand(written(tmp_path / "t.csv"), estate(tmp_path))

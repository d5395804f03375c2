"""The last 50 handoffs of a bot in use, taken from the export by their tag and scored; nothing of their text is kept."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from assess.engagement import load_folder
from probes.derive.todays_handoffs import todays_handoffs
from probes.escalation.todays_handoffs_readable import TodaysHandoffsReadable
from probes.finding import State
from runtime.errors import BadInput
from runtime.escalation.routes import EscalationFile, Today
from runtime.estate import Estate
from tests.examples.desk import EXAMPLE

GOOD = (
    "Approve a refund of 31.20 EUR for order OR-{n} by 16:00? The parcel of Mr Otieno was lost: tracking shows no scan since"
    " 3 May. Refunds over 25 EUR need a person. Nothing was refunded yet. I suggest approving it."
)
BAD = "Customer: hi\nBot: Hello! How can I help?\nCustomer: my parcel {n}\nBot: I will hand you over.\nCustomer: ok"


@pytest.fixture
def estate() -> Estate:
    return load_folder(EXAMPLE).estate


def export(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Id", "Subject", "Created at", "Description", "Tags"])
        writer.writerows([i, "Handed over", at, body, tags] for i, (at, body, tags) in enumerate(rows, 1))
    return path


def day(n: int) -> str:
    return f"2026-{1 + n // 28:02d}-{1 + n % 28:02d} 10:00"


def test_only_the_newest_fifty_with_the_tag_are_scored(estate: Estate, tmp_path: Path) -> None:
    old = [(day(n), BAD.format(n=n), "bot_handoff") for n in range(70)]
    new = [(day(100 + n), GOOD.format(n=n), "vip bot_handoff") for n in range(60)]
    other = [(day(200 + n), "Please call me back.", "phone") for n in range(60)]
    found = todays_handoffs(estate, export(tmp_path / "t.csv", [*new, *old, *other]), "bot_handoff")
    assert (found.found, len(found.scores)) == (130, 50) and min(found.scores) >= 70
    assert TodaysHandoffsReadable().judge(found).state is State.MET
    assert "Otieno" not in found.model_dump_json()


def test_transcripts_are_told_with_what_is_missing(estate: Estate, tmp_path: Path) -> None:
    rows = [(day(n), BAD.format(n=n), "bot_handoff") for n in range(20)]
    found = todays_handoffs(estate, export(tmp_path / "t.csv", rows), "bot_handoff")
    judged = TodaysHandoffsReadable().judge(found)
    assert judged.state is State.NOT_MET
    assert any("20 of 20: nothing is asked of the reader" in e.says for e in judged.evidence)
    assert any("why it stopped" in e.says for e in judged.evidence)


def test_a_language_without_a_list_is_not_scored(estate: Estate, tmp_path: Path) -> None:
    text = "Il cliente chiede un rimborso perché la fattura è sbagliata e non ha ancora avuto risposta."
    found = todays_handoffs(estate, export(tmp_path / "t.csv", [(day(n), text, "") for n in range(12)]))
    assert found.scores == () and found.unscored == {"it": 12}
    assert TodaysHandoffsReadable().judge(found).state is State.NOT_MEASURED


def test_without_tag_and_file_the_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="name the `tag`"):
        Today()
    assert EscalationFile().today is None


def test_a_broken_export_is_a_clear_answer(estate: Estate, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match=r"t\.csv"):
        todays_handoffs(replace(estate, folder=tmp_path), tmp_path / "t.csv")

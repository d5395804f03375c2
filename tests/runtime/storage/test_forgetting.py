"""A forgotten customer: not a word of theirs in any byte of any file, and yet the log verifies and the limits still count."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import decide, forget_customer, run_cases
from runtime import decision_log
from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from runtime.log.log_export import export_log, export_spans
from runtime.log.replay import replay
from runtime.piloting import reviews
from runtime.piloting.pilot_state import open_log
from runtime.understanding.encode import Encode
from tests.runtime.piloted import demo_cases

RESOLVED, OTHER = "demo-1-resolved", "demo-2-over-limit"
WORDS = ("Zanzibarfernweh", "A-10234", "CH-10234-2", "CT-10234")


def test_nothing_of_a_customer_stays_and_everything_still_holds(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    home = folder.path / ".cxready"
    cases = demo_cases(folder)
    told = {**cases[RESOLVED], "message": cases[RESOLVED]["message"] + " Zanzibarfernweh is my street."}
    results = run_cases(folder, [told, cases[OTHER]], secrets=estate.environment(), encode=encode)
    assert [r.outcome for r in results] == ["resolved", "handed_off"]
    assert all(bytes_of(home, word) for word in ("A-10234", "Zanzibarfernweh")), "it was there before"
    with closing(open_log(home)) as log:
        before = {row.seq: row.hash for row in decision_log.rows(log, RESOLVED)}
        arguments = next(r for r in decision_log.rows(log, RESOLVED) if r.step == "proxy.decide").arguments
    assert arguments["account_id"] == "A-10234", "read as it was written, until it is forgotten"
    spent = totals(home)

    found = forget_customer(folder, "A-10234")
    assert found.under_way == () and found.busy == () and found.sealed_rows == len(before)

    assert {word: bytes_of(home, word) for word in WORDS} == {word: [] for word in WORDS}
    with closing(open_log(home)) as log:
        rows = decision_log.rows(log, RESOLVED)
        assert {row.seq: row.hash for row in rows} == before and decision_log.verify(log) == []
        assert {r.arguments.get("forgotten") for r in rows if r.step == "proxy.decide"} == {True}
        assert [one.now for one in replay(rows, folder.estate)] == ["unknown"] * 3
        [case] = [one for one in reviews.finished(decision_log.rows(log)) if one.run == RESOLVED]
        assert (case.outcome, case.workflow) == ("resolved", "billing-dispute"), "figures need no words"
        others = decision_log.rows(log, OTHER)
        assert any(row.arguments.get("account_id") == "A-10877" for row in others), "only this customer"
    assert totals(home) == spent, "a customer who comes back meets the same totals"
    assert forget_customer(folder, "A-10234").cases == 0


def test_what_leaves_the_database_never_names_a_customer(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    home = folder.path / ".cxready"
    run_cases(folder, [demo_cases(folder)[RESOLVED]], secrets=estate.environment(), encode=encode)
    export_log(home, folder.path / "log.jsonl")
    export_spans(home, folder.path / "spans.json")
    for name in ("log.jsonl", "spans.json"):
        text = (folder.path / name).read_text(encoding="utf-8")
        assert "billing.createCredit" in text and not any(word in text for word in WORDS), name
    lines = [json.loads(line) for line in (folder.path / "log.jsonl").read_text().splitlines()]
    assert any("sealed" in line.get("arguments", {}) for line in lines)


def test_a_case_under_way_is_named_and_stays(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    run_cases(folder, [demo_cases(folder)["demo-6-approval"]], secrets=estate.environment(), encode=encode)
    found = forget_customer(folder, "A-14400")
    assert found.under_way == ("demo-6-approval",) and found.handoffs == 0
    with closing(open_log(folder.path / ".cxready")) as log:
        assert not any("forgotten" in row.arguments for row in decision_log.rows(log, "demo-6-approval"))
    decided = decide(folder, "demo-6-approval", "approve", "person-11", secrets=estate.environment(), encode=encode)
    assert decided.outcome == "resolved", "and its approval still means what was shown"
    found = forget_customer(folder, "A-14400")
    assert found.under_way == () and found.cases == 1
    assert bytes_of(folder.path / ".cxready", "A-14400") == []


def bytes_of(home: Path, word: str) -> list[str]:
    """Files of the pilot that hold the word, whatever their format. Collecting is about a staging estate's own records."""
    ours = [path for path in home.rglob("*") if path.is_file() and not path.name.startswith(("collect", "trace"))]
    return [path.name for path in ours if word.encode() in path.read_bytes()]


def totals(home: Path) -> tuple[int, int]:
    ledger = BudgetLedger.create(home / "budgets.sqlite")
    found = ledger.totals(Ask("look", "look", "issue_credit", "billing.createCredit", "A-10234", "EUR", 0))
    ledger.close()
    assert found.spent_customer == 1_240
    return found.spent_customer, found.count_customer

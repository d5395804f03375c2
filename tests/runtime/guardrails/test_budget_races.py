"""Parallel requests from eight processes, some of them killed: no limit is passed by a cent, in a file and in PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from tests.harness.postgres import postgres
from tests.runtime.guardrails.budget_race import CUSTOMER_CAP, scale

REQUESTS = int(os.environ.get("CXREADY_SOAK_COUNT", "400"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "11"))
KILLS = 4 if REQUESTS < 5_000 else 40


def test_no_limit_is_passed_by_a_cent_in_a_file(tmp_path: Path) -> None:
    ledger = BudgetLedger.create(tmp_path / "budgets.sqlite")
    raced(str(ledger.path), ledger)


def test_no_limit_is_passed_by_a_cent_in_postgresql() -> None:
    pytest.importorskip("psycopg")
    with postgres() as server:
        raced(server.url, BudgetLedger.create(server.url))


def raced(place: str, ledger: BudgetLedger) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.runtime.guardrails.budget_race",
        place,
        str(REQUESTS),
        str(SEED),
        str(KILLS),
    ]
    ended = subprocess.run(
        command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False, timeout=1_000
    )
    assert ended.returncode == 0, ended.stderr[-3_000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    print(f"killed {told['killed']} times; {told['asked']} asked, {told['payments']} paid in {told['seconds']} s")
    assert told["asked"] >= REQUESTS and told["killed"] == KILLS
    day_cap = scale(REQUESTS)[1]
    assert told["payments"] == told["keys"], "a repeated key is one payment"
    assert max(told["by_customer"].values()) <= CUSTOMER_CAP, "no customer gets a cent too much"
    assert max(told["by_customer"].values()) > CUSTOMER_CAP * 0.9, "and some get nearly all"
    paid = sum(told["by_customer"].values())
    assert day_cap * 0.95 < paid <= day_cap, "the day's budget is used nearly whole, and not passed by a cent"
    looked = ledger.totals(Ask("look", "", "issue_credit", "billing.createCredit", "A-0", "EUR", 0))
    assert paid <= looked.spent_day <= day_cap, "what was paid counts, whoever was killed"
    assert looked.spent_customer >= told["by_customer"].get("A-0", 0)

"""A limit is tightened at once, in every process, only ever narrower, and the log says who did it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime import decision_log
from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.tightened import RUN, Tightened, tighten
from tests.runtime.guardrails.conftest import FACTS

WATCHER = """
import sys, time
from pathlib import Path
from dataclasses import replace
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.tightened import Tightened
from tests.runtime.guardrails.conftest import FACTS, READ, build
folder = Path(sys.argv[1])
point = DecisionPoint(build(folder), ledger=None, facts=FACTS, tightened=Tightened(folder / "pilot.sqlite"))
arguments = {"account_id": "A-1", "amount": "30.00", "currency": "EUR"}
request = Request("billing-dispute", "billing.createCredit", arguments, "A-1", READ, trial=True)
print(point.decide(request).decision, flush=True)
end = time.time() + 30
while time.time() < end and point.decide(request).decision == "act":
    time.sleep(0.002)
print(time.time(), flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "pilot.sqlite"


@pytest.fixture
def point(estate: Estate, ledger: BudgetLedger, database: Path) -> DecisionPoint:
    return DecisionPoint(estate, ledger=ledger, facts=FACTS, tightened=Tightened(database))


def test_another_process_decides_by_it_within_a_second(estate: Estate, tmp_path: Path, database: Path) -> None:
    command = [sys.executable, "-c", WATCHER, str(tmp_path)]
    watcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    try:
        assert watcher.stdout is not None and watcher.stdout.readline().strip() == "act"
        commanded = time.time()
        tighten(database, estate, "issue_credit", "each", "20.00", by="person-11")
        seen = float(watcher.stdout.readline())
    finally:
        watcher.kill()
        watcher.wait()
    assert seen - commanded < 1.0


def test_one_workflow_can_be_tightened_alone(point: DecisionPoint, estate: Estate, database: Path, credit) -> None:
    tighten(database, estate, "issue_credit", "each", "5.00", workflow="billing-dispute", by="person-11")
    assert point.decide(credit("6.00")).decision == "escalate"
    assert Tightened(database).bounds("issue_credit", "goodwill") == {}
    assert Tightened(database).in_force("issue_credit") == {"each (billing-dispute)": 500}


def test_a_narrower_one_goes_on_to_hold_until_it_ends(
    point: DecisionPoint, estate: Estate, database: Path, credit
) -> None:
    tighten(database, estate, "issue_credit", "each", "1.00", until=time.time() + 0.4, by="person-11")
    tighten(database, estate, "issue_credit", "each", "10.00", by="person-12")
    assert point.decide(credit("2.00")).decision == "escalate"
    time.sleep(0.45)
    assert point.decide(credit("2.00")).decision == "act"
    assert point.decide(credit("10.01")).decision == "escalate"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("issue_credit", "each", "50.01"), "not narrower than 50.00 EUR"),
        (("issue_refund", "count_per_day", "4"), "not narrower than 3"),
        (("issue_credit", "each", "-1.00"), "not narrower"),
        (("issue_credit", "each", "5"), None),
        (("issue_credit", "each", "5.001"), "more decimals"),
        (("issue_credit", "each", "much"), "no amount"),
        (("issue_credit", "weekly", "5.00"), "no limit"),
        (("pay_bonus", "each", "5.00"), "no action"),
        (("send_message", "each", "5.00"), "moves no money"),
        (("send_message", "count_per_day", "5"), None),
    ],
)
def test_only_what_narrows_is_taken(
    estate: Estate, database: Path, words: tuple[str, str, str], said: str | None
) -> None:
    if said is None:
        tighten(database, estate, *words, by="person-11")
        return
    with pytest.raises(BadInput, match=said):
        tighten(database, estate, *words, by="person-11")
    assert Tightened(database).bounds(words[0]) == {}


def test_a_workflow_that_may_not_and_an_end_in_the_past_are_named(estate: Estate, database: Path) -> None:
    with pytest.raises(BadInput, match="no rule lets stolen-phone"):
        tighten(database, estate, "issue_credit", "each", "5.00", workflow="stolen-phone")
    with pytest.raises(BadInput, match="already passed"):
        tighten(database, estate, "issue_credit", "each", "5.00", until=time.time() - 1)


def test_who_tightened_stands_in_the_chained_log(estate: Estate, database: Path) -> None:
    tighten(database, estate, "issue_credit", "all_per_day", "100.00", until=time.time() + 60, by="person-11")
    log = decision_log.connect(database)
    (row,) = decision_log.rows(log, RUN)
    assert row.detail["by"] == "person-11" and row.detail["bound"] == 10_000 and row.detail["until"]
    assert decision_log.verify(log) == []


def test_a_table_of_an_older_version_goes_on_to_hold(estate: Estate, database: Path) -> None:
    with sqlite3.connect(database) as old:
        old.execute(
            "CREATE TABLE tightened (id INTEGER PRIMARY KEY, action TEXT NOT NULL, name TEXT NOT NULL, bound INTEGER NOT NULL, "
            "until REAL, by TEXT NOT NULL, at REAL NOT NULL)"
        )
        old.execute("INSERT INTO tightened VALUES (NULL, 'issue_credit', 'each', 700, NULL, 'person-11', 1)")
    old.close()
    assert Tightened(database).bounds("issue_credit", "goodwill") == {"each": 700}


def test_a_list_of_limits_that_cannot_be_read_refuses(point: DecisionPoint, database: Path, credit) -> None:
    database.write_bytes(b"this is no database, and it is long enough to be looked at as one" * 20)
    refused = point.decide(credit("2.00"))
    assert refused.decision == "refuse" and "list of tightened limits" in refused.reason

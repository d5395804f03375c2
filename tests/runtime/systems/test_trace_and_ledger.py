"""What was sent is on disk, redacted; what was written is on disk before it goes out, also when the process dies."""

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from loopback import WHY, system

from runtime.errors import BadInput, Bug, Refused
from runtime.systems.request_budget import RequestBudget
from runtime.systems.trace import Trace
from runtime.systems.write_ledger import WriteLedger

ROOT = Path(__file__).parents[3]


def test_a_trace_row_tells_what_was_asked_without_personal_data(server, tmp_path):
    server.answers["GET /people"] = (200, {}, {"email": "ann@example.org", "id": "A-1"})
    trace = Trace(tmp_path / "t.sqlite")
    system(server.url, tmp_path, trace=trace).request("GET", "/people?email=ann@example.org", why=WHY)
    row = trace.rows("r1")[0]
    assert row["method"] == "GET" and row["status"] == 200 and row["seen"] == "ok" and row["purpose"] == "a test"
    assert row["body"]["id"] == "A-1" and row["body"]["email"].startswith("‹e-mail ")
    assert "ann@" not in str(row) and row["body"]["email"] in row["url"]
    assert trace.counts() == {"billing": 1}


def test_numbers_and_pseudonyms_go_on_when_a_trace_is_opened_again(server, tmp_path):
    server.answers["GET /p"] = (200, {}, {"email": "ann@example.org"})
    for _ in range(2):
        trace = Trace(tmp_path / "t.sqlite")
        system(server.url, tmp_path, trace=trace).request("GET", "/p", why=WHY)
        trace.close()
    rows = Trace(tmp_path / "t.sqlite").rows()
    assert [r["n"] for r in rows] == [1, 2] and rows[0]["body"] == rows[1]["body"]


def test_a_trace_of_a_newer_version_is_refused(tmp_path):
    Trace(tmp_path / "t.sqlite").close()
    with sqlite3.connect(tmp_path / "t.sqlite") as connection:
        connection.execute("UPDATE about SET value = '99' WHERE name = 'schema'")
    with pytest.raises(BadInput, match="schema 99"):
        Trace(tmp_path / "t.sqlite")


def test_a_write_goes_from_intended_to_its_end(tmp_path):
    ledger = WriteLedger(tmp_path / "w.sqlite")
    ids = [
        ledger.intend("billing", "createCredit", {"reference": f"cxready-r1-{n}"}, undo="reverseCredit", run="r1")
        for n in range(4)
    ]
    ledger.created(ids[0], {"id": "C-1"})
    ledger.undone(ids[0], "reversed")
    ledger.nothing(ids[1])
    ledger.left_behind(ids[2], "the system offers no undo")
    assert ledger.counts() == {"reversed": 1, "nothing": 1, "left_behind": 1, "intended": 1}
    assert [e.arguments["reference"] for e in ledger.open("r1")] == ["cxready-r1-3"] and ledger.open("other") == []
    assert ledger.entries()[0].record == {"id": "C-1"} and ledger.entries()[0].undo == "reverseCredit"
    with pytest.raises(Bug):
        ledger.nothing(99)


def test_an_intent_survives_kill_9(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from runtime.systems.write_ledger import WriteLedger\n"
        f"WriteLedger(Path({str(tmp_path / 'w.sqlite')!r})).intend('billing', 'createCredit', {{'reference': 'cxready-r1-1'}}, undo=None, run='r1')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert [e.arguments["reference"] for e in WriteLedger(tmp_path / "w.sqlite").open()] == ["cxready-r1-1"]


def test_a_ledger_that_cannot_be_written_forbids_the_write(tmp_path):
    ledger = WriteLedger(tmp_path / "w.sqlite")
    ledger._connection.execute("PRAGMA query_only = ON")  # as a full or read-only disk would
    with pytest.raises(Refused, match="nothing was sent"):
        ledger.intend("billing", "createCredit", {}, undo=None)


def test_threads_share_a_budget_exactly():
    budget, refused = RequestBudget(50), []

    def take():
        for _ in range(20):
            try:
                budget.take()
            except Refused:
                refused.append(1)

    threads = [threading.Thread(target=take, daemon=True) for _ in range(5)]
    [t.start() for t in threads]
    [t.join(timeout=60) for t in threads]
    assert budget.used == 50 and len(refused) == 50 and budget.left == 0

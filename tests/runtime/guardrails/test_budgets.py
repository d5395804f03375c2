"""The ledger's totals are true under races, kills, repeats, lost answers and clocks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask, KeyReused, LedgerMissing, Stopped, Totals
from runtime.guardrails.budgets import DAY_S, KEEP_ANSWERS_S, BudgetLedger, ledger_of
from runtime.guardrails.decide import DecisionPoint
from tests.harness.postgres import Server, postgres
from tests.runtime.guardrails.conftest import FACTS

CAP = 10_000
START = time.time() + DAY_S  # ahead of a database's own clock
ROUNDS = min(int(os.environ.get("CXREADY_SOAK_COUNT", "1")), 200)


Open = Callable[..., BudgetLedger]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("psycopg")
    with postgres("fsync=off") as running:
        yield running


@pytest.fixture(params=["file", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Makes the ledger of a test, in a file or in PostgreSQL; `clock` as BudgetLedger takes it."""
    if request.param == "file":
        return lambda **more: BudgetLedger.create(tmp_path / "b.sqlite", **more)
    import psycopg

    running: Server = request.getfixturevalue("server")
    with psycopg.connect(running.url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS cxready_budgets CASCADE")
    return lambda **more: BudgetLedger.create(running.url, **more)


@pytest.fixture
def book(opened: Open) -> BudgetLedger:
    return opened()


def ask(key: str, minor: int = 900, customer: str = "A-1") -> Ask:
    return Ask(key, f"digest of {key}", "issue_credit", "billing.createCredit", customer, "EUR", minor)


def fits(minor: int) -> object:
    return lambda totals: totals.spent_customer + minor <= CAP


def take(ledger: BudgetLedger, key: str, minor: int = 900) -> object:
    return ledger.reserve(ask(key, minor), fits(minor))  # type: ignore[arg-type]


def spent(ledger: BudgetLedger) -> Totals:
    return ledger.totals(ask("look", 0))


def test_parallel_threads_never_pass_the_cap(book: BudgetLedger) -> None:
    taken: list[object] = []
    threads = [threading.Thread(target=lambda n=n: taken.append(take(book, f"k{n}")), daemon=True) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(taken) == 32
    assert sum(r is not None for r in taken) == 11
    assert spent(book).spent_customer == 9_900


WORKER = """
import sys
from pathlib import Path
from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
ledger, name = BudgetLedger(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for n in range(10_000):
    minor = 7 + n % 5
    ask = Ask(f"{name}-{n}", "d", "issue_credit", "billing.createCredit", "A-1", "EUR", minor)
    r = ledger.reserve(ask, lambda t: t.spent_customer + minor <= 10_000)
    if r is None:
        break
    print(r.minor, flush=True)
"""


def start_worker(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


@contextmanager
def workers(path: Path, count: int) -> Iterator[tuple[list[subprocess.Popen[str]], list[list[int]]]]:
    """Running workers and what each has told; none outlives the test, and none is waited for without end."""
    started = [start_worker(path, f"w{n}") for n in range(count)]
    told: list[list[int]] = [[] for _ in started]

    def read(n: int) -> None:
        assert started[n].stdout is not None
        for line in started[n].stdout:
            if line.strip().isdigit():
                told[n].append(int(line))

    readers = [threading.Thread(target=read, args=(n,), daemon=True) for n in range(count)]
    try:
        for reader in readers:
            reader.start()
        yield started, told
        for worker in started:
            worker.wait(timeout=60)
        for reader in readers:
            reader.join(timeout=10)
            assert not reader.is_alive()
    finally:
        for worker in started:
            worker.kill()
            worker.wait(timeout=10)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_processes_and_a_kill_leave_true_totals(ledger: BudgetLedger, _: int) -> None:
    with workers(ledger.path, 3) as (started, told):
        deadline = time.monotonic() + 60
        while max(map(len, told)) < 20:
            assert time.monotonic() < deadline, "no worker got going"
            time.sleep(0.005)
        busiest = max(range(3), key=lambda n: len(told[n]))
        os.kill(started[busiest].pid, signal.SIGKILL)
    total = spent(ledger).spent_customer
    assert CAP - 11 < total <= CAP, "the budget is used to the last call that fits, and no cent further"
    assert 0 <= total - sum(map(sum, told)) <= 11, "at most the one write that was killed before it was told"
    assert len(ledger.open()) > 20, "reservations of the killed process are kept"


def test_a_repeated_key_counts_once_and_its_outcome_stays(book: BudgetLedger) -> None:
    first, second = take(book, "k"), take(book, "k")
    assert first.id == second.id and second.fresh is False  # type: ignore[attr-defined]
    assert spent(book).spent_customer == 900
    book.commit(first)  # type: ignore[arg-type]
    book.release(first)  # type: ignore[arg-type]
    assert spent(book).spent_customer == 900, "what was committed is never released"


def test_a_key_of_another_call_is_refused(book: BudgetLedger) -> None:
    take(book, "k")
    other = Ask("k", "another digest", "issue_credit", "billing.createCredit", "A-1", "EUR", 1)
    with pytest.raises(KeyReused):
        book.reserve(other, lambda t: True)


def test_unknown_goes_on_counting_and_refused_does_not(book: BudgetLedger) -> None:
    lost, refused = take(book, "lost"), take(book, "refused")
    book.unknown(lost)  # type: ignore[arg-type]
    book.release(refused)  # type: ignore[arg-type]
    assert spent(book).spent_customer == 900
    assert [r.state for r in book.open()] == ["unknown"]
    assert take(book, "refused").fresh  # type: ignore[attr-defined]


def test_windows_roll_to_the_second(opened: Open) -> None:
    now = [START]
    ledger = opened(clock=lambda: now[0])
    take(ledger, "k")
    now[0] += DAY_S - 1
    assert spent(ledger).spent_day == 900
    now[0] += 1
    assert (spent(ledger).spent_day, spent(ledger).spent_customer) == (0, 900)
    now[0] += 29 * DAY_S
    assert spent(ledger).spent_customer == 0


def test_the_clock_never_runs_back(opened: Open) -> None:
    now = [START + 60 * DAY_S]
    ledger = opened(clock=lambda: now[0])
    take(ledger, "k1")
    now[0] -= 40 * DAY_S
    take(ledger, "k2")
    assert spent(ledger).spent_customer == 1_800
    now[0] += 40 * DAY_S + 10
    assert spent(ledger).spent_day == 1_800, "what was paid while the clock was back still counts"


def test_a_missing_or_foreign_ledger_raises(ledger: BudgetLedger, tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing):
        BudgetLedger(tmp_path / "never made.sqlite")
    sqlite3.connect(tmp_path / "foreign.sqlite").execute("CREATE TABLE x (y)")
    with pytest.raises(LedgerMissing):
        BudgetLedger(tmp_path / "foreign.sqlite")
    take(ledger, "k")
    for part in ledger.path.parent.glob("budget.sqlite*"):
        part.unlink()
    with pytest.raises(LedgerMissing):
        take(ledger, "k2")
    assert not ledger.path.exists(), "a lost ledger is not replaced by an empty one"


def test_an_approval_is_used_once(book: BudgetLedger) -> None:
    assert book.use_approval("yes", "call one")
    assert book.use_approval("yes", "call one")
    assert not book.use_approval("yes", "call two")


def test_an_equal_write_under_another_key_is_seen_for_a_day(opened: Open) -> None:
    now = [START]
    ledger = opened(clock=lambda: now[0])
    take(ledger, "first")
    assert ledger.totals(ask("second")).equal == "first"
    assert ledger.totals(ask("first")).equal is None, "the same key is the same call"
    now[0] += DAY_S + 1
    assert ledger.totals(ask("second")).equal is None


def test_the_first_answer_is_kept_for_a_day(opened: Open) -> None:
    now = [START]
    ledger = opened(clock=lambda: now[0])
    ledger.commit(take(ledger, "k"), '{"status":201}')  # type: ignore[arg-type]
    ledger.commit(take(ledger, "k"), '{"status":500}')  # type: ignore[arg-type]
    assert ledger.answer("k") == '{"status":201}' and ledger.answer("other") is None
    now[0] += KEEP_ANSWERS_S + 1
    ledger.commit(take(ledger, "k2"), "{}")  # type: ignore[arg-type]
    assert ledger.answer("k") is None


def test_a_ledger_of_the_first_version_is_taken_forward_after_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "b.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(
            """CREATE TABLE meta (name TEXT PRIMARY KEY, value REAL NOT NULL);
            INSERT INTO meta VALUES ('schema', 1), ('high_water', 5);
            CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, digest TEXT, action TEXT, operation TEXT,
              customer TEXT, currency TEXT, minor INTEGER, state TEXT, at REAL);
            CREATE TABLE approvals (id TEXT PRIMARY KEY, digest TEXT NOT NULL, at REAL NOT NULL);"""
        )
        row = ("old", "d", "issue_credit", "billing.createCredit", "A-1", "EUR", 900, "committed", time.time())
        old.execute("INSERT INTO entries VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    old.close()
    assert spent(BudgetLedger.create(path)).spent_customer == 900
    assert sqlite3.connect(tmp_path / "b.sqlite.v1").execute("SELECT key FROM entries").fetchall() == [("old",)]


def test_a_database_that_is_gone_denies_and_comes_back(server: Server) -> None:
    import psycopg

    ledger = BudgetLedger.create(server.url)
    assert take(ledger, "before-the-end") is not None
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cxready'")
    with pytest.raises(LedgerMissing):
        take(ledger, "while-it-is-gone")
    assert take(ledger, "afterwards") is not None
    with pytest.raises(LedgerMissing) as told:
        BudgetLedger.create("postgresql://cxready:hidden-word@127.0.0.1:9/postgres")
    assert "hidden-word" not in str(told.value)


def test_a_database_without_a_ledger_denies(server: Server) -> None:
    import psycopg

    from runtime.guardrails.budget_postgres import PostgresStore

    with psycopg.connect(server.url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS cxready_budgets CASCADE")
    with pytest.raises(LedgerMissing):
        BudgetLedger(PostgresStore(server.url))


def test_the_environment_chooses_where_the_ledger_is(server: Server, tmp_path: Path) -> None:
    shared = ledger_of(tmp_path, {"CXREADY_DATABASE": server.url})
    take(shared, "on one machine")
    assert spent(ledger_of(tmp_path / "another machine", {"CXREADY_DATABASE": server.url})).spent_customer >= 900
    assert not (tmp_path / "budgets.sqlite").exists()
    assert ledger_of(tmp_path, {}).path == tmp_path / "budgets.sqlite"


def test_a_stop_in_the_ledger_holds_for_everybody_who_shares_it(opened: Open) -> None:
    one, another = opened(), opened()
    one.stop()
    with pytest.raises(Stopped):
        take(another, "k")
    assert another.is_stopped()
    one.stop(False)
    assert take(another, "k") is not None


def test_the_decision_point_says_that_it_was_stopped(book: BudgetLedger, estate: Estate, credit) -> None:
    point = DecisionPoint(estate, ledger=book, facts=FACTS)
    book.stop()
    assert point.decide(credit("1.00")).rule == "kill_switch"

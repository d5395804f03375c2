"""The ledger's totals are true under races, kills, repeats, lost answers and clocks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.guardrails.budget_entries import Ask, KeyReused, LedgerMissing, Totals
from runtime.guardrails.budgets import DAY_S, BudgetLedger

CAP = 10_000
ROUNDS = min(int(os.environ.get("CXREADY_SOAK_COUNT", "1")), 200)


def ask(key: str, minor: int = 900, customer: str = "A-1") -> Ask:
    return Ask(key, f"digest of {key}", "issue_credit", "billing.createCredit", customer, "EUR", minor)


def fits(minor: int) -> object:
    return lambda totals: totals.spent_customer + minor <= CAP


def take(ledger: BudgetLedger, key: str, minor: int = 900) -> object:
    return ledger.reserve(ask(key, minor), fits(minor))  # type: ignore[arg-type]


def spent(ledger: BudgetLedger) -> Totals:
    return ledger.totals(ask("look", 0))


def test_parallel_threads_never_pass_the_cap(ledger: BudgetLedger) -> None:
    taken: list[object] = []
    threads = [threading.Thread(target=lambda n=n: taken.append(take(ledger, f"k{n}")), daemon=True) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(taken) == 32
    assert sum(r is not None for r in taken) == 11
    assert spent(ledger).spent_customer == 9_900


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


def test_a_repeated_key_counts_once_and_its_outcome_stays(ledger: BudgetLedger) -> None:
    first, second = take(ledger, "k"), take(ledger, "k")
    assert first.id == second.id and second.fresh is False  # type: ignore[attr-defined]
    assert spent(ledger).spent_customer == 900
    ledger.commit(first)  # type: ignore[arg-type]
    ledger.release(first)  # type: ignore[arg-type]
    assert spent(ledger).spent_customer == 900, "what was committed is never released"


def test_a_key_of_another_call_is_refused(ledger: BudgetLedger) -> None:
    take(ledger, "k")
    other = Ask("k", "another digest", "issue_credit", "billing.createCredit", "A-1", "EUR", 1)
    with pytest.raises(KeyReused):
        ledger.reserve(other, lambda t: True)


def test_unknown_goes_on_counting_and_refused_does_not(ledger: BudgetLedger) -> None:
    lost, refused = take(ledger, "lost"), take(ledger, "refused")
    ledger.unknown(lost)  # type: ignore[arg-type]
    ledger.release(refused)  # type: ignore[arg-type]
    assert spent(ledger).spent_customer == 900
    assert [r.state for r in ledger.open()] == ["unknown"]
    assert take(ledger, "refused").fresh  # type: ignore[attr-defined]


def test_windows_roll_to_the_second(tmp_path: Path) -> None:
    now = [1_000_000.0]
    ledger = BudgetLedger.create(tmp_path / "b.sqlite", clock=lambda: now[0])
    take(ledger, "k")
    now[0] += DAY_S - 1
    assert spent(ledger).spent_day == 900
    now[0] += 1
    assert (spent(ledger).spent_day, spent(ledger).spent_customer) == (0, 900)
    now[0] += 29 * DAY_S
    assert spent(ledger).spent_customer == 0


def test_the_clock_never_runs_back(tmp_path: Path) -> None:
    now = [1_000_000.0 + 60 * DAY_S]
    ledger = BudgetLedger.create(tmp_path / "b.sqlite", clock=lambda: now[0])
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


def test_an_approval_is_used_once(ledger: BudgetLedger) -> None:
    assert ledger.use_approval("yes", "call one")
    assert ledger.use_approval("yes", "call one")
    assert not ledger.use_approval("yes", "call two")

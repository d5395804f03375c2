"""The ledger of money and counts that have left: totals are true under races, retries, lost answers, kills and clock changes.

A write reserves its amount before it goes out, in one transaction with the decision (one writer at a time, whatever the
process or machine), durable on disk. Then: `commit` (done), `release` (refused, nothing happened) or `unknown` (nobody
knows: it goes on counting). Totals are keyed by the customer's account (under a pseudonym), never by a session, and count what all actions
moved. Windows roll in UTC seconds, by a clock that never runs back. A missing ledger raises, and so denies.
Kept in a file (budget_sqlite.py) or, for many machines, in PostgreSQL (budget_postgres.py): the same statements in both.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from runtime.guardrails.budget_entries import Ask, KeyReused, Reservation, State, Stopped, Totals
from runtime.guardrails.budget_pseudonyms import pseudonym
from runtime.guardrails.budget_sqlite import SqliteStore

DATABASE = "CXREADY_DATABASE"
CUSTOMER_WINDOW_S = 30 * 86_400
DAY_S = 86_400
KEEP_ANSWERS_S = DAY_S
CLOCK_STEP_S = 10.0


class Store(Protocol):
    """Where a ledger is kept."""

    @property
    def where(self) -> str: ...

    def transaction(self, *, locked: bool = True) -> AbstractContextManager[Any]:
        """A write transaction, `locked`: that nobody else is in. What it gives has `execute(statement, values)` with `?`
        places, and `now` where the store has a clock of its own.
        """
        ...

    def close(self) -> None: ...


class BudgetLedger:
    """Safe between threads, processes and, in PostgreSQL, machines.

    Args:
        place: a file that `create` made, or a store.
        clock: UTC seconds; default: the store's own, else the process's.

    Raises:
        LedgerMissing: there is none, or it is none of this version.
    """

    def __init__(self, place: Path | Store, *, clock: Callable[[], float] | None = None) -> None:
        self.store: Store = SqliteStore(place) if isinstance(place, Path) else place
        self._clock = clock
        with self.transaction():
            pass

    @classmethod
    def create(cls, place: Path | str, *, clock: Callable[[], float] | None = None) -> BudgetLedger:
        """Makes a file, or the tables of a `postgresql://` address, where they are absent.

        Only set-up calls it: a running agent never makes itself a fresh budget.
        """
        if isinstance(place, Path):
            return cls(SqliteStore.create(place), clock=clock)
        from runtime.guardrails.budget_postgres import PostgresStore

        return cls(PostgresStore.create(place), clock=clock)

    @property
    def path(self) -> Path:
        """The file of a ledger that is one."""
        assert isinstance(self.store, SqliteStore)
        return self.store.path

    def reserve(self, ask: Ask, allows: Callable[[Totals], bool]) -> Reservation | None:
        """Reserves when `allows` says yes to the totals, read under the same write lock; None when it says no.

        Raises:
            KeyReused: the key belongs to another call.
            Stopped: `stop` was said, on whatever machine.
            LedgerMissing: see the module.
        """
        with self.transaction() as connection:
            now = self._now(connection)
            if _is_stopped(connection):
                raise Stopped("the kill switch is on: nothing is written", ask.operation, "`pilot stop --off` ends it")
            known = connection.execute(
                "SELECT id, digest, minor, state FROM entries WHERE key = ? AND state != 'released'", (ask.key,)
            ).fetchone()
            if known:
                return _again(known, ask)
            whose = pseudonym(connection.execute, ask.customer)
            if not allows(self._totals(connection, ask, whose, now)):
                return None
            row = connection.execute(
                "INSERT INTO entries (key, digest, action, operation, customer, currency, minor, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, 'reserved', ?) RETURNING id",
                (ask.key, ask.digest, ask.action, ask.operation, whose, ask.currency, ask.minor, now),
            ).fetchone()
            return Reservation(int(row[0]), ask.key, ask.minor, "reserved")

    def stop(self, on: bool = True) -> None:
        """Stops or allows reservations of every process that shares this ledger. The file switch beside it holds for one folder."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM meta WHERE name = 'stopped'")
            if on:
                connection.execute("INSERT INTO meta (name, value) VALUES ('stopped', 1)")

    def is_stopped(self) -> bool:
        with self.store.transaction(locked=False) as connection:
            return _is_stopped(connection)

    def totals(self, ask: Ask) -> Totals:
        """The totals as they stand, without reserving (trials)."""
        with self.transaction() as connection:
            return self._totals(connection, ask, pseudonym(connection.execute, ask.customer), self._now(connection))

    def commit(self, reservation: Reservation, answer: str | None = None) -> None:
        """The write was done. `answer` is kept for a day, for whoever repeats the call under its key."""
        with self.store.transaction(locked=answer is not None) as connection:
            self._settle(connection, reservation, "committed")
            if answer is not None:
                now = self._now(connection)
                connection.execute("DELETE FROM answers WHERE at < ?", (now - KEEP_ANSWERS_S,))
                connection.execute(
                    "INSERT INTO answers (key, answer, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
                    (reservation.key, answer, now),
                )

    def release(self, reservation: Reservation) -> None:
        """Only when the system clearly refused: the write did not happen."""
        with self.store.transaction(locked=False) as connection:
            self._settle(connection, reservation, "released")

    def unknown(self, reservation: Reservation) -> None:
        """No answer came: the amount goes on counting until someone looks."""
        with self.store.transaction(locked=False) as connection:
            self._settle(connection, reservation, "unknown")

    def answer(self, key: str) -> str | None:
        """What was answered to the committed call of this key; None when it is not kept (any more)."""
        with self.store.transaction(locked=False) as connection:
            found = connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def forget_answers(self, customer: str) -> int:
        """Erases what systems answered to a customer's calls; what was paid goes on counting, under a pseudonym. Gives how many."""
        with self.store.transaction(locked=False) as connection:
            whose = pseudonym(connection.execute, customer)
            found = connection.execute(
                "DELETE FROM answers WHERE key IN (SELECT key FROM entries WHERE customer = ?)", (whose,)
            )
            return int(found.rowcount)

    def use_approval(self, approval: str, digest: str) -> bool:
        """True the first time a person's approval is used, or again for the very same call; False for any other use."""
        with self.transaction() as connection:
            known = connection.execute("SELECT digest FROM approvals WHERE id = ?", (approval,)).fetchone()
            if known:
                return bool(known[0] == digest)
            connection.execute(
                "INSERT INTO approvals (id, digest, at) VALUES (?, ?, ?)", (approval, digest, self._now(connection))
            )
            return True

    def open(self) -> list[Reservation]:
        """Reservations whose outcome nobody has told: after a crash, or unknown."""
        with self.store.transaction(locked=False) as connection:
            rows = connection.execute(
                "SELECT id, key, minor, state FROM entries WHERE state IN ('reserved', 'unknown') ORDER BY id"
            ).fetchall()
        return [Reservation(number, key, minor, state, fresh=False) for number, key, minor, state in rows]

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A write transaction: the lock is taken before anything is read."""
        with self.store.transaction() as connection:
            yield connection

    def close(self) -> None:
        """Closes this thread's connection."""
        self.store.close()

    def _now(self, connection: Any) -> float:
        """The clock never runs back: the highest time that was kept, or that an entry carries."""
        own = getattr(connection, "now", None)
        if own is not None and self._clock is None:
            return float(own)
        kept, last = connection.execute(_HIGH_WATER).fetchone()
        now = max((self._clock or time.time)(), kept, last)
        if now - kept > CLOCK_STEP_S:  # entries carry their own times: a denial seldom has to write anything
            connection.execute("UPDATE meta SET value = ? WHERE name = 'high_water'", (now,))
        return float(now)

    def _totals(self, connection: Any, ask: Ask, whose: str, now: float) -> Totals:
        """Whatever was not released counts: reserved, committed and unknown."""
        month, day = now - CUSTOMER_WINDOW_S, now - DAY_S
        values = (
            *(whose, month, ask.currency, day, ask.currency),
            *(whose, month, ask.action, day, ask.action),
            *(whose, day, ask.currency, ask.minor, ask.operation, ask.key),
        )
        found = connection.execute(_TOTALS, values).fetchone()
        return Totals(int(found[0]), int(found[1]), int(found[2]), int(found[3]), found[4])

    def _settle(self, connection: Any, reservation: Reservation, state: State) -> None:
        """An outcome is told once; what was committed or released stays so."""
        connection.execute(
            "UPDATE entries SET state = ? WHERE id = ? AND state IN ('reserved', 'unknown')", (state, reservation.id)
        )


def ledger_of(folder: Path, environment: Mapping[str, str]) -> BudgetLedger:
    """The ledger of a folder's state: in PostgreSQL where CXREADY_DATABASE names one, else `budgets.sqlite` in the folder.

    Made where it is absent; starting a proxy is set-up.
    """
    return shared_ledger(environment) or BudgetLedger.create(folder / "budgets.sqlite")


def shared_ledger(environment: Mapping[str, str]) -> BudgetLedger | None:
    """The ledger that CXREADY_DATABASE names, made where it is absent; None when each folder has its own."""
    address = environment.get(DATABASE, "")
    return BudgetLedger.create(address) if re.match(r"postgres(ql)?://", address) else None


def _is_stopped(connection: Any) -> bool:
    return connection.execute("SELECT 1 FROM meta WHERE name = 'stopped'").fetchone() is not None


def _again(known: tuple[int, str, int, State], ask: Ask) -> Reservation:
    if known[1] != ask.digest:
        raise KeyReused(
            "the idempotency key was already used for another call", ask.operation, "use a new key for a new effect"
        )
    return Reservation(known[0], ask.key, known[2], known[3], fresh=False)


_HIGH_WATER = "SELECT value, (SELECT COALESCE(MAX(at), 0) FROM entries) FROM meta WHERE name = 'high_water'"
_TOTALS = """SELECT
  (SELECT COALESCE(SUM(minor), 0) FROM entries WHERE customer = ? AND at > ? AND currency = ? AND state != 'released'),
  (SELECT COALESCE(SUM(minor), 0) FROM entries WHERE at > ? AND currency = ? AND state != 'released'),
  (SELECT COUNT(*) FROM entries WHERE customer = ? AND at > ? AND action = ? AND state != 'released'),
  (SELECT COUNT(*) FROM entries WHERE at > ? AND action = ? AND state != 'released'),
  (SELECT key FROM entries WHERE customer = ? AND at > ? AND currency = ? AND minor = ? AND minor > 0 AND operation = ?
     AND key != ? AND state != 'released' LIMIT 1)"""

"""The ledger of money and counts that have left: totals are true under races, retries, lost answers, kills and clock changes.

A write reserves its amount before it goes out, in one transaction with the decision (BEGIN IMMEDIATE: one writer at a
time, whatever the process), durable on disk (synchronous=FULL). Then: `commit` (done), `release` (refused, nothing
happened) or `unknown` (nobody knows: it goes on counting). Totals are keyed by the customer's account, never by a
session, and count what all actions moved. Windows roll in UTC seconds. A missing ledger raises, and so denies.
Statements are plain SQL with `?` places; PostgreSQL needs another connection and an advisory lock in place of IMMEDIATE.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.guardrails.budget_entries import Ask, KeyReused, LedgerMissing, Reservation, State, Totals

SCHEMA = 1
CUSTOMER_WINDOW_S = 30 * 86_400
DAY_S = 86_400


class BudgetLedger:
    """One file. Every method opens its own connection, so that threads and processes may share it."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path, self._clock = path, clock
        self._local = threading.local()
        with self.transaction():
            pass

    @classmethod
    def create(cls, path: Path, *, clock: Callable[[], float] = time.time) -> BudgetLedger:
        """Makes the file if it is not there. Only set-up calls it: a running agent never makes itself a fresh budget."""
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            with connection:
                connection.executescript(_TABLES)
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('schema', ?), ('high_water', 0)", (SCHEMA,))
        finally:
            connection.close()
        return cls(path, clock=clock)

    def reserve(self, ask: Ask, allows: Callable[[Totals], bool]) -> Reservation | None:
        """Reserves when `allows` says yes to the totals, read under the same write lock; None when it says no.

        Raises:
            KeyReused: the key belongs to another call.
            LedgerMissing: see the module.
        """
        with self.transaction() as connection:
            now = self._now(connection)
            known = connection.execute(
                "SELECT id, digest, minor, state FROM entries WHERE key = ? AND state != 'released'", (ask.key,)
            ).fetchone()
            if known:
                return _again(known, ask)
            if not allows(self._totals(connection, ask, now)):
                return None
            row = connection.execute(
                "INSERT INTO entries (key, digest, action, operation, customer, currency, minor, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, 'reserved', ?)",
                (ask.key, ask.digest, ask.action, ask.operation, ask.customer, ask.currency, ask.minor, now),
            )
            return Reservation(int(row.lastrowid or 0), ask.key, ask.minor, "reserved")

    def totals(self, ask: Ask) -> Totals:
        """The totals as they stand, without reserving (trials)."""
        with self.transaction() as connection:
            return self._totals(connection, ask, self._now(connection))

    def commit(self, reservation: Reservation) -> None:
        self._settle(reservation, "committed")

    def release(self, reservation: Reservation) -> None:
        """Only when the system clearly refused: the write did not happen."""
        self._settle(reservation, "released")

    def unknown(self, reservation: Reservation) -> None:
        """No answer came: the amount goes on counting until someone looks."""
        self._settle(reservation, "unknown")

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
        with self.transaction() as connection:
            rows = connection.execute(
                "SELECT id, key, minor, state FROM entries WHERE state IN ('reserved', 'unknown') ORDER BY id"
            ).fetchall()
        return [Reservation(number, key, minor, state, fresh=False) for number, key, minor, state in rows]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: the lock is taken before anything is read."""
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                self.close()
                raise LedgerMissing(
                    f"the budget ledger cannot be used ({error})",
                    str(self.path),
                    "restore it; nothing is paid without it",
                ) from None
            raise

    def close(self) -> None:
        """Closes this thread's connection."""
        held = getattr(self._local, "held", None)
        if held is not None:
            held[0].close()
            self._local.held = None

    def _connection(self) -> sqlite3.Connection:
        """One connection a thread and process, opened again when the file is another one than before."""
        try:
            stamp = self.path.stat()
        except OSError:
            self.close()
            raise LedgerMissing(
                "the budget ledger is missing", str(self.path), "restore it; nothing is paid without it"
            ) from None
        held = getattr(self._local, "held", None)
        if held is None or held[1] != (os.getpid(), stamp.st_dev, stamp.st_ino):
            self.close()
            connection = sqlite3.connect(
                f"file:{_quoted(self.path)}?mode=rw",
                uri=True,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
            self._local.held = held = (self._checked(connection), (os.getpid(), stamp.st_dev, stamp.st_ino))
        return held[0]

    def _checked(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        try:
            connection.execute("PRAGMA synchronous=FULL")
            found = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
        except sqlite3.Error:
            found = None
        if found is None or found[0] != SCHEMA:
            connection.close()
            raise LedgerMissing(
                "the file is no budget ledger of this version", str(self.path), "restore it; nothing is paid without it"
            )
        return connection

    def _now(self, connection: sqlite3.Connection) -> float:
        """The clock never runs back: the highest time ever seen, kept in the ledger."""
        high = connection.execute("SELECT value FROM meta WHERE name = 'high_water'").fetchone()[0]
        now = max(self._clock(), high)
        connection.execute("UPDATE meta SET value = ? WHERE name = 'high_water'", (now,))
        return float(now)

    def _totals(self, connection: sqlite3.Connection, ask: Ask, now: float) -> Totals:
        """Whatever was not released counts: reserved, committed and unknown."""
        money = "SELECT COALESCE(SUM(minor), 0) FROM entries WHERE state != 'released' AND currency = ? AND at > ?"
        count = "SELECT COUNT(*) FROM entries WHERE state != 'released' AND action = ? AND at > ?"
        equal = "SELECT key FROM entries WHERE state != 'released' AND operation = ? AND customer = ? AND currency = ? AND minor = ? AND minor > 0 AND at > ? AND key != ? LIMIT 1"
        month, day = now - CUSTOMER_WINDOW_S, now - DAY_S

        def one(query: str, *values: object) -> int:
            return int(connection.execute(query, values).fetchone()[0])

        same = connection.execute(
            equal, (ask.operation, ask.customer, ask.currency, ask.minor, day, ask.key)
        ).fetchone()
        return Totals(
            one(money + " AND customer = ?", ask.currency, month, ask.customer),
            one(money, ask.currency, day),
            one(count + " AND customer = ?", ask.action, month, ask.customer),
            one(count, ask.action, day),
            same[0] if same else None,
        )

    def _settle(self, reservation: Reservation, state: State) -> None:
        """An outcome is told once; what was committed or released stays so."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE entries SET state = ? WHERE id = ? AND state IN ('reserved', 'unknown')",
                (state, reservation.id),
            )


def _again(known: tuple[int, str, int, State], ask: Ask) -> Reservation:
    if known[1] != ask.digest:
        raise KeyReused(
            "the idempotency key was already used for another call", ask.operation, "use a new key for a new effect"
        )
    return Reservation(known[0], ask.key, known[2], known[3], fresh=False)


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.resolve()))


_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, digest TEXT NOT NULL, action TEXT NOT NULL, operation TEXT NOT NULL,
  customer TEXT NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL CHECK (minor >= 0), state TEXT NOT NULL, at REAL NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_key ON entries (key) WHERE state != 'released';
CREATE INDEX IF NOT EXISTS by_customer ON entries (customer, at);
CREATE INDEX IF NOT EXISTS by_time ON entries (at);
CREATE TABLE IF NOT EXISTS approvals (id TEXT PRIMARY KEY, digest TEXT NOT NULL, at REAL NOT NULL);
"""

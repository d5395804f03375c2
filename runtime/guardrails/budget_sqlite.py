"""A budget ledger in one file: SQLite, durable before the answer, one writer at a time whatever the process."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from runtime.guardrails import budget_pseudonyms
from runtime.guardrails.budget_entries import SCHEMA, LedgerMissing

PATIENCE_S = 30
RESTORE = "restore it; nothing is paid without it"


class SqliteStore:
    """Implements `budgets.Store`. One connection a thread and process, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @property
    def where(self) -> str:
        return str(self.path)

    @classmethod
    def create(cls, path: Path) -> SqliteStore:
        """Makes the file where it is absent, and takes one of an older version forward, after a copy."""
        path.parent.mkdir(parents=True, exist_ok=True)
        _copied_before_change(path)
        with closing(sqlite3.connect(path, timeout=PATIENCE_S)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            with connection:
                connection.executescript(_TABLES)
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('schema', ?), ('high_water', 0)", (SCHEMA,))
                budget_pseudonyms.prepare(connection.execute)
                connection.execute("UPDATE meta SET value = ? WHERE name = 'schema' AND value < ?", (SCHEMA, SCHEMA))
        path.chmod(0o600)  # answers that are kept for repeated calls may name customers
        return cls(path)

    @contextmanager
    def transaction(self, *, locked: bool = True) -> Iterator[sqlite3.Connection]:
        """A write transaction: the lock is taken before anything is read (BEGIN IMMEDIATE), `locked` or not."""
        connection = self.connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                self.close()
                raise LedgerMissing(f"the budget ledger cannot be used ({error})", self.where, RESTORE) from None
            raise

    def connection(self) -> sqlite3.Connection:
        """This thread's own, opened again when the file is another one than before; never makes one."""
        try:
            stamp = self.path.stat()
        except OSError:
            self.close()
            raise LedgerMissing("the budget ledger is missing", self.where, RESTORE) from None
        held = getattr(self._local, "held", None)
        if held is None or held[1] != (os.getpid(), stamp.st_dev, stamp.st_ino):
            self.close()
            connection = _checked(_opened(self.path), self.where)
            self._local.held = held = (connection, (os.getpid(), stamp.st_dev, stamp.st_ino))
        found: sqlite3.Connection = held[0]
        return found

    def close(self) -> None:
        """Closes this thread's connection."""
        held = getattr(self._local, "held", None)
        if held is not None:
            held[0].close()
            self._local.held = None


def _opened(path: Path) -> sqlite3.Connection:
    from urllib.parse import quote

    return sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?mode=rw",
        uri=True,
        timeout=PATIENCE_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _checked(connection: sqlite3.Connection, where: str) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA synchronous=FULL")
        found = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    except sqlite3.Error:
        found = None
    if found is None or found[0] != SCHEMA:
        connection.close()
        raise LedgerMissing("the file is no budget ledger of this version", where, RESTORE)
    return connection


def _copied_before_change(path: Path) -> None:
    """`budgets.sqlite.v1` beside a ledger of version 1; `pilot forget` erases such copies, which name customers."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=PATIENCE_S)) as old:
        try:
            found = old.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
        except sqlite3.Error:
            return
        copy = path.with_name(f"{path.name}.v{int(found[0])}") if found else path
        if found and found[0] < SCHEMA and not copy.exists():
            part = copy.with_name(f"{copy.name}.part")
            with closing(sqlite3.connect(part)) as kept:
                old.backup(kept)
            os.replace(part, copy)


_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, digest TEXT NOT NULL, action TEXT NOT NULL, operation TEXT NOT NULL,
  customer TEXT NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL CHECK (minor >= 0), state TEXT NOT NULL, at REAL NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_key ON entries (key) WHERE state != 'released';
DROP INDEX IF EXISTS by_customer;
DROP INDEX IF EXISTS by_time;
CREATE INDEX IF NOT EXISTS totals_of_customer ON entries (customer, at, currency, state, minor);
CREATE INDEX IF NOT EXISTS totals_of_day ON entries (at, currency, state, minor);
CREATE TABLE IF NOT EXISTS approvals (id TEXT PRIMARY KEY, digest TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS answers_by_age ON answers (at);
CREATE TABLE IF NOT EXISTS pseudonyms (secret TEXT NOT NULL);
"""

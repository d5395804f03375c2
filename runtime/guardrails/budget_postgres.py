"""A budget ledger in PostgreSQL, for agents and proxies on many machines: the same totals, one clock, one writer at a time.

Each transaction that decides first updates one row, the high-water clock, and so holds it, so that reading totals, deciding and
reserving is one step for all machines; READ COMMITTED then shows what the one before committed
(https://www.postgresql.org/docs/current/transaction-iso.html). The database's clock counts, not the machines'.
Tables live in the schema `cxready_budgets`: one database for one estate.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runtime.errors import BadInput
from runtime.guardrails import budget_pseudonyms
from runtime.guardrails.budget_entries import SCHEMA, LedgerMissing

if TYPE_CHECKING:
    import psycopg

RESTORE = "make the database reachable again; nothing is paid without it"
_OPTIONS = "-c search_path=cxready_budgets -c statement_timeout=30s -c lock_timeout=30s -c synchronous_commit=on"


class PostgresStore:
    """Implements `budgets.Store`. One connection a thread and process; a lost one is opened again by the next call."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()

    @property
    def where(self) -> str:
        """The address without user and password."""
        return re.sub(r"//[^@/]*@", "//", self.url.split("?")[0])

    @classmethod
    def create(cls, url: str) -> PostgresStore:
        """Makes schema and tables where they are absent.

        Raises:
            LedgerMissing: the database cannot be reached, or does not let us.
        """
        import psycopg

        store = cls(url)
        try:
            with store._opened() as connection:
                if not _is_made(connection):
                    _make(connection)
        except psycopg.Error as error:
            raise LedgerMissing(
                f"the budget ledger cannot be made ({_first_line(error)})", store.where, RESTORE
            ) from None
        return store

    @contextmanager
    def transaction(self, *, locked: bool = True) -> Iterator[Rows]:
        """A write transaction; `locked`: that nobody else is in."""
        import psycopg

        connection = self._connection()
        try:
            with connection.transaction():
                yield Rows(connection, _locked_at(connection, self.where) if locked else None)
        except psycopg.Error as error:
            self.close()
            raise LedgerMissing(
                f"the budget ledger cannot be used ({_first_line(error)})", self.where, RESTORE
            ) from None

    def close(self) -> None:
        """Closes this thread's connection."""
        held = getattr(self._local, "held", None)
        self._local.held = None
        if held is not None and held[1] == os.getpid():  # a forked child must not end its parent's session
            held[0].close()

    def _connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        import psycopg

        held = getattr(self._local, "held", None)
        if held is None or held[1] != os.getpid() or held[0].closed:
            self.close()
            try:
                connection = self._opened()
                found = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
            except psycopg.Error as error:
                said = f"the budget ledger cannot be reached ({_first_line(error)})"
                raise LedgerMissing(said, self.where, RESTORE) from None
            if found is None or found[0] != SCHEMA:
                connection.close()
                raise LedgerMissing("the database holds no budget ledger of this version", self.where, RESTORE)
            self._local.held = held = (connection, os.getpid())
        live: psycopg.Connection[tuple[Any, ...]] = held[0]
        return live

    def _opened(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            import psycopg
        except ImportError:
            raise BadInput("PostgreSQL needs psycopg", "CXREADY_DATABASE", "pip install 'cxready[pilot]'") from None
        return psycopg.connect(
            self.url, autocommit=True, connect_timeout=5, options=_OPTIONS, application_name="cxready"
        )


class Rows:
    """What statements run on: places are written `?`, as SQLite has them. `now`: the clock of this transaction, UTC seconds."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], now: float | None) -> None:
        self._connection, self.now = connection, now

    def execute(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement.replace("?", "%s"), values)


def _locked_at(connection: psycopg.Connection[tuple[Any, ...]], where: str) -> float:
    """Waits for the one row, moves the clock on and holds it; the clock never runs back, whatever the database's does."""
    found = connection.execute(
        "UPDATE meta SET value = GREATEST(value, extract(epoch FROM clock_timestamp())) WHERE name = 'high_water' RETURNING value"
    ).fetchone()
    if found is None:
        raise LedgerMissing("the database holds no budget ledger", where, RESTORE)
    return float(found[0])


def _is_made(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    """Whether tables of this version are there. Looked at first: making them locks them, and others may be paying."""
    found = connection.execute("SELECT to_regclass('cxready_budgets.answers') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return False
    held = connection.execute("SELECT value FROM cxready_budgets.meta WHERE name = 'schema'").fetchone()
    return held is not None and held[0] == SCHEMA


def _make(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('cxready_budgets'))")
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO cxready_budgets.meta VALUES ('schema', %s), ('high_water', 0) ON CONFLICT DO NOTHING",
            (SCHEMA,),
        )
        connection.execute("SET LOCAL search_path = cxready_budgets")
        budget_pseudonyms.prepare(Rows(connection, None).execute)
        connection.execute("UPDATE meta SET value = %s WHERE name = 'schema' AND value < %s", (SCHEMA, SCHEMA))


def _first_line(error: Exception) -> str:
    """A driver's message without anything that may hold the address with its password."""
    return re.sub(r"postgres(ql)?://\S+", "…", (str(error).strip().splitlines() or [type(error).__name__])[0])[:160]


_TABLES = """
CREATE SCHEMA IF NOT EXISTS cxready_budgets;
CREATE TABLE IF NOT EXISTS cxready_budgets.meta (name TEXT PRIMARY KEY, value DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS cxready_budgets.entries (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key TEXT NOT NULL, digest TEXT NOT NULL, action TEXT NOT NULL,
  operation TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL, minor BIGINT NOT NULL CHECK (minor >= 0),
  state TEXT NOT NULL, at DOUBLE PRECISION NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_key ON cxready_budgets.entries (key) WHERE state != 'released';
CREATE INDEX IF NOT EXISTS totals_of_customer ON cxready_budgets.entries (customer, at, currency, state, minor);
CREATE INDEX IF NOT EXISTS totals_of_day ON cxready_budgets.entries (at, currency, state, minor);
CREATE TABLE IF NOT EXISTS cxready_budgets.approvals (id TEXT PRIMARY KEY, digest TEXT NOT NULL, at DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS cxready_budgets.answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, at DOUBLE PRECISION NOT NULL);
CREATE INDEX IF NOT EXISTS answers_by_age ON cxready_budgets.answers (at);
CREATE TABLE IF NOT EXISTS cxready_budgets.pseudonyms (secret TEXT NOT NULL)
"""

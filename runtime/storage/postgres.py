"""The pilot's state in PostgreSQL: one connection that takes the statements as they are written for SQLite.

Tables live in the schema `cxready_pilot`; one database holds one estate. A transaction about a thing holds an advisory lock
of that thing (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS); READ COMMITTED then shows what
the one before it committed. A lost connection is opened again by the next statement outside of a transaction.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

from runtime.errors import BadInput, Unreachable
from runtime.storage.database import StateLost

if TYPE_CHECKING:
    import psycopg

SCHEMA = "cxready_pilot"
DO = "make the database reachable again; nothing is done without it"
LOOK_S = 0.05
# A machine that vanished holds its locks until the server notices: within half a minute instead of two hours.
_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
_OPTIONS = f"-c search_path={SCHEMA} -c statement_timeout=60s -c lock_timeout=60s -c synchronous_commit=on {_KEEPALIVE}"
_LOCK = "hashtextextended('cxready/' || ?, 0)"
# A lock's 64 bits stand as two halves (https://www.postgresql.org/docs/current/view-pg-locks.html).
_HOLDER = (
    f"SELECT 1 FROM pg_locks, (SELECT {_LOCK} AS k) AS thing WHERE locktype = 'advisory' AND granted"  # noqa: S608
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND objid = (k & 4294967295)::oid AND classid = ((k >> 32) & 4294967295)::oid"
)
_MAKES = re.compile(r"\s*(create|alter)\s", re.IGNORECASE)
_REPEATABLE = re.compile(r"\s*(select|begin)\s?", re.IGNORECASE)


class PostgresConnection:
    """Implements `database.Connection`; for one thread at a time.

    Raises:
        Unreachable: the database cannot be reached, or does not let us.
        BadInput: psycopg is not installed.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._live: psycopg.Connection[tuple[Any, ...]] = self._opened()
        self._tables: tuple[str, ...] = ()
        if not self.tables():
            self._make()

    @property
    def in_transaction(self) -> bool:
        return not self._live.closed and self._live.info.transaction_status.name != "IDLE"

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        """Runs one statement; one that makes something does it alone, since `IF NOT EXISTS` does not protect from twins.

        Raises:
            StateLost: the connection broke. What only looks, or begins, was tried again on a new one.
        """
        if _MAKES.match(statement) and not self.in_transaction:
            self.begin("tables")
            self._tables = ()
            with self:
                return self._run(statement, values)
        return self._run(statement, values)

    def begin(self, about: str) -> None:
        """Begins a transaction that no other one about the same thing is in."""
        self._run("BEGIN")
        try:
            self._run(f"SELECT pg_advisory_xact_lock({_LOCK})", (about,))
        except BaseException:
            self.rollback()
            raise

    @contextmanager
    def alone(self, about: str) -> Iterator[None]:
        """Holds the thing over several transactions; the server gives it back when the session ends, whatever ends it."""
        while not self.take(about):
            time.sleep(LOOK_S)
        session = self._live
        try:
            yield
        finally:
            if session is self._live and not session.closed:
                self.give_back(about)

    def take(self, about: str) -> bool:
        """Takes a thing for as long as this session lives, if nobody else has it."""
        return bool(self._run(f"SELECT pg_try_advisory_lock({_LOCK})", (f"alone/{about}",)).fetchone()[0])  # type: ignore[index]

    def holds(self, about: str) -> bool:
        """Whether this very session has the thing: after a break it is another session, and has nothing."""
        return self._run(_HOLDER + " AND pid = pg_backend_pid()", (f"alone/{about}",)).fetchone() is not None

    def is_taken(self, about: str) -> bool:
        """Whether any session has the thing; looks without touching it."""
        return self._run(_HOLDER, (f"alone/{about}",)).fetchone() is not None

    def give_back(self, about: str) -> None:
        self._run(f"SELECT pg_advisory_unlock({_LOCK})", (f"alone/{about}",))

    def tables(self) -> tuple[str, ...]:
        """What is there; looked up again after something was made."""
        if not self._tables:
            found = self._run("SELECT tablename FROM pg_tables WHERE schemaname = ?", (SCHEMA,))
            self._tables = tuple(str(row[0]) for row in found)
        return self._tables

    def columns(self, table: str) -> list[str]:
        found = self._run(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
            (SCHEMA, table),
        )
        return [str(row[0]) for row in found]

    def commit(self) -> None:
        self._run("COMMIT")

    def rollback(self) -> None:
        if not self._live.closed:
            self._live.rollback()

    def close(self) -> None:
        self._live.close()

    def __enter__(self) -> PostgresConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self.in_transaction:
            self.rollback() if kind else self.commit()

    def _run(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        import psycopg

        may_repeat = not self.in_transaction and bool(_REPEATABLE.match(statement))
        try:
            if self._live.closed:
                self._live = self._opened()
            found = self._live.execute(translated(statement), [_kept(value) for value in values] or None)
        except psycopg.OperationalError as error:
            if may_repeat and self._live.closed:
                self._live = self._opened()
                return self._run(statement, values)
            raise StateLost(f"the pilot's database failed ({first_line(error)})", where(self._address), DO) from None
        return found

    def _opened(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            import psycopg
        except ImportError:
            raise BadInput("PostgreSQL needs psycopg", "CXREADY_DATABASE", "pip install 'cxready[pilot]'") from None
        try:
            return psycopg.connect(
                self._address, autocommit=True, connect_timeout=5, options=_OPTIONS, application_name="cxready"
            )
        except psycopg.Error as error:
            said = f"the pilot's database cannot be reached ({first_line(error)})"
            raise Unreachable(said, where(self._address), DO) from None

    def _make(self) -> None:
        """Schema and what SQLite brings along; several processes may come here at once."""
        with self._live.transaction():
            self._run(f"SELECT pg_advisory_xact_lock({_LOCK})", (SCHEMA,))
            self._live.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            for statement in _FUNCTIONS:
                self._live.execute(statement)


def where(address: str) -> str:
    """An address without user, password and options."""
    return re.sub(r"//[^@/]*@", "//", address.split("?", maxsplit=1)[0])


def first_line(error: Exception) -> str:
    """A driver's message without anything that may hold the address with its password."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return re.sub(r"postgres(ql)?://\S+", "…", said)[:160]


@lru_cache(maxsize=512)
def translated(statement: str) -> str:
    """A statement written for SQLite as PostgreSQL takes it."""
    for pattern, put in _DIALECT:
        statement = pattern.sub(put, statement)
    return statement.replace("%", "%%").replace("?", "%s") if "?" in statement else statement


def _kept(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text."""
    return value.replace("\x00", "�") if isinstance(value, str) and "\x00" in value else value


_DIALECT = tuple(
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        (r"\binteger primary key( autoincrement)?\b", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        (r"(?<=[a-z_] )(?:real)(?=[ ,)])", "DOUBLE PRECISION"),
        (r"(?<=[a-z_] )(?:integer)(?=[ ,)])", "BIGINT"),
        (r"\bbegin immediate\b", "BEGIN"),
        (
            r"create trigger if not exists (\w+) before (update|delete) on (\w+) begin select raise\(abort, ('[^']*')\); end",
            r"CREATE OR REPLACE TRIGGER \1 BEFORE \2 ON \3 FOR EACH STATEMENT EXECUTE FUNCTION refuse_change(\4)",
        ),
    )
)
_FUNCTIONS = (
    f"CREATE OR REPLACE FUNCTION {SCHEMA}.json_extract(document text, path text) RETURNS text LANGUAGE sql IMMUTABLE AS"
    " $$ SELECT document::json ->> substr(path, 3) $$",
    f"CREATE OR REPLACE FUNCTION {SCHEMA}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$",
)

"""Where the pilot keeps its state: a file of the folder, or a PostgreSQL database that many machines share; the same statements in both.

Statements are written in the SQL that both speak, with `?` places. What differs has a name here: `begin`, `alone`, `tables`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from runtime.errors import Unreachable

VARIABLE = "CXREADY_DATABASE"
FILE, ENGINE_SCHEMA = "pilot.sqlite", "cxready_engine"
PATIENCE_S = 30
Place = Path | str
"""A file, or a `postgresql://` address."""


class StateLost(Unreachable):
    """The state could not be written: what was under way is neither done nor failed, and is taken up again from its steps."""


class Cursor(Protocol):
    """What a statement gives."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """An open connection: `sqlite3.Connection` is one, `database_postgres.PostgresConnection` another. Autocommit outside of a
    transaction that `begin` began; as a context manager it ends such a transaction and begins none.
    """

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Cursor: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Any: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> Any: ...


def place_of(home: Path, environment: Mapping[str, str] | None = None) -> Place:
    """The state of a folder's pilot: the database that CXREADY_DATABASE names, else `pilot.sqlite` in its `.cxready/`."""
    return shared_address(os.environ if environment is None else environment) or home / FILE


def place_of_engine(home: Path) -> Place:
    """Where the engine keeps the steps of cases: `dbos.sqlite` beside the pilot's file, or the same database in a schema of its own."""
    place = place_of(home)
    return place if is_address(place) else home / "dbos.sqlite"


def shared_address(environment: Mapping[str, str]) -> str:
    """The PostgreSQL database that machines share; empty when each folder has its own file."""
    address = environment.get(VARIABLE, "").strip()
    return address if is_address(address) else ""


def is_made(place: Place) -> bool:
    """Whether there is a state already; a database is taken for one."""
    return is_address(place) or Path(place).is_file()


def is_address(place: Place) -> bool:
    return isinstance(place, str) and bool(re.match(r"postgres(ql)?://", place))


def connect(place: Place) -> Connection:
    """Opens (and creates) the state; several processes may write to it. A file: WAL, synchronous=FULL, 30 s patience.

    Raises:
        Unreachable: the database cannot be reached.
        BadInput: psycopg is not installed.
    """
    if is_address(place):
        from runtime.storage.postgres import PostgresConnection

        return PostgresConnection(str(place))
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=PATIENCE_S, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def looking(place: Place) -> Iterator[Connection | None]:
    """A connection that only looks, and makes no file; None where there is no state yet.

    Raises:
        Unreachable: the database cannot be reached.
        sqlite3.Error: the file is none.
    """
    if not is_made(place):
        yield None
        return
    address = "" if is_address(place) else f"{Path(place).resolve().as_uri()}?mode=ro"
    opened: Connection = sqlite3.connect(address, uri=True, timeout=PATIENCE_S) if address else connect(place)
    try:
        yield opened
    finally:
        opened.close()


def begin(connection: Connection, about: str) -> None:
    """A write transaction that nobody else is in: of the whole file, or in PostgreSQL of those `about` the same thing."""
    own = getattr(connection, "begin", None)
    if own is not None:
        own(about)
    else:
        connection.execute("BEGIN IMMEDIATE")


def tables(connection: Connection) -> frozenset[str]:
    """Names of the tables that are there."""
    own = getattr(connection, "tables", None)
    if own is not None:
        return frozenset(own())
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return frozenset(str(row[0]) for row in found)


def columns(connection: Connection, table: str) -> frozenset[str]:
    """Names of a table's columns; empty where there is no such table. `table` is ours, never a caller's."""
    own = getattr(connection, "columns", None)
    if own is not None:
        return frozenset(own(table))
    return frozenset(str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})"))


@contextmanager
def alone(connection: Connection, about: str) -> Iterator[None]:
    """One at a time for one thing, over several transactions: in this process, and in PostgreSQL in every other one, too."""
    with _threads(about):
        own = getattr(connection, "alone", None)
        if own is None:
            yield
        else:
            with own(about):
                yield


@contextmanager
def _threads(about: str) -> Iterator[None]:
    """The lock of one thing, kept only while somebody holds or waits for it."""
    with _guard:
        lock, waiting = _held.get(about, (threading.Lock(), 0))
        _held[about] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, waiting = _held[about]
            if waiting == 1:
                del _held[about]
            else:
                _held[about] = (lock, waiting - 1)


_guard = threading.Lock()
_held: dict[str, tuple[threading.Lock, int]] = {}

"""The tightened limits as a file or a database holds them, kept between decisions: looked at again after 50 ms, at once after a change of this process."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from runtime.storage import database
from runtime.storage.database import Connection, Place, is_address

FRESH_S = 0.05  # how old a look at the place may be; another process sees a change after that


@dataclass(frozen=True)
class Row:
    """One tightening. `bound`: minor units or a count; `until`: UTC seconds, None: no end; `workflow`: empty means every one."""

    action: str
    name: str
    bound: int
    until: float | None
    workflow: str


@dataclass
class _Open:
    """A thread's connection to one file, the rows as of a version of it, and when and after how many changes of ours it was looked at."""

    connection: Connection
    file: int
    version: int = -1
    rows: tuple[Row, ...] = ()
    looked_at: float = 0.0
    changes: int = -1


_local = threading.local()
_changes = itertools.count(1)
_changed = [0]


def rows_at(place: Place) -> tuple[Row, ...]:
    """Every row, also those that have ended.

    Raises:
        sqlite3.Error, Unreachable: the place cannot be read.
    """
    return _of_database(str(place)) if is_address(place) else _of_file(os.fspath(place))


def changed() -> None:
    """This process has changed rows: the next decision of any thread looks at once."""
    _changed[0] = next(_changes)


def _of_file(path: str) -> tuple[Row, ...]:
    """Read again only when the file was changed (`PRAGMA data_version`); looked at each `FRESH_S`, at once after a change of this process."""
    held: dict[tuple[str, int], _Open] = _local.__dict__.setdefault("held", {})
    opened, now = held.get((path, os.getpid())), time.monotonic()
    if opened is not None and now - opened.looked_at < FRESH_S and opened.changes == _changed[0]:
        return opened.rows
    try:
        file = os.stat(path).st_ino  # noqa: PTH116 looked at before each write
    except FileNotFoundError:
        return ()
    if opened is None or opened.file != file:  # another file than before, like a restored one
        address = f"file:{quote(str(Path(path).resolve()))}?mode=ro"  # looking never makes or changes anything
        opened = held[path, os.getpid()] = _Open(sqlite3.connect(address, uri=True, timeout=10), file)
    changes = _changed[0]
    version = int(opened.connection.execute("PRAGMA data_version").fetchone()[0])
    if version != opened.version:
        opened.rows, opened.version = _read(opened.connection), version
    opened.looked_at, opened.changes = now, changes
    return opened.rows


def _of_database(address: str) -> tuple[Row, ...]:
    """The rows of a PostgreSQL database, read again after `FRESH_S`, at once after a change of this process."""
    held: dict[tuple[str, int], _Open] = _local.__dict__.setdefault("held", {})
    opened, now = held.get((address, os.getpid())), time.monotonic()
    if opened is None:
        opened = held[address, os.getpid()] = _Open(database.connect(address), 0)
    if now - opened.looked_at >= FRESH_S or opened.changes != _changed[0]:
        changes, opened.rows = _changed[0], _read(opened.connection)
        opened.looked_at, opened.changes = now, changes
    return opened.rows


def _read(connection: Connection) -> tuple[Row, ...]:
    """Every row; none where there is no table yet. A table of an older version knows no workflows."""
    columns = database.columns(connection, "tightened")
    if not columns:
        return ()
    workflow = "workflow" if "workflow" in columns else "''"
    found = connection.execute(f"SELECT action, name, bound, until, {workflow} FROM tightened")  # noqa: S608
    return tuple(Row(*row) for row in found)

"""Limits that were tightened while running: each an added condition, at once, only ever narrower, needing no new proof.

Loosening goes through proof and assessment. Rows are never changed; an older, narrower row goes on to hold until it ends.
Each tightening stands in the decision log (run `limits`).
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from runtime import decision_log
from runtime.errors import BadInput, Conflict, Unreachable
from runtime.estate import Estate
from runtime.guardrails.cedar import MONEY_LIMITS, rule, workflows_of
from runtime.money import from_minor, to_minor
from runtime.storage import database
from runtime.storage.database import Connection, Place, is_address

COUNTS = ("count_per_customer_per_30_days", "count_per_day")
LIMITS = (*MONEY_LIMITS, *COUNTS)
RUN = "limits"
PATIENCE_S = 10.0
FRESH_S = 0.05  # how old a look at the file may be; another process sees a change after that
_TABLE = """CREATE TABLE IF NOT EXISTS tightened (
  id INTEGER PRIMARY KEY, action TEXT NOT NULL, name TEXT NOT NULL, bound INTEGER NOT NULL, until REAL, by TEXT NOT NULL, at REAL NOT NULL,
  workflow TEXT NOT NULL DEFAULT '')"""


@dataclass(frozen=True)
class Tightened:
    """The limits in force, looked up at each decision; what another process changed is seen within 50 ms."""

    path: Place
    clock: Callable[[], float] = time.time

    def bounds(self, action: str, workflow: str = "") -> dict[str, int]:
        """Name of a limit → the lowest bound in force for every workflow and for this one, in minor units or as a count.

        Raises:
            Conflict: the list cannot be read, so nobody knows what holds.
        """
        found: dict[str, int] = {}
        for row in self._held():
            if row.action == action and row.workflow in ("", workflow):
                found[row.name] = min(row.bound, found.get(row.name, row.bound))
        return found

    def in_force(self, action: str) -> dict[str, int]:
        """The same for people: limits of one workflow as `each (billing-dispute)`."""
        found: dict[str, int] = {}
        for row in self._held():
            if row.action == action:
                name = f"{row.name} ({row.workflow})" if row.workflow else row.name
                found[name] = min(row.bound, found.get(name, row.bound))
        return found

    def _held(self) -> list[_Row]:
        """Rows that have not ended."""
        try:
            rows = _shared(str(self.path)) if is_address(self.path) else _rows(os.fspath(self.path))
        except (sqlite3.Error, Unreachable) as error:
            said = f"the list of tightened limits cannot be read ({error})"
            place = "CXREADY_DATABASE" if is_address(self.path) else str(self.path)
            raise Conflict(said, place, "restore it; nothing is written without it") from None
        return [row for row in rows if row.until is None or row.until > self.clock()] if rows else []


def tighten(
    place: Place,
    estate: Estate,
    action: str,
    limit: str,
    amount: str,
    *,
    workflow: str = "",
    until: float | None = None,
    by: str = "",
) -> int:
    """Lowers one limit at once; gives the bound (minor units, or a count).

    Args:
        amount: quoted major units like "20.00", or a whole number for a count.
        workflow: only this one; empty: every workflow of the action.
        until: UTC seconds; None holds until the next assessment.

    Raises:
        BadInput: an unknown action, limit or workflow, an end that has passed, or a bound that would not be narrower than
            the proved one.
    """
    bound = _bound(estate, action, limit, amount)
    _narrows(estate, action, limit, bound, workflow)
    if until is not None and until <= time.time():
        raise BadInput("this end has already passed", f"{action}.{limit}", "name a time in the future, or leave it out")
    ends = datetime.fromtimestamp(until, UTC).isoformat() if until is not None else None
    detail = {"action": action, "limit": limit, "bound": bound, "workflow": workflow, "until": ends, "by": by}
    with closing(_opened_to_write(place)) as connection:
        _prepare(connection)
        database.begin(connection, RUN)
        connection.execute(
            "INSERT INTO tightened (action, name, bound, until, by, at, workflow) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (action, limit, bound, until, by, time.time(), workflow),
        )
        decision_log.append(connection, decision_log.Entry(run=RUN, step="tighten", operation=action, detail=detail))
        connection.commit()
    _changed[0] = next(_changes)
    return bound


def _bound(estate: Estate, action: str, limit: str, amount: str) -> int:
    if action not in estate.guardrails.actions:
        raise BadInput(
            f"there is no action {action!r}", "guardrails.yaml", f"one of: {', '.join(estate.guardrails.actions)}"
        )
    if limit not in LIMITS:
        raise BadInput(f"there is no limit {limit!r}", "guardrails.yaml", f"one of: {', '.join(LIMITS)}")
    limits = estate.guardrails.actions[action].limits
    currency = limits.currency or estate.currency
    written = getattr(limits, limit)
    try:
        bound = int(amount) if limit in COUNTS else to_minor(amount, currency)
        proved = None if written is None else int(written) if limit in COUNTS else to_minor(written, currency)
    except ValueError as error:
        raise BadInput(str(error), action, 'write it like "20.00"') from None
    if bound < 0 or (proved is not None and bound > proved):
        shown = "0" if proved is None else written if limit in COUNTS else f"{from_minor(proved, currency)} {currency}"
        raise BadInput(
            f"{amount} is not narrower than {shown}",
            f"{action}.{limit}",
            "to loosen a limit, change guardrails.yaml, then `guardrails prove` and `assess`",
        )
    return bound


def _narrows(estate: Estate, action: str, limit: str, bound: int, workflow: str) -> None:
    """The compiled rules with the bound are the proved ones with conditions added, in at least one of them.

    Raises:
        BadInput: the workflow may not do this at all, or the limit says nothing about the action.
    """
    written = estate.guardrails.actions[action]
    pairs = [(who, op) for op in written.operations for who in _who(estate, action, op) if workflow in ("", who)]
    if not pairs:
        who = sorted({w for op in written.operations for w in _who(estate, action, op)})
        raise BadInput(f"no rule lets {workflow or 'any workflow'} do this", action, f"one of: {', '.join(who) or '–'}")
    added: Mapping[str, int] = {limit: bound}
    changed = False
    for who_, operation in pairs:
        before, after = rule(estate, who_, operation).clauses, rule(estate, who_, operation, added).clauses
        assert set(before) <= set(after), "an added condition never takes one away"
        changed = changed or len(after) > len(before)
    if not changed:
        raise BadInput(
            f"{action} moves no money that {limit} could bound", f"{action}.{limit}", "bound a count instead"
        )


def _who(estate: Estate, action: str, operation: str) -> list[str]:
    """Workflows whose writes of the operation this action covers."""
    if not estate.is_write(operation) or estate.effect(operation) is None:
        return []
    if estate.guardrails.action_of(operation) != action:
        return []
    return workflows_of(estate, estate.guardrails.actions[action], operation)


@dataclass(frozen=True)
class _Row:
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
    rows: tuple[_Row, ...] = ()
    looked_at: float = 0.0
    changes: int = -1


_local = threading.local()
_changes = itertools.count(1)
_changed = [0]


def _rows(path: str) -> tuple[_Row, ...]:
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


def _shared(address: str) -> tuple[_Row, ...]:
    """The rows of a PostgreSQL database, read again after `FRESH_S`, at once after a change of this process."""
    held: dict[tuple[str, int], _Open] = _local.__dict__.setdefault("held", {})
    opened, now = held.get((address, os.getpid())), time.monotonic()
    if opened is None:
        opened = held[address, os.getpid()] = _Open(database.connect(address), 0)
    if now - opened.looked_at >= FRESH_S or opened.changes != _changed[0]:
        changes, opened.rows = _changed[0], _read(opened.connection)
        opened.looked_at, opened.changes = now, changes
    return opened.rows


def _read(connection: Connection) -> tuple[_Row, ...]:
    """Every row; none where there is no table yet. A table of an older version knows no workflows."""
    columns = database.columns(connection, "tightened")
    if not columns:
        return ()
    workflow = "workflow" if "workflow" in columns else "''"
    found = connection.execute(f"SELECT action, name, bound, until, {workflow} FROM tightened")  # noqa: S608
    return tuple(_Row(*row) for row in found)


def _opened_to_write(place: Place) -> Connection:
    """Waits while another process opens the same new file: making it a write-ahead log cannot be shared."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return decision_log.connect(place)
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _prepare(connection: Connection) -> None:
    """Made where it is absent; a table of an older version gets the column that it lacks."""
    connection.execute(_TABLE)
    columns = database.columns(connection, "tightened")
    if "workflow" not in columns:
        connection.execute("ALTER TABLE tightened ADD COLUMN workflow TEXT NOT NULL DEFAULT ''")

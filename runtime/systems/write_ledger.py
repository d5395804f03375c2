"""Every write on a system, on disk before its request goes out; what stays open after a crash is found by its
reference.

The ledger lies on the collecting machine only (`.cxready/`). It holds arguments whole, because taking a record back
needs them; values of fields that hold credentials are left out.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from runtime.errors import BadInput, Bug, Refused
from runtime.redacted_fields import kind_of_field
from runtime.redaction import without_secrets

SCHEMA = 2
State = Literal["intended", "created", "removed", "reversed", "left_behind", "nothing"]
OPEN: tuple[State, ...] = ("intended", "created")


@dataclass(frozen=True)
class Entry:
    """One write. `intended` without an outcome means: the request may or may not have reached the system.

    `exchange` is the number of the request in the evidence log; 0: it was never sent; None: nobody can tell.
    `changed`: when the state was last moved, above all when the record was taken back.
    """

    id: int
    run: str
    at: datetime
    system: str
    operation: str
    arguments: Mapping[str, Any]
    state: State
    undo: str | None = None
    undo_arguments: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    exchange: int | None = None
    changed: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def never_sent(self) -> bool:
        """The run ended between writing the intent and sending the request."""
        return self.state == "intended" and self.exchange == 0


class WriteLedger:
    """SQLite with synchronous=FULL: what `intend` returned for is on disk. `None` keeps it in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = _opened(path)
        self._here = threading.local()

    def intend(
        self,
        system: str,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        undo: str | None,
        undo_arguments: Mapping[str, Any] | None = None,
        run: str = "",
        tracked: bool = True,
    ) -> int:
        """Records a write that is about to be sent and returns its number.

        Args:
            tracked: it is sent inside `under_way`, so that an intent without a request number was never sent.

        Raises:
            Refused: the ledger cannot be written; the request must not be sent.
        """
        sent, back = _without_secrets(dict(arguments)), _without_secrets(dict(undo_arguments or {}))
        values = (run, _now(), system, operation, _dumps(sent), undo, _dumps(back))
        sql = (
            "INSERT INTO writes (run, at, system, operation, arguments, undo, undo_arguments, exchange, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended')"
        )
        try:
            with self._lock, self._connection:
                return int(self._connection.execute(sql, (*values, 0 if tracked else None)).lastrowid or 0)
        except sqlite3.Error as error:
            raise _not_written(error, f"{system}.{operation}") from None

    @contextmanager
    def under_way(self, id: int) -> Iterator[None]:
        """While a write is sent from this thread: the first request that goes out is its request."""
        self._here.entry = id
        try:
            yield
        finally:
            self._here.entry = None

    def sending(self, number: int) -> None:
        """A writing request with this number leaves this thread now; it belongs to the write under way, if there is one.

        Raises:
            Refused: the ledger cannot be written; the request must not be sent.
        """
        entry = getattr(self._here, "entry", None)
        if entry is None:
            return
        try:
            with self._lock, self._connection:
                self._connection.execute("UPDATE writes SET exchange = ? WHERE id = ?", (number, entry))
        except sqlite3.Error as error:
            raise _not_written(error, f"request {number}") from None
        self._here.entry = None

    def created(self, id: int, record: Mapping[str, Any]) -> None:
        """The system answered with a record; keep what undoing needs, above all its id."""
        self._move(id, "created", record=record)

    def undone(self, id: int, how: Literal["removed", "reversed"]) -> None:
        """The record is gone (`removed`) or balanced by a second one (`reversed`), and that was read back."""
        self._move(id, how)

    def left_behind(self, id: int, why: str) -> None:
        """The record stays; `why` is printed for the person who takes it away."""
        self._move(id, "left_behind", why=why)

    def postponed(self, id: int, why: str) -> None:
        """It could not be taken back yet: the entry stays open, and the next run tries again."""
        with self._lock, self._connection:
            self._connection.execute("UPDATE writes SET why = ? WHERE id = ?", (why, id))

    def nothing(self, id: int) -> None:
        """The system refused: nothing came to be."""
        self._move(id, "nothing")

    def open(self, run: str | None = None) -> list[Entry]:
        """Writes without an outcome or not yet undone, oldest first; of one run or of all."""
        return [entry for entry in self.entries(run) if entry.open]

    def entries(self, run: str | None = None) -> list[Entry]:
        """Every write, oldest first."""
        where, values = ("WHERE run = ?", (run,)) if run is not None else ("", ())
        with self._lock:
            rows = self._connection.execute(f"SELECT * FROM writes {where} ORDER BY id", values).fetchall()  # noqa: S608
        return [_entry(row) for row in rows]

    def counts(self, run: str | None = None) -> dict[str, int]:
        """Writes by state; a state without writes is left out."""
        found: dict[str, int] = {}
        for entry in self.entries(run):
            found[entry.state] = found.get(entry.state, 0) + 1
        return found

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _move(self, id: int, state: State, *, record: Mapping[str, Any] | None = None, why: str = "") -> None:
        sql = "UPDATE writes SET state = ?, record = COALESCE(?, record), why = ?, changed = ? WHERE id = ?"
        with self._lock, self._connection:
            kept = None if record is None else _dumps(_without_secrets(record))
            if self._connection.execute(sql, (state, kept, why, _now(), id)).rowcount != 1:
                raise Bug(f"the write ledger has no entry {id}")


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path or ":memory:", timeout=30, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA:
        raise BadInput(f"the write ledger has schema {found}; this version reads {SCHEMA}", str(path), "update cxready")
    with connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at TEXT NOT NULL, "
            "system TEXT NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL, undo TEXT, "
            "undo_arguments TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL DEFAULT '{}', "
            "why TEXT NOT NULL DEFAULT '', changed TEXT, exchange INTEGER)"
        )
        _moved_forward(connection, path)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    return connection


def _moved_forward(connection: sqlite3.Connection, path: Path | None) -> None:
    """Schema 1 knew no request numbers; the file as it was stays beside the new one."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(writes)")}
    if "exchange" in columns:
        return
    if path is not None:
        with closing(sqlite3.connect(path.with_name(f"{path.name}.schema-1"))) as kept:
            connection.backup(kept)
    connection.execute("ALTER TABLE writes ADD COLUMN exchange INTEGER")


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        run=row["run"],
        at=datetime.fromisoformat(row["at"]),
        system=row["system"],
        operation=row["operation"],
        arguments=json.loads(row["arguments"]),
        state=row["state"],
        undo=row["undo"],
        undo_arguments=json.loads(row["undo_arguments"]),
        record=json.loads(row["record"]),
        why=row["why"],
        exchange=row["exchange"],
        changed=datetime.fromisoformat(row["changed"]) if row["changed"] else None,
    )


def _not_written(error: sqlite3.Error, where: str) -> Refused:
    return Refused(
        f"the write ledger cannot be written ({error}); nothing was sent",
        where,
        "free some disk space, then run the command again",
    )


def _without_secrets(value: Any) -> Any:
    """A record without credentials, by field and by value: undoing never needs them."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {k: _without_secrets(v) for k, v in value.items() if kind_of_field(str(k)) != "secret"}
    return [_without_secrets(v) for v in value] if isinstance(value, list) else value


def _dumps(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True, default=str, ensure_ascii=False)


def _now() -> str:
    return datetime.now(UTC).isoformat()

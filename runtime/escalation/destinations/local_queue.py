"""The queue on this machine: the last resort, and the destination of an estate that has no ticket system yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message

TABLE = (
    "create table if not exists local_queue (key text primary key, id text not null, subject text not null, text text"
    " not null, queue text not null, status text not null, decision text not null default '', decided_by text not null"
    " default '', at text not null)"
)


class LocalQueue:
    """Rows of one SQLite file, one a key; `cxready pilot status` lists them."""

    finds = reads = repeats = comments = True

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute(TABLE)

    def create(self, message: Message) -> str:
        values = (
            message.key,
            f"L-{message.key}",
            message.subject,
            message.text,
            message.queue,
            "open",
            datetime.now(UTC).isoformat(),
        )
        with self._open() as connection:
            connection.execute(
                "insert into local_queue (key, id, subject, text, queue, status, at) values (?, ?, ?, ?, ?, ?, ?) on"
                " conflict (key) do nothing",
                values,
            )
        return f"L-{message.key}"

    def find(self, key: str) -> list[Held]:
        return self._rows("key", key)

    def read(self, id: str) -> Held:
        found = self._rows("id", id)
        if not found:
            raise DeliveryFailed(f"the local queue holds no {id}", doubt=False)
        return found[0]

    def close(self, id: str) -> None:
        with self._open() as connection:
            connection.execute("update local_queue set status = 'closed' where id = ?", (id,))

    def comment(self, id: str, text: str, key: str) -> None:
        with self._open() as connection:
            connection.execute(
                "update local_queue set text = text || ? where id = ? and instr(text, ?) = 0",
                (f"\n\n{text} [cx:{key}]", id, f"[cx:{key}]"),
            )

    def noted(self, id: str, key: str) -> bool | None:
        return any(f"[cx:{key}]" in held.text for held in self._rows("id", id))

    def alerts(self, id: str) -> list[Alert] | None:
        return None

    def forget(self, keys: Iterable[str]) -> None:
        """Takes the words out of closed rows; an open one is still somebody's work."""
        with self._open() as connection:
            for key in keys:
                connection.execute(
                    "update local_queue set subject = 'forgotten', text = '' where key = ? and status = 'closed'",
                    (key,),
                )

    def open_rows(self) -> list[Held]:
        """What waits for a person, oldest first."""
        return self._rows("status", "open")

    def _rows(self, column: str, value: str) -> list[Held]:
        with self._open() as connection:
            rows = connection.execute(
                f"select id, key, subject, text, queue, status, decision, decided_by from local_queue where {column} ="  # noqa: S608
                " ? order by at",
                (value,),
            ).fetchall()
        return [Held(*row) for row in rows]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=30)

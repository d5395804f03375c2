"""Cases that wait for a person or a customer: outside of the engine's queue, each with the line that is shown meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.storage.database import Connection

_TABLE = "CREATE TABLE IF NOT EXISTS waiting_cases (run TEXT PRIMARY KEY, until TEXT NOT NULL, line TEXT NOT NULL)"


@dataclass(frozen=True)
class Waiting:
    """`handoff` names the approval that a person owes; empty: the customer owes an answer."""

    run: str
    until: datetime
    line: dict[str, Any]

    @property
    def handoff(self) -> str:
        return str(self.line.get("handoff", ""))


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(_TABLE)


def keep(connection: Connection, run: str, until: str, line: dict[str, Any]) -> None:
    """A case waits from here on; the latest line counts."""
    connection.execute(
        "INSERT INTO waiting_cases (run, until, line) VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE SET until = excluded.until, line = excluded.line",
        (run, until, json.dumps(line)),
    )


def drop(connection: Connection, run: str) -> None:
    """It goes on, or has ended."""
    connection.execute("DELETE FROM waiting_cases WHERE run = ?", (run,))


def waiting_case(connection: Connection, run: str) -> Waiting | None:
    found = connection.execute("SELECT run, until, line FROM waiting_cases WHERE run = ?", (run,)).fetchone()
    return _of(found) if found else None


def waiting_cases(connection: Connection) -> list[Waiting]:
    """All of them, the one that ends soonest first."""
    return [
        _of(row) for row in connection.execute("SELECT run, until, line FROM waiting_cases ORDER BY until").fetchall()
    ]


def _of(row: Any) -> Waiting:
    return Waiting(row[0], datetime.fromisoformat(row[1]), json.loads(row[2]))

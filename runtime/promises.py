"""What customers were promised and nobody has kept yet: a person's answer after a handoff, or what a goal says will follow.

A handoff's promise is kept once its person gave the conversation back. A goal's (`promise: {says: …, within_days: …}`) is kept when
somebody says so (`pilot kept`). Both stand in the next handoff of the customer, and in the console, overdue ones first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.storage.database import Connection

_TABLE = """CREATE TABLE IF NOT EXISTS promises (
  id TEXT PRIMARY KEY, run TEXT NOT NULL, customer TEXT NOT NULL, says TEXT NOT NULL, made TEXT NOT NULL, due TEXT NOT NULL, kept TEXT NOT NULL DEFAULT '')"""
_OPEN = """SELECT id, run, customer, says, made, due FROM promises WHERE kept = ''
  AND id NOT IN (SELECT handoff_id FROM with_person WHERE closed_at IS NOT NULL)"""


@dataclass(frozen=True)
class Promise:
    """An open one."""

    id: str
    run: str
    customer: str
    says: str
    made: datetime
    due: datetime

    def is_overdue(self, now: datetime) -> bool:
        return now > self.due


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(_TABLE)


def make(connection: Connection, id: str, *, run: str, customer: str, says: str, made: datetime, due: datetime) -> None:
    """The first of one id stands: a step that is repeated promises once."""
    if not customer or not says:
        return
    values = (id, run, customer, says, made.astimezone(UTC).isoformat(), due.astimezone(UTC).isoformat())
    connection.execute(
        "INSERT INTO promises (id, run, customer, says, made, due) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        values,
    )


def keep(connection: Connection, id: str, *, now: datetime) -> bool:
    """Marks one as kept; False when there is no open one of this id."""
    found = connection.execute(
        "UPDATE promises SET kept = ? WHERE id = ? AND kept = ''", (now.astimezone(UTC).isoformat(), id)
    )
    return bool(found.rowcount)


def open_promises(connection: Connection, customer: str | None = None) -> list[Promise]:
    """Those that are due first come first."""
    about, values = (" AND customer = ?", (customer,)) if customer is not None else ("", ())
    rows = connection.execute(f"{_OPEN}{about} ORDER BY due", values).fetchall()
    return [
        Promise(id, run, whose, says, datetime.fromisoformat(made), datetime.fromisoformat(due))
        for id, run, whose, says, made, due in rows
    ]


def forget(connection: Connection, customer: str) -> int:
    """Erases a customer's promises, kept or not; gives how many."""
    return connection.execute("DELETE FROM promises WHERE customer = ?", (customer,)).rowcount


def expire(connection: Connection, *, now: datetime, days: int) -> int:
    """Erases what was made before the retention."""
    until = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    return connection.execute("DELETE FROM promises WHERE made < ?", (until,)).rowcount

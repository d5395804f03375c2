"""What is remembered of a customer over channels and cases: a short timeline, kept for the retention, erased on request.

Lines say what was asked and what came of it, never the customer's words. The decision log stays: it is the record of what
was done (append-only), and names a customer only by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.database import Connection

_TABLE = """CREATE TABLE IF NOT EXISTS timeline (
  run TEXT PRIMARY KEY, customer TEXT NOT NULL, at TEXT NOT NULL, channel TEXT NOT NULL, workflow TEXT NOT NULL, outcome TEXT NOT NULL, says TEXT NOT NULL)"""
MOST = 20


@dataclass(frozen=True)
class Moment:
    """One case of a customer."""

    run: str
    at: datetime
    channel: str
    workflow: str
    outcome: str
    says: str


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(_TABLE)
    connection.execute("CREATE INDEX IF NOT EXISTS timeline_of ON timeline (customer, at)")


def remember(connection: Connection, customer: str, moment: Moment) -> None:
    """Adds a case, or replaces what was known of it."""
    values = (
        moment.run,
        customer,
        moment.at.astimezone(UTC).isoformat(),
        moment.channel,
        moment.workflow,
        moment.outcome,
        moment.says,
    )
    connection.execute(
        "INSERT INTO timeline VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET customer = excluded.customer, at = excluded.at, "
        "channel = excluded.channel, workflow = excluded.workflow, outcome = excluded.outcome, says = excluded.says",
        values,
    )


def timeline(connection: Connection, customer: str, *, before: str = "") -> list[Moment]:
    """The latest 20 cases of a customer, oldest first.

    Args:
        before: a run that is left out: the one under way.
    """
    rows = connection.execute(
        "SELECT run, at, channel, workflow, outcome, says FROM timeline WHERE customer = ? AND run <> ? ORDER BY at DESC LIMIT ?",
        (customer, before, MOST),
    ).fetchall()
    return [Moment(run, datetime.fromisoformat(at), *rest) for run, at, *rest in reversed(rows)]


def contacts(connection: Connection, customer: str, *, now: datetime, days: int = 14) -> int:
    """How often a customer came in the last days, without the case under way."""
    since = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    found = connection.execute(
        "SELECT COUNT(*) FROM timeline WHERE customer = ? AND at >= ?", (customer, since)
    ).fetchone()
    return int(found[0])


def runs_of(connection: Connection, customer: str) -> list[str]:
    """Names of a customer's cases."""
    found = connection.execute("SELECT run FROM timeline WHERE customer = ?", (customer,)).fetchall()
    return [str(row[0]) for row in found]


def forget(connection: Connection, customer: str) -> int:
    """Erases a customer's timeline; gives how many cases that were."""
    return connection.execute("DELETE FROM timeline WHERE customer = ?", (customer,)).rowcount


def expire(connection: Connection, *, now: datetime, days: int) -> int:
    """Erases what is older than the retention."""
    until = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    return connection.execute("DELETE FROM timeline WHERE at < ?", (until,)).rowcount

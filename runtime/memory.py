"""What is remembered of a customer over channels and cases: a short timeline and what systems said last, erased on request.

Lines say what was asked and what came of it, never the customer's words. The decision log stays: it is the record of what
was done (append-only), and names a customer only by number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.decision_log import Entry
from runtime.storage.database import Connection

_TABLE = """CREATE TABLE IF NOT EXISTS timeline (
  run TEXT PRIMARY KEY, customer TEXT NOT NULL, at TEXT NOT NULL, channel TEXT NOT NULL, workflow TEXT NOT NULL, outcome TEXT NOT NULL, says TEXT NOT NULL)"""
_FACTS = """CREATE TABLE IF NOT EXISTS customer_facts (
  customer TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (customer, source, name))"""
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


@dataclass(frozen=True)
class Fact:
    """What a system said of a customer, and when; as the log keeps it, so without names and addresses."""

    name: str
    value: str
    source: str
    at: datetime


def prepare(connection: Connection) -> None:
    """Creates the tables; harmless when they are there."""
    connection.execute(_FACTS)
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


def read_in(rows: Iterable[Entry]) -> list[Fact]:
    """What systems said in a case, from its rows of the decision log."""
    return [
        Fact(str(name), str(value), row.operation, datetime.fromisoformat(row.at))
        for row in rows
        if row.effect == "read"
        for name, value in (row.detail.get("facts") or {}).items()
    ]


def learn(connection: Connection, customer: str, found: Iterable[Fact]) -> None:
    """Keeps the newest value of each name and source."""
    for fact in found:
        connection.execute(
            "INSERT INTO customer_facts VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer, source, name) DO UPDATE SET value = excluded.value, at = excluded.at",
            (customer, fact.name, fact.value, fact.source, fact.at.astimezone(UTC).isoformat()),
        )


def facts(connection: Connection, customer: str) -> list[Fact]:
    """By source and name."""
    rows = connection.execute(
        "SELECT name, value, source, at FROM customer_facts WHERE customer = ? ORDER BY source, name", (customer,)
    ).fetchall()
    return [Fact(name, value, source, datetime.fromisoformat(at)) for name, value, source, at in rows]


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
    """Erases a customer's timeline and facts; gives how many cases that were."""
    connection.execute("DELETE FROM customer_facts WHERE customer = ?", (customer,))
    return connection.execute("DELETE FROM timeline WHERE customer = ?", (customer,)).rowcount


def expire(connection: Connection, *, now: datetime, days: int) -> int:
    """Erases what is older than the retention."""
    until = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    connection.execute("DELETE FROM customer_facts WHERE at < ?", (until,))
    return connection.execute("DELETE FROM timeline WHERE at < ?", (until,)).rowcount

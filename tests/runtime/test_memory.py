"""What is remembered of a customer, for how long, and that it can be erased."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from runtime import memory
from runtime.memory import Moment

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def connection() -> sqlite3.Connection:
    found = sqlite3.connect(":memory:", isolation_level=None)
    memory.prepare(found)
    for days, run in ((40, "r-1"), (10, "r-2"), (1, "r-3")):
        memory.remember(
            found, "A-1", Moment(run, NOW - timedelta(days=days), "chat", "billing-dispute", "resolved", "done")
        )
    memory.remember(found, "A-2", Moment("r-4", NOW, "email", "", "asked", "unclear"))
    return found


def test_a_timeline_runs_over_channels_oldest_first_without_the_case_under_way(connection: sqlite3.Connection) -> None:
    assert [m.run for m in memory.timeline(connection, "A-1")] == ["r-1", "r-2", "r-3"]
    assert [m.run for m in memory.timeline(connection, "A-1", before="r-3")] == ["r-1", "r-2"]


def test_contacts_of_the_last_fourteen_days_are_counted(connection: sqlite3.Connection) -> None:
    assert memory.contacts(connection, "A-1", now=NOW) == 2
    assert memory.contacts(connection, "nobody", now=NOW) == 0


def test_a_case_is_remembered_once(connection: sqlite3.Connection) -> None:
    memory.remember(connection, "A-2", Moment("r-4", NOW, "email", "", "handed_off", "unclear"))
    assert [m.outcome for m in memory.timeline(connection, "A-2")] == ["handed_off"]


def test_forgetting_takes_one_customer_only(connection: sqlite3.Connection) -> None:
    assert memory.forget(connection, "A-1") == 3
    assert memory.timeline(connection, "A-1") == [] and len(memory.timeline(connection, "A-2")) == 1


def test_what_is_older_than_the_retention_goes(connection: sqlite3.Connection) -> None:
    assert memory.expire(connection, now=NOW, days=30) == 1
    assert [m.run for m in memory.timeline(connection, "A-1")] == ["r-2", "r-3"]

"""What is remembered of a customer, for how long, and that it can be erased."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from runtime import memory, promises
from runtime.escalation import conversation
from runtime.memory import Fact, Moment

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


def test_what_systems_said_is_kept_with_source_and_time_the_newest_of_each(connection: sqlite3.Connection) -> None:
    early, late = NOW - timedelta(days=2), NOW
    memory.learn(connection, "A-1", [Fact("plan", "mobile-m", "crm.getContract", early)])
    memory.learn(
        connection, "A-1", [Fact("plan", "mobile-l", "crm.getContract", late), Fact("plan", "x", "billing.get", early)]
    )
    assert [(f.source, f.value, f.at) for f in memory.facts(connection, "A-1")] == [
        ("billing.get", "x", early),
        ("crm.getContract", "mobile-l", late),
    ]
    assert memory.facts(connection, "A-2") == []
    memory.expire(connection, now=NOW, days=1)
    assert [f.source for f in memory.facts(connection, "A-1")] == ["crm.getContract"]
    memory.forget(connection, "A-1")
    assert memory.facts(connection, "A-1") == []


def test_a_promise_is_open_until_it_is_kept_or_its_person_gave_the_conversation_back(
    connection: sqlite3.Connection,
) -> None:
    promises.prepare(connection)
    conversation.prepare(connection)
    for id, days in (("h_1", 1), ("c-2", 30)):
        due = NOW + timedelta(days=days)
        promises.make(connection, id, run="c", customer="A-1", says="a person looks into it", made=NOW, due=due)
        promises.make(connection, id, run="c", customer="A-1", says="said again", made=NOW, due=due)
    conversation.give_to_person(connection, "h_1", customer="A-1", channel="chat", case="c", now=NOW)
    waits = promises.open_promises(connection, "A-1")
    assert [p.id for p in waits] == ["h_1", "c-2"] and {p.says for p in waits} == {"a person looks into it"}
    assert [p.is_overdue(NOW + timedelta(days=2)) for p in waits] == [True, False]
    conversation.give_back(connection, case="c", why="decided", now=NOW)
    assert [p.id for p in promises.open_promises(connection)] == ["c-2"]
    assert promises.keep(connection, "c-2", now=NOW) and not promises.keep(connection, "c-2", now=NOW)
    assert promises.open_promises(connection) == [] and promises.forget(connection, "A-1") == 2

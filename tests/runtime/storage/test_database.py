"""The pilot's state on SQLite and PostgreSQL by the same statements; what a break of the connection leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runtime import decision_log
from runtime.decision_log import Entry
from runtime.engine.executor import hold
from runtime.errors import BadInput, Unreachable
from runtime.piloting.pilot_state import open_log
from runtime.storage import database, tables
from runtime.storage.database import Connection, Place, StateLost
from tests.harness.postgres import Server
from tests.runtime.databases import a_new_database


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "sqlite":
        return tmp_path / "pilot.sqlite"
    return a_new_database(request.getfixturevalue("server"), monkeypatch)


@pytest.fixture
def connection(place: Place) -> Iterator[Connection]:
    with closing(decision_log.connect(place)) as opened:
        tables.prepare(opened)
        yield opened


def test_every_table_is_made_once_whoever_comes_first(place: Place) -> None:
    def open_all() -> None:
        with closing(decision_log.connect(place)) as opened:
            tables.prepare(opened)

    threads = [threading.Thread(target=open_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(database.connect(place)) as opened:
        assert {"decision_log", "effects", "handoffs", "timeline", "waiting_cases"} <= database.tables(opened)
        assert "until" in database.columns(opened, "waiting_cases")
        assert not database.columns(opened, "absent")


def test_rows_of_one_run_are_chained_however_many_write(place: Place, connection: Connection) -> None:
    def write(number: int) -> None:
        with closing(decision_log.connect(place)) as own:
            for n in range(5):
                decision_log.append(own, Entry(run="case-1", step=f"{number}.{n}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.seq for row in decision_log.rows(connection, "case-1")] == list(range(1, 21))
    assert decision_log.verify(connection) == []


def test_the_log_refuses_changes_and_a_transaction_that_fails_leaves_nothing(connection: Connection) -> None:
    decision_log.append(connection, Entry(run="case-1", step="one"))
    for statement in ("UPDATE decision_log SET step = 'two'", "DELETE FROM decision_log"):
        with pytest.raises(Exception, match="append-only"):
            connection.execute(statement)
    database.begin(connection, "case-1")
    decision_log.append(connection, Entry(run="case-1", step="two"))
    connection.rollback()
    assert [row.step for row in decision_log.rows(connection)] == ["one"]


def test_any_text_can_be_kept(connection: Connection) -> None:
    said = 'a "quoted" 100 % ? \x00 \u202e \u05e9\u05dc\U0001f600'
    decision_log.append(connection, Entry(run="case-1", step="one", detail={"says": said}))
    [row] = decision_log.rows(connection, "case-1")
    assert row.detail["says"] == said
    connection.execute(
        "INSERT INTO ticket_notes (key, handoff_id, kind, text, next_at) VALUES (?, ?, ?, ?, ?)",
        ("k", "h", "message", said, ""),
    )
    [(kept,)] = connection.execute("SELECT text FROM ticket_notes").fetchall()
    assert kept.replace("�", "\x00") == said


def test_one_thing_is_held_by_one_at_a_time(place: Place) -> None:
    order: list[str] = []

    def second() -> None:
        with closing(database.connect(place)) as own, database.alone(own, "effect"):
            order.append("second")

    with closing(database.connect(place)) as own, database.alone(own, "effect"), database.alone(own, "another"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_session_that_was_ended_is_opened_again_between_transactions_and_lost_within_one(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = a_new_database(server, monkeypatch)
    with closing(decision_log.connect(address)) as opened:
        _end_sessions(server)
        decision_log.append(opened, Entry(run="case-1", step="one"))  # begins anew
        database.begin(opened, "case-1")
        _end_sessions(server)
        with pytest.raises(StateLost):
            decision_log.append(opened, Entry(run="case-1", step="two"))
        opened.rollback()
        assert [row.step for row in decision_log.rows(opened)] == ["one"]


def test_a_name_is_lost_with_its_session_and_free_for_the_next(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_new_database(server, monkeypatch)
    with closing(open_log(tmp_path)) as log:
        first, second = hold(tmp_path, "one"), hold(tmp_path)
        first.says_version(log, "3-a")
        second.says_version(log, "3-b")
        assert first.is_held() and first.living(log) == {"one": "3-a", second.name: "3-b"}
        second.release()
        assert first.living(log) == {"one": "3-a"}
        _end_sessions(server)
        assert not first.is_held()
        again = hold(tmp_path, "one")
        assert again.is_held() and not first.is_held()
        for held in (first, again):
            held.release()


def test_what_cannot_be_reached_is_told_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_DATABASE", "postgresql://cxready:s3cret@127.0.0.1:1/none")
    with pytest.raises(Unreachable, match="cannot be reached") as told:
        open_log(tmp_path)
    assert "s3cret" not in str(told.value)


def test_a_log_of_a_newer_version_is_refused(place: Place) -> None:
    with closing(decision_log.connect(place)) as opened:
        opened.execute("UPDATE decision_log_schema SET version = 99")
    with pytest.raises(BadInput, match="schema 99"):
        decision_log.connect(place)


def _end_sessions(server: Server) -> None:
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cxready'")

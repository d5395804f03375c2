"""The log cannot be changed, and a change past it shows."""

import sqlite3
import threading
from datetime import UTC, datetime

import pytest

from runtime.decision_log import Anchor, Entry, anchor, append, connect, rows, verify
from runtime.log import sealed


@pytest.fixture
def log(tmp_path):
    connection = connect(tmp_path / "pilot.sqlite")
    for n in range(3):
        append(connection, Entry("r1", "decide", "billing.createCredit", {"amount": f"{n}.00"}, "act", "none"))
    append(connection, Entry("r2", "understand"))
    return connection


def unlocked(connection):
    for name in ("decision_log_no_update", "decision_log_no_delete"):
        connection.execute(f"DROP TRIGGER {name}")


def test_rows_come_back_in_order_with_the_shape_of_the_command(log):
    assert [r.seq for r in rows(log, "r1")] == [1, 2, 3] and len(rows(log)) == 4
    assert set(rows(log, "r1")[0].line()) == {
        "seq",
        "at",
        "step",
        "operation",
        "arguments",
        "decision",
        "effect",
        "hash",
    }
    assert verify(log) == []


def test_update_and_delete_are_refused(log):
    for statement in (
        "UPDATE decision_log SET decision = 'refuse'",
        "DELETE FROM decision_log",
        "DELETE FROM decision_anchors",
    ):
        anchor(log)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            log.execute(statement)


@pytest.mark.parametrize("column", ["arguments", "decision", "at", "operation", "effect", "detail"])
def test_a_changed_row_is_named(log, column):
    unlocked(log)
    log.execute(f"UPDATE decision_log SET {column} = '\"x\"' WHERE run = 'r1' AND seq = 2")
    assert any("r1: row 2" in p for p in verify(log, "r1")) and verify(log, "r2") == []


def test_a_missing_row_and_a_cut_end_are_named(log):
    heads = anchor(log)
    unlocked(log)
    log.execute("DELETE FROM decision_log WHERE run = 'r1' AND seq = 2")
    assert any("row 2 is missing" in p for p in verify(log))
    log.execute("DELETE FROM decision_log WHERE run = 'r1'")
    assert any("cut off" in p for p in verify(log, "r1"))
    assert Anchor in {type(h) for h in heads} and {h.run for h in heads} == {"r1", "r2"}


def test_an_end_cut_without_any_anchor_shows_by_the_counter(log):
    unlocked(log)
    log.execute("DELETE FROM decision_log WHERE run = 'r2'")
    assert verify(log) == ["the log: 1 rows at its end are gone"]


def test_a_rewritten_chain_shows_against_an_anchor_kept_elsewhere(log, tmp_path):
    kept = anchor(log)
    other = connect(tmp_path / "forged.sqlite")
    for n in range(3):
        append(other, Entry("r1", "decide", "billing.createCredit", {"amount": f"9{n}.00"}, "act"))
    assert verify(other, "r1") == [] and any("not the one" in p for p in verify(other, "r1", anchors=kept))


def test_inside_a_transaction_it_commits_or_falls_with_it(log):
    log.execute("BEGIN IMMEDIATE")
    append(log, Entry("r1", "act"))
    log.rollback()
    assert len(rows(log, "r1")) == 3
    log.execute("BEGIN IMMEDIATE")
    append(log, Entry("r1", "act"))
    log.commit()
    assert len(rows(log, "r1")) == 4 and verify(log) == []


def test_two_writers_make_one_chain(tmp_path):
    path = tmp_path / "pilot.sqlite"
    connect(path)

    def write():
        connection = connect(path)
        for _ in range(25):
            append(connection, Entry("r1", "act"))

    threads = [threading.Thread(target=write, daemon=True) for _ in range(4)]
    [t.start() for t in threads]
    [t.join(timeout=60) for t in threads]
    found = connect(path)
    assert len(rows(found, "r1")) == 100 and verify(found) == []


def test_personal_data_never_reaches_a_row(log):
    append(
        log,
        Entry(
            "r1",
            "reply",
            arguments={"email": "ann@example.org", "account_id": "A-1"},
            detail={"text": "mail ann@example.org"},
        ),
    )
    last = rows(log, "r1")[-1]
    assert "ann@" not in str(last) and last.arguments["account_id"] == "A-1" and verify(log) == []


def test_what_a_customer_said_opens_with_the_key_of_the_case_only(log):
    sealed.begin(log, "r9", "A-1")
    added = append(
        log, Entry("r9", "read", "crm.getAccount", {"account": "A-1"}, detail={"rule": "x", "facts": "blue"})
    )
    assert added.arguments == {"account": "A-1"} == rows(log, "r9")[0].arguments
    kept = rows(log, "r9", as_kept=True)[0]
    assert set(kept.arguments) == {"sealed"} and kept.detail["rule"] == "x" and "blue" not in str(kept)
    unlocked(log)
    log.execute("UPDATE decision_log SET arguments = '{\"sealed\": \"AAAA\"}' WHERE run = 'r9'")
    assert rows(log, "r9")[0].arguments == {"unreadable": True} and verify(log, "r9")


def test_keys_end_with_the_retention(log):
    sealed.begin(log, "old", "A-1")
    sealed.begin(log, "new", "A-1")
    append(log, Entry("old", "read", arguments={"a": "b"}, at="2026-01-01T00:00:00+00:00"))
    append(log, Entry("new", "read", arguments={"a": "b"}, at="2026-11-01T00:00:00+00:00"))
    assert sealed.expire(log, now=datetime(2026, 11, 23, tzinfo=UTC), days=180) == 1
    assert [r.arguments for r in rows(log) if r.run in ("old", "new")] == [{"forgotten": True}, {"a": "b"}]
    assert verify(log) == []

"""The write ledger knows which request is which write, what was never sent, and holds no credential."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from runtime import redaction
from runtime.errors import Refused
from runtime.systems.write_ledger import WriteLedger


def _intended(ledger: WriteLedger, **more: bool) -> int:
    return ledger.intend(
        "billing", "createCredit", {"reference": "cxready-r1-1"}, undo="reverseCredit", run="r1", **more
    )


def test_the_first_request_of_a_write_is_its_number_in_the_log() -> None:
    ledger = WriteLedger()
    entry = _intended(ledger)
    assert ledger.entries()[0].never_sent
    with ledger.under_way(entry):
        ledger.sending(17)
        ledger.sending(18)  # the same write once more, after a token was renewed
    ledger.sending(19)
    assert ledger.entries()[0].exchange == 17 and not ledger.entries()[0].never_sent


def test_a_write_of_another_thread_is_not_taken_for_this_one() -> None:
    ledger = WriteLedger()
    entry = _intended(ledger)
    with ledger.under_way(entry):
        other = threading.Thread(target=ledger.sending, args=(5,))
        other.start()
        other.join(timeout=10)
        assert ledger.entries()[0].never_sent


def test_an_untracked_intent_may_have_been_sent() -> None:
    ledger = WriteLedger()
    _intended(ledger, tracked=False)
    assert not ledger.entries()[0].never_sent


def test_what_is_put_off_stays_open_and_says_why() -> None:
    ledger = WriteLedger()
    entry = _intended(ledger)
    ledger.created(entry, {"id": "CR-1"})
    ledger.postponed(entry, "the window is shut")
    assert ledger.open()[0].state == "created" and ledger.open()[0].why == "the window is shut"


def test_no_credential_is_kept_by_field_or_by_value() -> None:
    ledger = WriteLedger()
    redaction.learn("s3cr3t-of-the-caller")
    entry = ledger.intend(
        "crm", "createNote", {"text": "hello", "password": "p-1"}, undo=None, undo_arguments={"apiKey": "k-1"}
    )
    ledger.created(
        entry, {"id": "N-1", "said": ["you are s3cr3t-of-the-caller"], "token": "t-1", "email": "a@b.example"}
    )
    [kept] = ledger.entries()
    assert kept.arguments == {"text": "hello"} and kept.undo_arguments == {}
    assert kept.record == {"id": "N-1", "said": ["you are ‹secret›"], "email": "a@b.example"}


def test_a_request_whose_number_cannot_be_written_is_not_sent(tmp_path: Path) -> None:
    ledger = WriteLedger(tmp_path / "w.sqlite")
    entry = _intended(ledger)
    ledger._connection.execute("PRAGMA query_only = ON")
    with ledger.under_way(entry), pytest.raises(Refused, match="nothing was sent"):
        ledger.sending(3)


def test_a_ledger_of_the_first_schema_is_read_and_its_file_kept(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite"
    with closing(sqlite3.connect(path)) as old, old:
        old.execute(
            "CREATE TABLE writes (id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at TEXT NOT NULL, system TEXT NOT NULL, "
            "operation TEXT NOT NULL, arguments TEXT NOT NULL, undo TEXT, undo_arguments TEXT NOT NULL, state TEXT NOT NULL, "
            "record TEXT NOT NULL DEFAULT '{}', why TEXT NOT NULL DEFAULT '', changed TEXT)"
        )
        old.execute(
            "INSERT INTO writes (run, at, system, operation, arguments, undo, undo_arguments, state) VALUES "
            "('r0', '2026-11-20T09:00:00+00:00', 'billing', 'createCredit', '{}', NULL, '{}', 'intended')"
        )
        old.execute("PRAGMA user_version = 1")
    for _ in range(2):
        ledger = WriteLedger(path)
        [entry] = ledger.open()
        assert entry.exchange is None and not entry.never_sent
        ledger.close()
    with closing(sqlite3.connect(tmp_path / "w.sqlite.schema-1")) as kept:
        assert kept.execute("SELECT run FROM writes").fetchall() == [("r0",)]

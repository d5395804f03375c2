"""Writes that happen once, decided by what the gate measured: key, read-back, or neither. Real SQLite, a counted system."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime import exactly_once
from runtime.exactly_once import Sent, key_of, open_intents, write_once
from runtime.gate import RepeatSafe

KEY, READ_BACK, NO = RepeatSafe(by="key"), RepeatSafe(by="read_back", settle_s=0.2), RepeatSafe(by="no")


class System:
    """Counts what was written; may lose its answer."""

    def __init__(self, *, answers: bool = True, honours_keys: bool = False) -> None:
        self.records: list[str] = []
        self.answers, self.honours_keys = answers, honours_keys

    def send(self, settled: bool) -> Sent:
        if not (self.honours_keys and self.records):
            self.records.append("CR-1")
        return Sent("done", {"id": "CR-1"}) if self.answers else Sent("unknown", reason="no answer")

    def find(self) -> Any:
        return {"id": self.records[0]} if self.records else None


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], sqlite3.Connection]:
    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(tmp_path / "effects.sqlite", isolation_level=None, timeout=10)
        exactly_once.prepare(connection)
        return connection

    return opened


def once(
    connection: sqlite3.Connection, system: System, repeat: RepeatSafe, run: str = "a", sleep: Any = lambda _: None
) -> exactly_once.Effect:
    return write_once(
        connection, "k", "billing.createCredit", run=run, repeat=repeat, send=system.send, find=system.find, sleep=sleep
    )


def test_a_second_case_about_the_same_effect_finds_the_first_ones_answer(
    connect: Callable[[], sqlite3.Connection],
) -> None:
    system = System()
    assert once(connect(), system, NO).sent.state == "done"
    again = once(connect(), system, NO, run="b")
    assert (again.repeated, again.run, again.sent.answer) == (True, "a", {"id": "CR-1"})
    assert len(system.records) == 1


def test_a_lost_answer_is_read_back(connect: Callable[[], sqlite3.Connection]) -> None:
    system = System(answers=False)
    assert once(connect(), system, READ_BACK).sent.answer == {"id": "CR-1"}
    assert len(system.records) == 1


def test_a_lost_answer_without_key_or_read_back_stays_unknown_for_good(
    connect: Callable[[], sqlite3.Connection],
) -> None:
    system = System(answers=False)
    assert [once(connect(), system, NO).sent.state for _ in range(3)] == ["unknown"] * 3
    assert len(system.records) == 1
    assert open_intents(connect()) == [("a", "billing.createCredit")]


def test_a_key_that_the_system_honours_is_sent_again(connect: Callable[[], sqlite3.Connection]) -> None:
    system = System(answers=False, honours_keys=True)
    once(connect(), system, KEY)
    system.answers = True
    assert once(connect(), system, KEY).sent.state == "done"
    assert len(system.records) == 1


def test_settling_waits_as_long_as_the_gate_says_and_starts_anew_with_each_try(
    connect: Callable[[], sqlite3.Connection],
) -> None:
    waited: list[float] = []
    connection = connect()
    connection.execute(
        "INSERT INTO effects (key, run, operation, state, at) VALUES ('k', 'a', 'billing.createCredit', 'intent', ?)",
        (time.time(),),
    )
    once(connection, System(answers=False), RepeatSafe(by="read_back", settle_s=5), sleep=waited.append)
    assert 4.5 < waited[0] <= 5
    begun = connection.execute("SELECT at FROM effects").fetchone()[0]
    once(connection, System(), RepeatSafe(by="read_back", settle_s=5), sleep=waited.append)
    assert waited[-1] > 4.5 and begun > time.time() - 5


def test_a_read_back_that_fails_is_no_proof_that_nothing_was_written(connect: Callable[[], sqlite3.Connection]) -> None:
    system = System(answers=False)

    def find() -> Any:
        raise LookupError

    effect = write_once(
        connect(), "k", "o", run="a", repeat=READ_BACK, send=system.send, find=find, sleep=lambda _: None
    )
    assert effect.sent.state == "unknown" and len(system.records) == 1


def test_what_was_held_may_be_tried_again(connect: Callable[[], sqlite3.Connection]) -> None:
    held = write_once(
        connect(), "k", "o", run="a", repeat=NO, send=lambda _: Sent("held", decision="approve"), find=None
    )
    assert held.sent.state == "held"
    assert once(connect(), System(), NO).sent.state == "done"


def test_twenty_threads_with_one_effect_write_once(connect: Callable[[], sqlite3.Connection]) -> None:
    system, effects = System(honours_keys=True), list[exactly_once.Effect]()
    threads = [
        threading.Thread(target=lambda n=n: effects.append(once(connect(), system, KEY, run=str(n)))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(effects) == 20 and {e.sent.state for e in effects} == {"done"}
    assert len(system.records) == 1


def test_the_key_is_what_is_done_and_not_when_or_for_how_much() -> None:
    same = {"account_id": "A-1", "charge_id": "C-1"}
    assert key_of("w", "o", same) == key_of("w", "o", dict(reversed(same.items())))
    assert (
        len(
            {
                key_of("w", "o", same),
                key_of("w", "p", same),
                key_of("x", "o", same),
                key_of("w", "o", {**same, "charge_id": "C-2"}),
            }
        )
        == 4
    )

"""Handoffs on their way to a real server that fails: none is lost, none is there twice, and the deputy has it in time.

The clock of the retries is simulated; requests, processes and kills are real. The server has no idempotency of any kind.
CXREADY_SOAK_COUNT faults (24 in the suite), of every kind in turn, from CXREADY_SOAK_SEED.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.escalation import outbox
from runtime.escalation.destinations.generic_rest import RestDestination
from runtime.escalation.destinations.local_queue import LocalQueue
from tests.harness.fault_proxy import FaultProxy
from tests.harness.faults import (
    Challenge,
    DropAfter,
    DropBefore,
    Duplicate,
    Fault,
    FaultPlan,
    HalfBody,
    Latency,
    LoginPage,
    OkWithError,
    Reset,
    Rule,
    Throttled,
    Unavailable,
)
from tests.harness.kill_rig import ROOT, run_and_kill
from tests.harness.ticket_desk import TicketDesk, system
from tests.runtime.escalation.outbox_child import DESK, main
from tests.runtime.escalation.test_outbox import database, put

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "7"))
SOAK = int(os.environ.get("CXREADY_SOAK_COUNT", "0"))
COUNT = SOAK or 24
READ_S = 0.25
SLOW = Latency(READ_S * 2.4)  # the client has given up when the server begins
FAULTS: dict[str, Fault] = {
    "down": DropBefore(),
    "refusing": Throttled(retry_after=3600, as_html=False),
    "unavailable": Unavailable(),
    "a bot wall": Challenge(),
    "a login page": LoginPage(),
    "answer lost": DropAfter(),
    "reset after the record was made": Reset(applied=True),
    "half an answer": HalfBody(),
    "200 with an error, nothing made": OkWithError(),
    "200 with an error, record made": OkWithError(applied=True),
    "slow: made after we gave up": SLOW,
    "repeated by a gateway": Duplicate(),
}
KILLS = (
    "runtime.escalation.outbox._lease:after",
    "runtime.escalation.destinations.generic_rest.RestDestination.create:before",
    "runtime.escalation.destinations.generic_rest.RestDestination.create:after",
    "runtime.escalation.destinations.generic_rest.RestDestination.read:after",
    "runtime.escalation.outbox._record:before",
    "runtime.escalation.outbox._record:after",
)
CHILD = str(Path(__file__).with_name("outbox_child.py"))


@dataclass
class Rig:
    """A desk behind a fault proxy, an outbox on disk, a clock that is moved on."""

    desk: TicketDesk
    proxy: FaultProxy
    folder: Path
    clock: datetime = NOW
    keys: list[str] = field(default_factory=list)

    def places(self) -> dict[str, RestDestination | LocalQueue]:
        desk = RestDestination("desk", DESK, system(self.proxy.url, self.folder, read_s=READ_S))
        return {"desk": desk, "duty": LocalQueue("duty", self.folder / "q.sqlite")}

    def open(self) -> sqlite3.Connection:
        return database(self.folder / "o.sqlite")

    def put(self, key: str) -> None:
        """Enqueued at the simulated present."""
        connection = self.open()
        put(connection, key)
        ahead = self.clock - NOW
        for name in ("created_at", "deputy_at", "next_at"):
            text = connection.execute(f"select {name} from handoffs where id = ?", (key,)).fetchone()[0]
            moved = (datetime.fromisoformat(text) + ahead).isoformat(timespec="milliseconds")
            connection.execute(f"update handoffs set {name} = ? where id = ?", (moved, key))
        connection.commit()
        connection.close()
        self.keys.append(key)

    def settle(self) -> None:
        """Time passes, with all requests passing, until nothing waits and nothing is in doubt."""
        self.proxy.plan = FaultPlan()
        self.clock += timedelta(seconds=outbox.LEASE_S + 1)
        places, connection = self.places(), self.open()
        for _ in range(20 * max(3, len(self.keys))):
            outbox.deliver(connection, places, now=lambda: self.clock, settle=1, look_again=True)
            left = [row.next_at for row in outbox.rows(connection) if row.state == "waiting" or row.doubt]
            if not left:
                break
            self.clock = max(self.clock + timedelta(seconds=1), min(left))
        connection.close()

    def copies(self, key: str) -> int:
        duty = [held for held in LocalQueue("duty", self.folder / "q.sqlite").find(key) if held.status == "open"]
        return self.desk.open(key) + len(duty)

    def wrong(self) -> dict[str, int]:
        """Keys that are not there exactly once."""
        return {key: n for key in self.keys if (n := self.copies(key)) != 1}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with TicketDesk() as desk, FaultProxy(desk.url, seed=SEED) as proxy:
        yield Rig(desk, proxy, tmp_path)


def test_whatever_fails_each_handoff_is_there_exactly_once(rig: Rig) -> None:
    draw = random.Random(SEED)
    names = [list(FAULTS)[n % len(FAULTS)] for n in range(COUNT)]
    happened: Counter[str] = Counter()
    for n, name in enumerate(names):
        times = draw.choice([1, 1, 2])
        method = draw.choice(["POST", "POST", "GET"]) if name not in ("repeated by a gateway",) else "POST"
        before = len(rig.proxy.log)
        rig.proxy.plan = FaultPlan([Rule(FAULTS[name], method=method, nth=range(1, 1 + times))])
        rig.put(f"h_{n:04d}")
        connection = rig.open()
        for _ in range(3):
            outbox.deliver(connection, rig.places(), now=lambda: rig.clock, settle=1, look_again=True)
            rig.clock += timedelta(seconds=draw.choice([1, 6, 40]))
        connection.close()
        happened[name] += sum(bool(exchange.faults) for exchange in rig.proxy.log[before:])
    time.sleep(SLOW.seconds)  # what a slow server still makes is there before the last look
    rig.settle()
    print(
        f"faults: {sum(happened.values())} in {COUNT} handoffs; " + ", ".join(f"{k} {v}" for k, v in happened.items())
    )
    print(f"tickets made {len(rig.desk.tickets)}, closed as late duplicates {len(rig.desk.tickets) - COUNT}")
    assert sum(happened.values()) >= COUNT * 0.9, "the faults did not happen"
    assert rig.wrong() == {}
    assert {row.state for row in outbox.rows(rig.open())} == {"delivered"}


def test_when_the_desk_stays_away_the_deputy_has_all_of_them_in_time(rig: Rig) -> None:
    draw = random.Random(SEED)
    count = SOAK or 6
    for n in range(count):
        rig.put(f"h_{n:04d}")
    rig.proxy.plan = FaultPlan([Rule(draw.choice([DropBefore(), Unavailable(), SLOW]))])
    connection = rig.open()
    while any(row.state == "waiting" for row in outbox.rows(connection)) and rig.clock < NOW + timedelta(hours=2):
        outbox.deliver(connection, rig.places(), now=lambda: rig.clock, settle=1)
        rig.clock += timedelta(seconds=10)
    rows = outbox.rows(connection)
    taken = [(row.delivered_at - row.created_at).total_seconds() for row in rows if row.delivered_at]
    print(f"deputy: {len(taken)} of {count}, slowest after {max(taken):.0f} s of {rows[0].handoff.route.budget_s} s")
    assert {row.delivered_to for row in rows} == {"duty"}
    assert max(taken) <= rows[0].handoff.route.budget_s
    time.sleep(SLOW.seconds)
    rig.settle()
    assert rig.wrong() == {}, "what the desk made late is closed once it is back"


@pytest.mark.parametrize("point", KILLS)
def test_a_process_killed_at_any_point_loses_and_doubles_nothing(rig: Rig, point: str) -> None:
    for n in range(2):
        rig.put(f"h_{n:04d}")
    arguments = [CHILD, str(rig.folder), rig.proxy.url, rig.clock.isoformat(), "killed"]
    run_and_kill(arguments, point=f"{point}:1", timeout=60)
    rig.settle()
    assert rig.wrong() == {}
    assert len(rig.desk.tickets) == 2, "found again, not made again"


def test_eight_processes_that_race_make_one_ticket_each(rig: Rig) -> None:
    count = SOAK or 8
    for n in range(count):
        rig.put(f"h_{n:04d}")
    go = rig.folder / "go"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    workers = [
        subprocess.Popen(
            [sys.executable, CHILD, str(rig.folder), rig.proxy.url, rig.clock.isoformat(), f"w{n}", str(go)],
            env=environment,
            stderr=subprocess.PIPE,
        )
        for n in range(8)
    ]
    time.sleep(2)
    go.touch()
    said = [worker.communicate(timeout=90)[1].decode() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 8, said
    assert {row.state for row in outbox.rows(rig.open())} == {"delivered"}
    assert len(rig.desk.tickets) == count and rig.wrong() == {}


def test_behind_a_destination_that_hangs_the_line_does_not_wait_for_each_one(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SILENT_S", READ_S / 2)
    for n in range(6):
        rig.put(f"h_{n:04d}")
    rig.proxy.plan = FaultPlan([Rule(Latency(READ_S * 3))])
    connection, begun = rig.open(), time.monotonic()
    touched = outbox.deliver(connection, rig.places(), now=lambda: rig.clock, settle=1)
    assert len(touched) == 6 and time.monotonic() - begun < READ_S * 3
    assert sum("not tried" in row.error for row in touched) == 5


def test_one_pass_in_this_process_delivers_too(rig: Rig) -> None:
    rig.put("h_0000")
    main(rig.folder, rig.proxy.url, rig.clock, "w")
    assert rig.copies("h_0000") == 1

"""Exactly one ticket: under random faults, racing workers, a killed process, and a destination that stays away."""

from __future__ import annotations

import random
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.escalation import outbox
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message
from runtime.escalation.destinations.local_queue import LocalQueue
from runtime.escalation.form import Ask, Customer, Handoff, Reason, RouteTaken
from runtime.escalation.routes import EscalationFile

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ESCALATION = EscalationFile.model_validate(
    {
        "destinations": {"desk": {"kind": "queue"}, "duty": {"kind": "queue"}},
        "routes": {"r": {"destination": "desk", "deputy": "duty"}},
    }
)


class Killed(BaseException):
    """The process is gone."""


class Shaky:
    """A ticket system without idempotency: each create makes a record; `faults` says what goes wrong with each
    request.
    """

    finds = reads = True
    repeats = comments = False

    def __init__(self, name: str, fault: object = None) -> None:
        self.name, self.records, self.lock = name, dict[str, Held](), threading.Lock()
        self.fault = fault if callable(fault) else lambda what: ""

    def create(self, message: Message) -> str:
        fault = self.fault("create")
        if fault in ("refused", "200 with an error"):
            raise DeliveryFailed(fault, doubt=fault != "refused")
        with self.lock:
            id = str(len(self.records) + 1)
            self.records[id] = Held(
                id, "" if fault == "key dropped" else message.key, message.subject, message.text, message.queue, "open"
            )
        if fault == "killed":
            raise Killed
        if fault in ("answer lost", "reset"):
            raise DeliveryFailed(fault, doubt=True)
        return "" if fault == "no id" else id

    def find(self, key: str) -> list[Held]:
        if self.fault("find"):
            raise DeliveryFailed("search is down", doubt=False)
        return [held for held in self.records.values() if held.key == key]

    def read(self, id: str) -> Held:
        if self.fault("read"):
            raise DeliveryFailed("read is down", doubt=False)
        return self.records[id]

    def close(self, id: str) -> None:
        self.records[id] = Held(**{**self.records[id].__dict__, "status": "closed"})

    def comment(self, id: str, text: str, key: str) -> None: ...

    def noted(self, id: str, key: str) -> bool | None:
        return None

    def alerts(self, id: str) -> list[Alert] | None:
        return None

    def open(self, key: str) -> int:
        return sum(held.key == key and held.status == "open" for held in self.records.values())


def handoff(key: str) -> Handoff:
    return Handoff(
        handoff_id=key,
        case="c",
        created=NOW,
        ask=Ask(question="Approve 1.00 EUR for A-1?"),
        why=Reason(rule="r", class_="limit", text="over"),
        customer=Customer(ref="1", display="Customer 1"),
        route=RouteTaken(id="r", budget_s=3_600),
    )


def database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    outbox.prepare(connection)
    return connection


def put(connection: sqlite3.Connection, key: str) -> None:
    with connection:
        outbox.enqueue(connection, handoff(key), ESCALATION, now=NOW)


def until_settled(connection: sqlite3.Connection, places: dict[str, Shaky], most: int = 40) -> datetime:
    """Lets time pass until nothing waits and no doubt is left that can be settled."""
    clock = NOW
    for _ in range(most):
        try:
            outbox.deliver(connection, places, now=lambda: clock, settle=1)  # noqa: B023
        except Killed:
            connection.rollback()
            clock += timedelta(seconds=outbox.LEASE_S)
        waiting = [row.next_at for row in outbox.rows(connection) if row.state == "waiting" or row.doubt]
        if not waiting:
            break
        clock = max(clock + timedelta(seconds=1), min(waiting))
    return clock


def test_the_row_belongs_to_the_callers_transaction(tmp_path: Path) -> None:
    connection = database(tmp_path / "o.sqlite")
    outbox.enqueue(connection, handoff("h_1111"), ESCALATION, now=NOW)
    connection.rollback()
    assert outbox.rows(connection) == []


def test_the_same_handoff_is_one_row_and_one_ticket(tmp_path: Path) -> None:
    connection, desk = database(tmp_path / "o.sqlite"), Shaky("desk")
    put(connection, "h_1111")
    put(connection, "h_1111")
    outbox.deliver(connection, {"desk": desk}, now=lambda: NOW)
    outbox.deliver(connection, {"desk": desk}, now=lambda: NOW)
    assert [row.state for row in outbox.rows(connection)] == ["delivered"] and len(desk.records) == 1


@pytest.mark.parametrize("seed", range(7))
def test_in_three_hundred_random_faults_none_is_lost_and_none_is_twice(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    left = [50]

    def fault(what: str) -> str:
        if left[0] <= 0 or draw.random() < 0.35:
            return ""
        left[0] -= 1
        return (
            draw.choice(["refused", "answer lost", "reset", "200 with an error", "killed", "no id"])
            if what == "create"
            else "down"
        )

    connection = database(tmp_path / "o.sqlite")
    places = {"desk": Shaky("desk", fault), "duty": Shaky("duty")}
    keys = [f"h_{n:04d}" for n in range(30)]
    for key in keys:
        put(connection, key)
    until_settled(connection, places, most=400)
    assert left[0] <= 10
    assert {row.state for row in outbox.rows(connection)} == {"delivered"}
    assert [sum(place.open(key) for place in places.values()) for key in keys] == [1] * 30


def test_eight_racing_workers_make_one_ticket_each(tmp_path: Path) -> None:
    path, desk = tmp_path / "o.sqlite", Shaky("desk")
    connection = database(path)
    keys = [f"h_{n:04d}" for n in range(10)]
    for key in keys:
        put(connection, key)

    def work(n: int) -> None:
        own = database(path)
        outbox.deliver(own, {"desk": desk}, now=lambda: NOW, worker=f"w{n}")
        own.close()

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [desk.open(key) for key in keys] == [1] * 10


def test_a_killed_worker_leaves_a_doubt_that_is_searched_before_creating(tmp_path: Path) -> None:
    connection, faults = database(tmp_path / "o.sqlite"), iter(["killed"])
    desk = Shaky("desk", lambda what: next(faults, "") if what == "create" else "")
    put(connection, "h_1111")
    with pytest.raises(Killed):
        outbox.deliver(connection, {"desk": desk}, now=lambda: NOW)
    connection.rollback()
    later = NOW + timedelta(seconds=outbox.LEASE_S + 1)
    outbox.deliver(connection, {"desk": desk}, now=lambda: later)
    assert [row.state for row in outbox.rows(connection)] == ["delivered"] and len(desk.records) == 1


def test_the_deputy_has_it_within_the_routes_time_and_a_late_duplicate_is_closed(tmp_path: Path) -> None:
    connection, away = database(tmp_path / "o.sqlite"), [True]
    desk = Shaky("desk", lambda what: ("answer lost" if what == "create" else "down") if away[0] else "")
    duty = Shaky("duty")
    put(connection, "h_1111")
    until_settled(connection, {"desk": desk, "duty": duty}, most=8)
    row = outbox.rows(connection)[0]
    assert (
        row.delivered_to == "duty"
        and row.delivered_at is not None
        and row.delivered_at - NOW <= timedelta(seconds=3_600)
    )
    away[0] = False
    outbox.deliver(connection, {"desk": desk, "duty": duty}, now=lambda: NOW + timedelta(days=1))
    assert (desk.open("h_1111"), duty.open("h_1111")) == (0, 1)
    assert outbox.rows(connection)[0].doubt == ()


def test_what_nobody_takes_is_a_dead_letter_that_can_be_sent_again(tmp_path: Path) -> None:
    connection, away = database(tmp_path / "o.sqlite"), [True]
    places = {name: Shaky(name, lambda what: "refused" if away[0] else "") for name in ("desk", "duty")}
    put(connection, "h_1111")
    until_settled(connection, places)
    assert [row.id for row in outbox.dead_letters(connection)] == ["h_1111"]
    away[0] = False
    assert outbox.retry(connection, "h_1111", now=NOW + timedelta(days=2))
    outbox.deliver(connection, places, now=lambda: NOW + timedelta(days=2))
    assert outbox.dead_letters(connection) == []


def test_a_dropped_key_is_named_and_not_sent_a_second_time(tmp_path: Path) -> None:
    connection, desk = (
        database(tmp_path / "o.sqlite"),
        Shaky("desk", lambda what: "key dropped" if what == "create" else ""),
    )
    put(connection, "h_1111")
    outbox.deliver(connection, {"desk": desk}, now=lambda: NOW)
    outbox.deliver(connection, {"desk": desk}, now=lambda: NOW + timedelta(days=1))
    assert outbox.rows(connection)[0].flaw == "the key was dropped" and len(desk.records) == 1


def test_a_route_without_destination_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no destination for the route"):
        outbox.enqueue(database(tmp_path / "o.sqlite"), handoff("h_1111"), EscalationFile(), now=NOW)


def test_the_local_queue_holds_one_row_a_key(tmp_path: Path) -> None:
    queue = LocalQueue("q", tmp_path / "q.sqlite")
    for _ in range(3):
        queue.create(Message("k-1", "s", "t"))
    assert len(queue.find("k-1")) == 1 and len(queue.open_rows()) == 1

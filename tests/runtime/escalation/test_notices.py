"""Notices: at once, before the deadline, then the deputy; each once, also in two processes; without a word of the customer's."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.escalation import notices
from runtime.escalation.destinations.destination import DeliveryFailed, Destination, Message
from runtime.escalation.destinations.local_queue import LocalQueue
from runtime.escalation.form import Ask, Customer, Handoff, Reason, RouteTaken
from runtime.escalation.notices import Post, tell
from runtime.escalation.routes import EscalationFile

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEADLINE = timedelta(hours=10)
ESCALATION = EscalationFile.model_validate(
    {
        "destinations": {name: {"kind": "queue"} for name in ("desk", "team-chat", "duty")},
        "routes": {"r": {"destination": "desk", "deputy": "duty", "notify": ["team-chat"]}},
    }
)
WAITING = Handoff(
    handoff_id="h_test_1",
    case="case-7",
    workflow="billing-dispute",
    created=NOW,
    ask=Ask(question="Approve 74.50 EUR for A-10877?", decide_by=NOW + DEADLINE),
    why=Reason(rule="issue_credit.each", class_="limit", text="74.50 EUR is above the limit"),
    customer=Customer(ref="A-10877", display="Anna Berg", reach="anna@example.org"),
    quote="you charged me twice",
    problem="a charge of 149.00 EUR",
    route=RouteTaken(id="r", budget_s=3_600),
)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Destination]:
    return {name: LocalQueue(name, tmp_path / f"{name}.sqlite") for name in ("team-chat", "duty")}


def connection(path: Path | str = ":memory:") -> sqlite3.Connection:
    opened = sqlite3.connect(path, timeout=30)
    notices.prepare(opened)
    return opened


def told(opened: sqlite3.Connection, places: Mapping[str, Destination], after: float, waiting: bool = True) -> int:
    """Notices sent at a share of the time to the deadline."""
    post = Post(places, ESCALATION, ["a key"], {"billing-dispute": "Billing dispute"})
    now = NOW + DEADLINE * after
    return tell(opened, [WAITING] if waiting else [], post, approvers=lambda _: (), now=now)


def test_people_are_told_at_once_reminded_and_then_the_deputy_is(places: dict[str, Destination]) -> None:
    opened = connection()
    assert [told(opened, places, after) for after in (0.0, 0.2, 0.5, 0.6, 0.8, 0.9)] == [1, 0, 1, 0, 1, 0]
    assert _subjects(places["team-chat"]) == [
        "A decision waits: Billing dispute",
        "Reminder: a decision still waits: Billing dispute",
    ]
    assert _subjects(places["duty"]) == ["A decision waits and nobody has answered: Billing dispute"]


def test_a_notice_holds_workflow_age_deadline_and_nothing_of_the_customer(places: dict[str, Destination]) -> None:
    opened = connection()
    told(opened, places, 0.8)
    texts = [text for place in places.values() for text in _texts(place)]
    assert len(texts) == 3
    for text in texts:
        assert "Billing dispute" in text and "2026-11-23 19:00 UTC (2 h 0 min left)" in text and "(8 h 0 min)" in text
        for private in ("A-10877", "Anna", "anna@", "74.50", "149.00", "charged", "case-7", "above the limit"):
            assert private not in text


def test_nobody_is_told_of_what_was_decided_or_is_over(places: dict[str, Destination]) -> None:
    opened = connection()
    told(opened, places, 0.0)
    assert told(opened, places, 0.6, waiting=False) == 0
    assert told(opened, places, 1.1) == 0
    assert len(_texts(places["team-chat"])) == 1 and _texts(places["duty"]) == []


def test_what_does_not_go_out_is_tried_again_and_named_until_it_does(places: dict[str, Destination]) -> None:
    class Down(LocalQueue):
        def create(self, message: Message) -> str:
            raise DeliveryFailed("the chat is down", doubt=False)

    opened = connection()
    down = {**places, "team-chat": Down("team-chat", Path(places["team-chat"].path))}  # type: ignore[attr-defined]
    assert told(opened, down, 0.0) == 0
    assert notices.unsent(opened) == [("h_test_1", "opened", "the chat is down")]
    assert told(opened, places, 0.001) == 0, "a minute is left between two tries"
    assert told(opened, places, 0.01) == 1
    assert notices.unsent(opened) == []


def test_two_processes_send_each_notice_once(places: dict[str, Destination], tmp_path: Path) -> None:
    one, other = connection(tmp_path / "n.sqlite"), connection(tmp_path / "n.sqlite")
    assert [told(one, places, 0.0), told(other, places, 0.0), told(one, places, 0.5), told(other, places, 0.5)] == [
        1,
        0,
        1,
        0,
    ]


def _texts(place: Destination) -> list[str]:
    return [
        held.text for kind in ("opened", "reminder", "deputy") for held in place.find(f"h_test_1.{kind}.{place.name}")
    ]


def _subjects(place: Destination) -> list[str]:
    return [
        held.subject
        for kind in ("opened", "reminder", "deputy")
        for held in place.find(f"h_test_1.{kind}.{place.name}")
    ]

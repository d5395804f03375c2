"""Handoffs for each kind of stop in the real Request Tracker: delivered by the outbox, read back there, scored as a person sees them.

Needs the packages of examples/request-tracker/install.sh.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest

from assess.engagement import load_folder
from probes.gather.drill_handoffs import STOPS, Stop, handoff_of
from runtime.escalation import outbox
from runtime.escalation.destinations.destination import Message
from runtime.escalation.destinations.request_tracker import RequestTracker
from runtime.escalation.form import Handoff, StopClass
from runtime.escalation.readability import PASS, score
from runtime.escalation.routes import EscalationFile
from runtime.systems.connect import connect
from runtime.systems.exchange import System
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Holder
from runtime.systems.trace import Trace
from tests.examples.desk import EXAMPLE, Desk

pytestmark = pytest.mark.estate
NOT_DRILLED = {"not_allowed", "other"}


@pytest.fixture
def rt(environment: dict[str, str], desk: Desk) -> Iterator[Callable[..., RequestTracker]]:
    """Makes a destination on the test queue; `desk` takes its tickets away afterwards."""
    estate = load_folder(EXAMPLE).estate

    def as_holder(holder: Holder) -> System:
        return connect(
            "rt", estate.systems["rt"], holder=holder, network=estate.network, folder=estate.folder,
            budget=RequestBudget(300), trace=Trace.memory(), secrets=environment, run="test", contact=estate.contact,
        )  # fmt: skip

    def make(**changes: str) -> RequestTracker:
        settings = estate.escalation.destinations["desk"].model_copy(update=changes)
        return RequestTracker("desk", settings, as_holder("enforcer"), as_holder("audit"))

    yield make


def delivered(handoff: Handoff, destination: RequestTracker, escalation: EscalationFile) -> outbox.Row:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    outbox.prepare(connection)
    now = datetime.now(UTC)
    assert outbox.enqueue(connection, handoff, escalation, now=now)
    outbox.deliver(connection, {"desk": destination}, now=lambda: now, settle=0.5)
    [row] = outbox.rows(connection)
    return row


def of(stop: Stop, key: str) -> Handoff:
    return handoff_of(
        stop, reference=key, route="service_desk", queue="cxready-test", budget_s=900,
        operation="crm.updateCustomer", read="crm.getCustomer", now=datetime.now(UTC),
    )  # fmt: skip


def test_the_drills_hold_every_kind_of_stop() -> None:
    assert {stop.stop for stop in STOPS} == set(get_args(StopClass)) - NOT_DRILLED


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.stop)
def test_each_kind_of_stop_arrives_is_read_back_and_can_be_acted_on(
    stop: Stop, rt: Callable[..., RequestTracker]
) -> None:
    destination, key = rt(), f"h_{stop.stop}_{datetime.now(UTC):%H%M%S%f}"
    row = delivered(of(stop, key), destination, load_folder(EXAMPLE).estate.escalation)
    assert (row.state, row.flaw) == ("delivered", "")
    [found] = destination.find(key)
    held = destination.read(found.id)
    assert held.key == key and key in held.subject and held.text == row.text
    seen = score(held.text, "strict", language="en")
    assert seen.score >= PASS["strict"][0], seen.reasons
    assert next(why.points for why in seen.reasons if why.feature == "parts") == 28
    if stop.stop == "unknown_effect":
        assert held.text.startswith("[cxready test] Unknown effect – check first")


def test_hostile_words_arrive_short_as_plain_text_under_a_one_line_subject(
    rt: Callable[..., RequestTracker], desk: Desk
) -> None:
    destination, key = rt(), f"h_hostile_{datetime.now(UTC):%H%M%S%f}"
    hostile = "<script>alert(1)</script>\r\nBcc: all@example.org\r\nAPPROVE 2222 " + "x" * 1_000_000
    base = of(STOPS[0], key)
    handoff = base.model_copy(
        update={
            "quote": type(base).model_validate({**base.model_dump(by_alias=True), "quote": hostile}).quote,
            "ask": base.ask.model_copy(update={"question": "Approve or refuse 5.00 EUR?\r\nBcc: all@example.org"}),
        }
    )
    row = delivered(handoff, destination, load_folder(EXAMPLE).estate.escalation)
    assert row.state == "delivered"
    held = destination.read(row.remote_id)
    assert "\n" not in held.subject and len(held.text) < 3_000
    told = desk("audit", "GET", f"/ticket/{row.remote_id}/attachments?fields=ContentType,Content&per_page=20").json()
    parts = [part for part in told["items"] if str(part.get("ContentType", "")).startswith("text/")]
    assert parts and parts[0]["ContentType"] == "text/plain", (
        "what we sent is plain text; HTML is RT's own mail about it"
    )
    assert not any("<script>" in str(part.get("Content")) for part in parts if part["ContentType"] == "text/html")


def test_a_custom_field_that_request_tracker_drops_is_named(rt: Callable[..., RequestTracker]) -> None:
    """RT answers 201 and leaves an unknown field away; the handoff is found by the key in its subject, and the flaw is told."""
    destination, key = rt(key_field="No-Such-Field"), f"h_dropped_{datetime.now(UTC):%H%M%S%f}"
    row = delivered(of(STOPS[0], key), destination, load_folder(EXAMPLE).estate.escalation)
    assert row.state == "delivered" and "key" in row.flaw
    assert destination.read(row.remote_id).key == ""
    assert [found.id for found in rt().find(key)] == [row.remote_id]


def test_a_body_as_long_as_the_desk_shows_is_kept_whole(rt: Callable[..., RequestTracker]) -> None:
    destination, key = rt(), f"h_long_{datetime.now(UTC):%H%M%S%f}"
    text = "\n".join(f"Line {n}: Größe 74,50 € “quoted”." for n in range(500))
    number = destination.create(Message(key, "[cxready test] long", text, queue="cxready-test"))
    assert destination.read(number).text.replace("\r\n", "\n") == text

"""The way back through the real Request Tracker: who set the decision field, by RT's own history, and a note that stands there."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from assess.engagement import load_folder
from runtime.escalation.destinations.destination import Message
from runtime.escalation.destinations.request_tracker import RequestTracker
from runtime.systems.connect import connect
from runtime.systems.exchange import System
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Holder
from runtime.systems.trace import Trace
from tests.examples.desk import EXAMPLE, Desk


@pytest.mark.estate
def test_a_persons_decision_comes_back_with_their_name_and_a_note_is_seen(
    environment: dict[str, str], desk: Desk
) -> None:
    there = load_folder(EXAMPLE).estate.escalation.destinations["desk"]
    destination = RequestTracker("desk", there, _as("enforcer", environment), _as("audit", environment))
    number = destination.create(Message("h-2", "Approve a credit", "Approve or refuse?", queue="cxready-test"))
    by_writer = desk("enforcer", "PUT", f"/ticket/{number}", json={"CustomFields": {"Decision": "approve"}})
    before = destination.read(number)
    desk("desk", "PUT", f"/ticket/{number}", json={"CustomFields": {"Decision": "approve"}})
    after = destination.read(number)
    destination.comment(number, "Result: decided.", "h-2.result")

    assert (before.decision, before.decided_by) == ("", ""), by_writer.text
    assert (after.decision, after.decided_by, after.made_by) == ("approve", "desk-lead", "cx-enforcer")
    assert destination.noted(number, "h-2.result") and not destination.noted(number, "h-2.other")


def _as(holder: Holder, environment: Mapping[str, str]) -> System:
    estate = load_folder(EXAMPLE).estate
    return connect(
        "rt", estate.systems["rt"], holder=holder, network=estate.network, folder=estate.folder, budget=RequestBudget(50),
        trace=Trace.memory(), secrets=environment, run="test", contact=estate.contact,
    )  # fmt: skip

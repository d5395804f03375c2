"""The pilot's figures: a repeat within seven days undoes a resolution, young cases are not counted, reviews are drawn and not picked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from runtime import decision_log, memory
from runtime.decision_log import Entry
from runtime.errors import BadInput
from runtime.memory import Moment
from runtime.piloting import reviews
from runtime.piloting.beside_people import compared
from runtime.piloting.pilot_figures import Cost, figures
from runtime.piloting.pilot_settings import Charter
from runtime.piloting.pilot_state import open_log
from runtime.piloting.stages import charter_breach
from runtime.storage.database import Connection

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FLOW = "billing-dispute"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Connection]:
    connection = open_log(tmp_path)
    yield connection
    connection.close()


def case(
    state: Connection, run: str, customer: str, days_ago: float, outcome: str = "resolved", rule: str = ""
) -> None:
    at = NOW - timedelta(days=days_ago)
    memory.remember(state, customer, Moment(run, at, "chat", FLOW, outcome, ""))
    rows = [Entry(run, "00 understand", detail={"intent": FLOW}, at=(at - timedelta(seconds=4)).isoformat())]
    if rule:
        rows.append(Entry(run, "handoff", decision="handoff", detail={"rule": rule}, at=at.isoformat()))
    else:
        rows.append(Entry(run, "proxy.write", "billing.createCredit", effect="done", at=at.isoformat()))
    rows.append(Entry(run, "99 outcome", detail={"outcome": outcome, "reason": ""}, at=at.isoformat()))
    for row in rows:
        decision_log.append(state, row)


def test_a_case_counts_as_resolved_once_nobody_came_back_within_seven_days(state: Connection) -> None:
    case(state, "r1", "A-1", 20)
    case(state, "r2", "A-2", 20)
    case(state, "r3", "A-2", 15)  # back after five days: r2 was none, and r3 is no first contact
    case(state, "r4", "A-3", 20, "handed_off", "issue_credit.each")
    case(state, "r5", "A-4", 2)
    (found,) = figures(state, now=NOW, costs={FLOW: Cost(Decimal("0.50"), Decimal("6.00"))})
    assert (found.resolution.k, found.resolution.n) == (2, 4)
    assert (found.first_contact.k, found.first_contact.n) == (1, 3)
    assert found.too_young == 1 and found.reasons == {"issue_credit.each": 1}
    assert (found.to_people.k, found.to_people.n) == (1, 5) and found.median_s == 4.0
    assert found.cost_per_resolution == "2.13", "five attempts and one handover, by four"


def test_back_after_eight_days_is_another_matter(state: Connection) -> None:
    case(state, "r1", "A-1", 20)
    case(state, "r2", "A-1", 12)
    (found,) = figures(state, now=NOW)
    assert (found.resolution.k, found.first_contact.k) == (2, 2) and found.cost_per_resolution is None


def test_samples_are_the_same_for_a_seed_and_leave_out_what_was_reviewed(state: Connection) -> None:
    for n in range(30):
        case(state, f"r{n}", f"A-{n}", 20)
    case(state, "handed", "A-99", 20, "handed_off", "x")
    drawn = [one.run for one in reviews.sample(state, 5, seed=3)]
    assert (
        drawn == [one.run for one in reviews.sample(state, 5, seed=3)] != [one.run for one in reviews.sample(state, 5)]
    )
    assert "handed" not in {one.run for one in reviews.sample(state, 100)}, "nothing was written there"
    reviews.record(state, drawn[0], "right", "person-12")
    assert drawn[0] not in {one.run for one in reviews.sample(state, 100, seed=3)}
    assert decision_log.verify(state) == []
    with pytest.raises(BadInput, match="no finished case"):
        reviews.record(state, "unheard-of", "wrong", "person-12")


def test_wrong_cases_stop_the_workflow_once_the_interval_says_so(state: Connection) -> None:
    for n in range(40):
        case(state, f"r{n}", f"A-{n}", 20)
    for n in range(2):
        reviews.record(state, f"r{n}", "wrong" if n == 0 else "right", "person-12")
    assert charter_breach(state, FLOW, Charter(wrong_actions_at_most=0.1)) == "", "one of two is no evidence of 10 %"
    for n in range(2, 12):
        reviews.record(state, f"r{n}", "wrong" if n < 6 else "right", "person-12")
    assert charter_breach(state, FLOW, Charter(wrong_actions_at_most=0.1)).startswith(
        "stopped by its charter: reviewers found wrong 5 of 12"
    )
    (found,) = figures(state, now=NOW)
    assert (found.wrong.k, found.wrong.n) == (5, 12)


CREDIT = {"operation": "billing.createCredit", "arguments": {"amount": "12.40"}}


@pytest.mark.parametrize(
    ("did", "operation", "amount", "said"),
    [
        ([CREDIT], "billing.createCredit", "12.40", "same"),
        ([CREDIT], "billing.createCredit", "10.00", "other figures"),
        ([CREDIT], "billing.createRefund", "12.40", "other action"),
        ([CREDIT], None, "", "only people acted"),
        ([], "billing.createCredit", "12.40", "only the agent would act"),
        ([], None, "", "same"),
        ([{"operation": "billing.createCredit"}], "billing.createCredit", "1.00", "same"),
    ],
)
def test_shadow_is_compared_with_what_people_did(did: list[dict[str, object]], operation: str | None, amount: str, said: str) -> None:  # fmt: skip
    assert compared(did, operation, {"amount": amount, "account_id": "A-1"}) == said

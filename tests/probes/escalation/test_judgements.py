"""What each question says about artifacts that a bad estate would give."""

from __future__ import annotations

from typing import Any

import pytest

from probes.escalation.alerts import Alerts
from probes.escalation.artifacts import (
    AnswerDrill,
    Delivered,
    HandoffDrill,
    OutageCase,
    OutageDrill,
    RoutePlan,
    Scenario,
    UnderstandingDrill,
)
from probes.escalation.artifacts import Capacity as Load
from probes.escalation.capacity import Capacity
from probes.escalation.catalogue import PROBES
from probes.escalation.delivered import Delivered as DeliveredProbe
from probes.escalation.delivered_once import DeliveredOnce
from probes.escalation.interface_named import InterfaceNamed
from probes.escalation.nothing_lost import NothingLost
from probes.escalation.payload_complete import PayloadComplete
from probes.escalation.readable import Readable
from probes.escalation.return_path import ReturnPath
from probes.escalation.route_defined import RouteDefined
from probes.escalation.sensitive_routed import SensitiveRouted
from probes.finding import State, Subject

UNIT = Subject(unit="billing")


def sent(**more: Any) -> Delivered:
    return Delivered(
        **{
            "stop": "limit",
            "route": "billing",
            "destination": "desk",
            "seconds": 1.0,
            "score": 90,
            "language": "en",
            "how": "sent once",
            "alerted": ("team by pager",),
            **more,
        }
    )


def drill(*delivered: Delivered) -> HandoffDrill:
    return HandoffDrill(subject=UNIT, destination="desk", system="rt", delivered=delivered)


def outage(**copies: int) -> OutageDrill:
    cases = {"refused": 1, "answer lost": 1, "down for good": 1} | {
        name.replace("_", " "): n for name, n in copies.items()
    }
    return OutageDrill(
        subject=UNIT,
        destination="desk",
        deputy="duty",
        cases=tuple(
            OutageCase(fault=f, route="billing", budget_s=900, delivered_to="desk" if n else "", copies=n, after_s=5)
            for f, n in cases.items()
        ),
    )


def test_a_dropped_key_is_named_as_such() -> None:
    found = DeliveredProbe().judge(drill(sent(flaws=("the key was dropped",))))
    assert found.state is State.NOT_MET and found.cause == "the key was dropped"


def test_a_handoff_that_is_not_found_did_not_arrive() -> None:
    found = DeliveredProbe().judge(drill(sent(copies=0, flaws=("it cannot be found by its key",))))
    assert found.state is State.NOT_MET and found.cause == "not found"


def test_a_queue_that_got_nothing_is_not_measured() -> None:
    assert DeliveredProbe().judge(drill(sent(destination="other"))).state is State.NOT_MEASURED


def test_duplicates_are_counted() -> None:
    found = DeliveredOnce().judge(drill(sent(how="four in parallel", copies=3)), outage())
    assert found.state is State.NOT_MET and "3 tickets" in found.title


def test_a_placeholder_part_is_a_missing_part() -> None:
    assert PayloadComplete().judge(drill(sent(missing=("does not say why it stopped",)))).state is State.NOT_MET


def test_one_unreadable_handoff_of_three_is_too_many() -> None:
    assert Readable().judge(drill(sent(), sent(), sent(score=40, reasons=("raw JSON",)))).state is State.NOT_MET


def test_a_language_without_a_list_is_not_measured() -> None:
    assert Readable().judge(drill(sent(measured=False))).state is State.NOT_MEASURED


def test_nobody_told_is_not_met_and_unknown_is_not_measured() -> None:
    assert Alerts().judge(drill(sent(alerted=()))).state is State.NOT_MET
    assert Alerts().judge(drill(sent(alerted=None))).state is State.NOT_MEASURED


@pytest.mark.parametrize(("drilled", "cause"), [(outage(refused=0), "lost"), (outage(answer_lost=2), "duplicates")])
def test_lost_and_doubled_handoffs_are_told_apart(drilled: OutageDrill, cause: str) -> None:
    assert NothingLost().judge(drilled).cause == cause


def test_a_route_without_a_deputy_cannot_pass_and_an_undrilled_deputy_is_unknown() -> None:
    only = outage().model_copy(update={"cases": outage().cases[:2]})
    assert NothingLost().judge(only).state is State.NOT_MEASURED
    assert NothingLost().judge(only.model_copy(update={"deputy": ""})).cause == "no deputy"


def test_any_wrong_decision_that_acts_is_a_finding() -> None:
    base = AnswerDrill(subject=UNIT, right={"link": True}, wrong={"replay": True, "free text": False})
    assert ReturnPath().judge(base).title.endswith("free text")
    assert (
        ReturnPath().judge(base.model_copy(update={"wrong": {"replay": True}, "agent_refused": False})).cause
        == "agent may decide"
    )
    assert ReturnPath().judge(AnswerDrill(subject=UNIT)).state is State.NOT_MEASURED


def test_a_workflow_without_route_and_a_broken_route_are_not_met() -> None:
    assert (
        RouteDefined()
        .judge(RoutePlan(subject=Subject(unit="plan-change"), declared=False, workflows=("plan-change",)))
        .title
        == "plan-change has no escalation route"
    )
    assert (
        RouteDefined().judge(RoutePlan(subject=UNIT, problems=("the destination moon is not defined",))).cause
        == "broken route"
    )
    assert InterfaceNamed().judge(RoutePlan(subject=UNIT)).cause == "not named"


def test_waiting_longer_than_promised_is_not_met_and_names_the_hour() -> None:
    def load(p95: float | None, occupancy: float = 0.2) -> Load:
        only = Scenario(
            share=0.5,
            label="50 % are handed off",
            per_month=100,
            median_h=1,
            p95_h=p95,
            occupancy=occupancy,
            worst_hour="Friday 18:00",
        )
        return Load(
            subject=UNIT,
            route="billing",
            budget_h=4,
            minutes_each=10,
            minutes_source="export",
            per_month=200,
            scenarios=(only,),
            asked=only.label,
        )

    assert "Friday 18:00" in Capacity().judge(load(46)).title
    assert Capacity().judge(load(None, 1.2)).cause == Capacity().judge(load(1, 0.95)).cause == "too few people"
    assert Capacity().judge(load(3)).state is State.MET


def test_one_missed_or_unrouted_or_unmasked_sensitive_message_is_too_many() -> None:
    base = UnderstandingDrill(subject=UNIT, category={"fraud": (15, 16)})
    for more in ({"category_missed": ("x",)}, {"unrouted": ("fraud reaches nobody",)}, {"leaked": ("card number",)}):
        assert SensitiveRouted().judge(base.model_copy(update=more)).state is State.NOT_MET


@pytest.mark.parametrize("probe", PROBES)
def test_every_question_has_a_page(probe: Any) -> None:
    page = probe().page()
    assert all(page[part] for part in ("statement", "why", "how", "remedy")), probe
    assert page["statement"].endswith(".")

"""People against handoffs: tickets in a backlog, live contacts by Erlang A, and how many each hour of the week needs."""

from __future__ import annotations

from typing import Any

from probes.derive.staffing import Load, live_scenario, ticket_scenario
from probes.escalation.artifacts import Capacity as Artifact
from probes.escalation.artifacts import RoutePlan, Scenario
from probes.escalation.capacity import Capacity
from probes.finding import State, Subject
from runtime.escalation.backlog import waiting
from runtime.escalation.routes import Live

OFFICE = tuple(6 if hour // 24 < 5 and 8 <= hour % 24 < 18 else 0 for hour in range(168))
ALWAYS = (3,) * 168
DAYS = [6.0 if 8 <= hour % 24 < 18 else 0.5 for hour in range(168)]
UNIT = Subject(unit="chat")


def load(staff: tuple[int, ...], **more: Any) -> Load:
    plan = RoutePlan(subject=UNIT, staff=staff, time_to_human_minutes=more.pop("minutes_to_human", 240))
    return Load(plan, more.get("hours", DAYS), 1_500, 14)


def test_the_people_by_hour_keep_the_target_with_fewer_hours_than_the_same_number_always() -> None:
    found = ticket_scenario(load(ALWAYS), 0.5, "half")
    assert found.staff_needed and len(found.needed) == 168
    seen = waiting([n * 0.5 for n in DAYS], found.needed, 14)
    assert seen.p95_h is not None and seen.p95_h <= 4 and seen.occupancy <= 0.85
    assert sum(found.needed) <= 168 * found.staff_needed


def test_opening_hours_that_forbid_the_target_need_no_number() -> None:
    found = ticket_scenario(load(OFFICE), 0.5, "half")
    assert found.staff_needed is None and found.needed == () and found.p95_h is not None and found.p95_h > 4


def test_a_chat_is_answered_in_time_or_lost_in_its_own_hour() -> None:
    live = Live(answer_within_seconds=60, share=0.8, patience_minutes=4)
    found = live_scenario(live, load(OFFICE, hours=[20.0 if n else 0.0 for n in OFFICE]), 0.5, "half")
    assert found.answered_in_time is not None and found.needed and max(found.needed) == found.staff_needed
    assert all(n == 0 for n, there in zip(found.needed, OFFICE, strict=True) if not there)
    alone = live_scenario(live, load((1,) * 168), 1.0, "all")
    assert alone.short and (alone.answered_in_time or 0) < 0.8 and (alone.leaves or 0) > 0.1


def test_live_routes_are_judged_by_the_share_answered_and_name_the_hour() -> None:
    def judged(live: Scenario) -> Any:
        return Capacity().judge(
            Artifact(
                subject=UNIT, route="chat", budget_h=1, minutes_each=14, minutes_source="export", per_month=900,
                scenarios=(live,), asked=live.label, live=True, within_s=60, target=0.8,
            )
        )  # fmt: skip

    live = Live(answer_within_seconds=60, share=0.8, patience_minutes=4)
    short = judged(live_scenario(live, load((1,) * 168), 1.0, "all"))
    assert short.state is State.NOT_MET and "within 60 s" in short.title and "80%" in short.title
    assert judged(live_scenario(live, load((9,) * 168), 1.0, "all")).state is State.MET

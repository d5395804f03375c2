"""Every workflow with every category that its messages may turn out to be is walked to its route, hour by hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assess.engagement import load_folder
from probes.derive.route_plan import route_plan, walk
from probes.escalation.route_defined import RouteDefined
from probes.finding import State
from runtime.escalation.routes import EscalationFile, Holidays
from runtime.estate import Estate
from tests.examples.desk import EXAMPLE

TODAY = date(2026, 11, 23)


@pytest.fixture
def estate() -> Estate:
    return load_folder(EXAMPLE).estate


def changed(estate: Estate, **more: object) -> Estate:
    return replace(estate, escalation=EscalationFile.model_validate({**estate.escalation.model_dump(), **more}))


def test_every_workflow_meets_its_own_category_and_each_high_stakes_one(estate: Estate) -> None:
    ways = walk(estate)
    assert len(ways) == len(set(ways)) == len(estate.goals) * (1 + len(estate.guardrails.high_stakes))
    routed = [route_plan(estate, name) for name in estate.escalation.routes]
    sensitive = next(plan for plan in routed if plan.sensitive)
    assert {one.category for one in sensitive.walked} == set(sensitive.categories)
    assert sum(len(plan.walked) for plan in routed) == len(ways), "every way leads to exactly one route"


def test_the_hours_without_anybody_are_counted_over_all_ways(estate: Estate) -> None:
    plan = route_plan(estate, "accounting")
    judged = RouteDefined().judge(plan)
    assert judged.state is State.NOT_MET and plan.open_minutes == 5 * 7 * 60
    ways = len(plan.walked)
    assert f"{168 * ways} hours walked, {(168 - 35) * ways} without anybody" in judged.evidence[1].says


def test_holidays_are_holes_until_somebody_is_named_for_them(estate: Estate) -> None:
    feasts = changed(estate, holidays=Holidays(country="DE", region="BY").model_dump())
    plan = route_plan(feasts, "service_desk", TODAY)
    assert plan.holidays >= 10 and plan.holiday_gaps == "all day" and plan.next_holiday.startswith("Christmas Day")
    judged = RouteDefined().judge(plan)
    assert judged.state is State.NOT_MET and judged.cause == "holidays without staff"
    routes = feasts.escalation.model_dump()["routes"]
    routes["on_call"]["hours"] = [{"days": "mon-sun,holidays", "hours": "00:00-24:00", "staff": 1}]
    assert RouteDefined().judge(route_plan(changed(feasts, routes=routes), "service_desk", TODAY)).state is State.MET


def test_without_a_country_nothing_is_assumed_about_holidays(estate: Estate) -> None:
    plan = route_plan(estate, "service_desk", TODAY)
    assert (plan.holidays, plan.holiday_gaps) == (0, "") and RouteDefined().judge(plan).state is State.MET

"""Routes as declared, one artifact a route: who is on duty in each hour of the week, and where nobody is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.escalation.artifacts import RoutePlan, Walked
from probes.finding import Subject
from runtime.escalation.public_holidays import holidays_in
from runtime.escalation.week import by_hour, gaps, holes, problems_of, staff_by_minute, staff_on_holiday
from runtime.estate import Estate


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """A RoutePlan for each route, and one that says `declared: false` for each workflow without a route."""
    estate = derivation.estate
    for name in estate.escalation.routes:
        yield route_plan(estate, name, derivation.now.date())
    for workflow, goal in estate.goals.items():
        if estate.escalation.route_of(workflow, goal.category) is None:
            yield RoutePlan(subject=Subject(unit=workflow), declared=False, workflows=(workflow,))


def route_plan(estate: Estate, name: str, today: date | None = None) -> RoutePlan:
    """One route's declaration, its week worked out; with `today` also the holidays of the year that follows."""
    escalation = estate.escalation
    route = escalation.routes[name]
    destination = escalation.destinations.get(route.destination)
    week = staff_by_minute(escalation, name)
    walked = [one for one in walk(estate) if escalation.route_of(one.workflow, one.category) == name]
    served = [w for w, goal in estate.goals.items() if escalation.route_of(w, goal.category) == name]
    feasts = holidays_in(escalation.holidays, today) if today else {}
    return RoutePlan(
        subject=Subject(unit=name),
        workflows=tuple(dict.fromkeys((*route.workflows, *served))),
        categories=tuple(route.categories),
        destination=route.destination,
        destination_kind=destination.kind if destination else "",
        deputy=route.deputy or "",
        interface=route.interface or "",
        team=route.team or "",
        sensitive=route.sensitive,
        approvers=len(route.approvers),
        time_to_human_minutes=route.time_to_human_minutes,
        zone=escalation.zone,
        staff=by_hour(week),
        gaps=tuple(gaps(week)),
        open_minutes=sum(staff > 0 for staff in week),
        problems=tuple(problems_of(escalation, name)),
        walked=tuple(walked),
        holidays=len(feasts),
        holiday_gaps=holes(staff_on_holiday(escalation, name)) if feasts else "",
        next_holiday=next((f"{feast}, {day.isoformat()}" for day, feast in feasts.items()), ""),
    )


def walk(estate: Estate) -> list[Walked]:
    """Every workflow with its own category and with each high-stakes category that a message in it may turn out to be."""
    return [
        Walked(workflow=workflow, category=category)
        for workflow, goal in estate.goals.items()
        for category in dict.fromkeys((goal.category, *estate.guardrails.high_stakes))
    ]


DERIVER = Deriver(name="routes", run=run, gives=(RoutePlan,), probes=("route_defined", "interface_named"))

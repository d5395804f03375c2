"""Routes as declared, one artifact a route: who is on duty in each hour of the week, and where nobody is."""

from __future__ import annotations

from collections.abc import Iterator

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.escalation.artifacts import RoutePlan
from probes.finding import Subject
from runtime.escalation.week import by_hour, gaps, problems_of, staff_by_minute
from runtime.estate import Estate


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """A RoutePlan for each route, and one that says `declared: false` for each workflow without a route."""
    estate = derivation.estate
    for name in estate.escalation.routes:
        yield route_plan(estate, name)
    for workflow, goal in estate.goals.items():
        if estate.escalation.route_of(workflow, goal.category) is None:
            yield RoutePlan(subject=Subject(unit=workflow), declared=False, workflows=(workflow,))


def route_plan(estate: Estate, name: str) -> RoutePlan:
    """One route's declaration, its week worked out."""
    escalation = estate.escalation
    route = escalation.routes[name]
    destination = escalation.destinations.get(route.destination)
    week = staff_by_minute(escalation, name)
    served = [w for w, goal in estate.goals.items() if escalation.route_of(w, goal.category) == name]
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
    )


DERIVER = Deriver(name="routes", run=run, gives=(RoutePlan,), probes=("route_defined", "interface_named"))

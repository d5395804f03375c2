"""Do the people named suffice? Handoffs expected at several shares, put through the route's own week hour by hour.

Tickets wait in a backlog over nights and weekends; live contacts (chat, telephone) are answered or lost within minutes and
are worked out by Erlang A for each hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from probes.artifact import Artifact, Missing
from probes.derive.demand import Demand
from probes.derive.pilot_rate import pilot_rate
from probes.derive.route_plan import route_plan
from probes.derive.run import Derivation, Deriver
from probes.derive.staffing import TICKETS_IN_TIME, Load, live_scenario, ticket_scenario
from probes.escalation.artifacts import Capacity, RoutePlan
from probes.finding import EVERYWHERE, Subject
from runtime.estate import Estate
from runtime.metrics import Share

SHARES = ((0.15, "15 % are handed off"), (0.30, "30 % are handed off"), (0.50, "50 % are handed off"))
ALL = (1.0, "a person approves each case")
MINUTES_WITHOUT_DATA = 10.0
WEEKS_A_MONTH = 52 / 12


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """A Capacity for each route; Missing without demand."""
    found = derivation.found.get((Demand.kind, EVERYWHERE, ""))
    for name in derivation.estate.escalation.routes:
        if isinstance(found, Demand):
            rate = pilot_rate(derivation.folder, derivation.estate.escalation.routes[name].workflows)
            yield capacity(derivation.estate, name, found, rate)
        else:
            cause = found.cause if isinstance(found, Missing) else "no_input"
            would = (
                found.would_measure
                if isinstance(found, Missing)
                else "name an export under `tickets` in engagement.yaml and collect again"
            )
            yield Missing(
                wanted=Capacity.kind,
                subject=Subject(unit=name),
                cause=cause,
                detail="no demand is known",
                would_measure=would,
            )


def capacity(estate: Estate, name: str, demand: Demand, rate: Share | None = None) -> Capacity:
    """One route's waiting times at each share.

    Args:
        rate: of the cases that a pilot handed over; its upper bound is then what is asked for.
    """
    route = route_plan(estate, name)
    hours, per_month, minutes, source = _load(estate, route, demand)
    live = estate.escalation.routes[name].live
    made = partial(live_scenario, live) if live else ticket_scenario
    seen = ((rate.high, f"as many as the pilot may hand over: {rate.k} of {rate.n} until now"),) if rate else ()
    own = [made(Load(route, hours, per_month, minutes), share, label) for share, label in (*SHARES, *seen, ALL)]
    high_stakes = bool(route.categories) and not route.workflows
    asked = ALL[1] if high_stakes or _approves(estate, route) else (seen or SHARES)[-1][1]
    return Capacity(
        subject=route.subject,
        route=name,
        budget_h=route.time_to_human_minutes / 60,
        minutes_each=minutes,
        minutes_source=source,
        per_month=round(per_month, 1),
        scenarios=tuple(own),
        asked=asked,
        live=live is not None,
        within_s=live.answer_within_seconds if live else 0,
        target=live.share if live else TICKETS_IN_TIME,
        arrivals=tuple(round(n, 3) for n in hours),
        staff=route.staff,
    )


def _load(estate: Estate, route: RoutePlan, demand: Demand) -> tuple[list[float], float, float, str]:
    """Tickets an hour of the week, tickets a month, minutes each: of the route's workflows, and of its categories
    across all.
    """
    flows = [demand.workflows[name] for name in route.workflows if name in demand.workflows]
    by_category = sum(demand.category_share(category) for category in route.categories)
    tickets = sum(flow.tickets for flow in flows)
    profile = (
        [sum(flow.hours[hour] for flow in flows if flow.hours) for hour in range(168)]
        if tickets
        else list(demand.hours)
    )
    per_month = sum(flow.per_month for flow in flows) + demand.median_month * by_category
    total = sum(profile) or 1
    weekly = per_month / WEEKS_A_MONTH
    minutes = (
        next((flow.minutes for flow in sorted(flows, key=lambda f: -f.tickets) if flow.minutes), None) or demand.minutes
    )
    source = "handling time in the ticket export" if minutes else "assumed: the export has no handling time"
    return [weekly * n / total for n in profile], per_month, minutes or MINUTES_WITHOUT_DATA, source


def _approves(estate: Estate, route: RoutePlan) -> bool:
    """A workflow of the route asks for `approve`: then every case waits for a person."""
    for name in route.workflows:
        actions = [estate.guardrails.action_of(op) for op in (estate.writes_of(name) if name in estate.goals else [])]
        if any(action and estate.guardrails.actions[action].autonomy == "approve" for action in actions):
            return True
    return False


DERIVER = Deriver(name="capacity", run=run, gives=(Capacity,), probes=("capacity",))

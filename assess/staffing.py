"""People against handoffs, route by route, from the capacity that was worked out when the bundle was made."""

from __future__ import annotations

from assess.cells import Artifacts
from assess.engagement import Folder
from assess.staff_figures import RouteStaff, Share
from probes.escalation.artifacts import Capacity, Scenario
from probes.finding import Subject


def staffing(folder: Folder, artifacts: Artifacts) -> list[RouteStaff]:
    """Routes whose capacity was worked out, in the order of escalation.yaml."""
    found = [artifacts.get(Capacity, Subject(unit=name)) for name in folder.estate.escalation.routes]
    return [_row(one) for one in found if isinstance(one, Capacity) and one.arrivals and one.scenarios]


def _row(load: Capacity) -> RouteStaff:
    asked = next((s for s in load.scenarios if s.label == load.asked), load.scenarios[-1])
    return RouteStaff(
        route=load.route,
        live=load.live,
        promised=f"{load.target:.0%} within {load.within_s} s" if load.live else f"{_hours(load.budget_h)} to a person",
        minutes_each=load.minutes_each,
        minutes_source=load.minutes_source,
        asked=asked.label,
        named=load.staff,
        needed=asked.needed,
        arrivals=tuple(round(n * asked.share, 3) for n in load.arrivals),
        shares=[_share(s) for s in load.scenarios],
    )


def _share(s: Scenario) -> Share:
    return Share(
        label=s.label,
        per_month=s.per_month,
        median_h=s.median_h,
        p95_h=s.p95_h,
        in_time=s.answered_in_time,
        occupancy=s.occupancy,
        needed=s.staff_needed,
    )


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:g} h"

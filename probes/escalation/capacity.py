"""escalation.capacity: are there enough people for the handoffs to expect?"""

from __future__ import annotations

from probes.escalation.artifacts import Capacity as Load
from probes.escalation.artifacts import Scenario
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe

HIGHEST_OCCUPANCY = 0.85


class Capacity(Probe):
    """The people named for a route keep its time to a person at the handoffs to be expected.

    Why: an agent that escalates well into a queue nobody can work off has moved the waiting, not shortened it.
    How: tickets by hour of the week are taken from the export; 15, 30 and 50 % of them are handed off (all, where
        each case needs an approval). Handoffs that wait as tickets are worked off hour by hour by the people in
        escalation.yaml, nights and weekends included. Met: 95 % begin within the route's time, at an occupancy of at most
        85 %. On live channels (a route with `live`) Erlang A gives the share answered in time in each hour, with customers
        who lose patience; Erlang C, without them, is only its upper bound, and both are wrong by days for tickets.
    Remedy: staff the hours that are named, let another desk take over, or write a time to a person that these hours
        can keep.
    """

    dimension, level, kind = "escalation", 4, "D/M"
    effort = Effort(days=(1, 3, 10), role="workforce planner", wait_days=30)
    needs = (Load,)

    def judge(self, load: Load) -> Outcome:
        if not load.scenarios:
            return not_measured(
                f"Whether {load.route} has enough people could not be worked out",
                cause="no_input",
                would_measure="name the ticket export under `tickets` in engagement.yaml and run `cxready collect DIR`",
            )
        asked = next((s for s in load.scenarios if s.label == load.asked), load.scenarios[-1])
        evidence = [Evidence(says=_says(s), source="ticket export, escalation.yaml") for s in load.scenarios]
        evidence.append(
            Evidence(
                says=(
                    f"{load.per_month:.0f} cases a month, {load.minutes_each:.0f} minutes each ({load.minutes_source});"
                    f" time to a person {load.budget_h:g} h"
                )
            )
        )
        if load.live:
            return _live(load, asked, evidence)
        if asked.p95_h is None or asked.occupancy > HIGHEST_OCCUPANCY:
            return not_met(
                f"The people of route {load.route} cannot work off its handoffs when {asked.label}",
                *evidence,
                cause="too few people",
                consequence=WAIT,
            )
        if asked.p95_h > load.budget_h:
            return not_met(
                f"Route {load.route}: one in twenty handoffs waits over {asked.p95_h:.0f} hours (arrived {asked.worst_hour})"
                f" when {asked.label}",
                *evidence,
                cause="hours without people",
                consequence=WAIT,
            )
        return met(f"Route {load.route} has the people for its handoffs, also when {asked.label}", *evidence)


WAIT = "The customer was promised a colleague today and gets one after the weekend."


def _live(load: Load, asked: Scenario, evidence: list[Evidence]) -> Outcome:
    in_time = asked.answered_in_time or 0.0
    if asked.short:
        return not_met(
            f"Route {load.route}: {in_time:.0%} are answered within {load.within_s} s on {asked.worst_hour} when"
            f" {asked.label}, and {load.target:.0%} are promised",
            *evidence,
            Evidence(says=f"too few people in {len(asked.short)} of 168 hours of the week", source="escalation.yaml"),
            cause="too few people",
            consequence="Customers who were promised a colleague hang up before one answers.",
        )
    return met(f"Route {load.route} answers its live handoffs in time, also when {asked.label}", *evidence)


def _says(s: Scenario) -> str:
    if s.answered_in_time is not None:
        return (
            f"{s.label}: {s.per_month:.0f} a month, {s.answered_in_time:.0%} in time in the worst hour ({s.worst_hour}),"
            f" {s.leaves or 0:.1%} hang up; at most {s.staff_needed} people needed at once"
        )
    wait = "the backlog never drains" if s.p95_h is None else f"median {s.median_h:g} h, 95 % within {s.p95_h:g} h"
    needed = f"; {s.staff_needed} in each open hour would do" if s.staff_needed else ""
    return f"{s.label}: {s.per_month:.0f} a month, {wait}, occupancy {s.occupancy:.0%}{needed}"

"""People against handoffs at one share: waiting times with those named, and how many each hour of the week needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from probes.escalation.artifacts import RoutePlan, Scenario
from runtime.escalation.backlog import staff_needed, waiting
from runtime.escalation.erlang import Queue, erlang_a, people_needed
from runtime.escalation.routes import Live
from runtime.escalation.week import hour_name

TICKETS_IN_TIME = 0.95
HIGHEST_OCCUPANCY = 0.85
WEEK = 168


@dataclass(frozen=True)
class Load:
    """A route's cases: `hours` of each hour of the week, before a share is handed off."""

    route: RoutePlan
    hours: Sequence[float]
    per_month: float
    minutes: float


def ticket_scenario(load: Load, share: float, label: str) -> Scenario:
    """Tickets wait in one line through nights and weekends."""
    arrivals = [n * share for n in load.hours]
    staff, budget = load.route.staff, load.route.time_to_human_minutes / 60
    found = waiting(arrivals, staff, load.minutes)
    most = staff_needed(arrivals, staff, load.minutes, budget) if load.per_month else 0
    needed = ticket_staff_by_hour(arrivals, staff, load.minutes, budget, most)
    return Scenario(
        share=share,
        label=label,
        per_month=round(load.per_month * share, 1),
        median_h=_round(found.median_h),
        p95_h=_round(found.p95_h),
        occupancy=round(min(found.occupancy, 99.0), 3),
        worst_hour=hour_name(found.worst_hour),
        staff_needed=most,
        needed=needed,
        short=tuple(h for h, (n, there) in enumerate(zip(needed, staff, strict=False)) if n > there),
    )


def ticket_staff_by_hour(
    arrivals: Sequence[float], staff: Sequence[int], minutes: float, budget_h: float, most: int | None
) -> tuple[int, ...]:
    """The people that each open hour needs: as many as the work of the last hours (the budget, at most twelve) asks for at
    85 % occupancy, checked against the backlog; where that does not keep the target, `most` in each open hour. Empty
    when the opening hours alone forbid the target.
    """
    if most is None:
        return ()
    window = max(1, min(12, math.floor(budget_h)))
    open_hours = [hour for hour in range(len(staff)) if staff[hour]]
    for slack in range(3):
        plan = [0] * len(staff)
        for hour in open_hours:
            work = sum(arrivals[(hour - back) % WEEK] for back in range(window)) * minutes / 60 / window
            plan[hour] = min(most, max(1 if work else 0, math.ceil(work / HIGHEST_OCCUPANCY)) + slack)
        found = waiting(arrivals, plan, minutes)
        if found.p95_h is not None and found.p95_h <= budget_h and found.occupancy <= HIGHEST_OCCUPANCY:
            return tuple(plan)
    return tuple(most if there else 0 for there in staff)


def live_scenario(live: Live, load: Load, share: float, label: str) -> Scenario:
    """Each hour for itself by Erlang A; the worst hour with arrivals speaks for the week."""
    arrivals = [n * share for n in load.hours]
    staff = load.route.staff
    queues = [_queue(live, n, load.minutes, there) for n, there in zip(arrivals, staff, strict=True)]
    needed = tuple(
        people_needed(n, load.minutes, live.patience_minutes, live.answer_within_seconds, live.share) if n else 0
        for n in arrivals
    )
    total = sum(arrivals) or 1.0
    worst = min(range(len(queues)), key=lambda hour: (queues[hour].answered_in_time, -arrivals[hour]))
    wait_h = sum(q.mean_wait_s * n for q, n in zip(queues, arrivals, strict=True)) / total / 3600
    work = sum(arrivals) * load.minutes / 60
    return Scenario(
        share=share,
        label=label,
        per_month=round(load.per_month * share, 1),
        median_h=round(wait_h, 4),
        p95_h=round(live.answer_within_seconds / 3600, 4) if not _short(needed, staff) else None,
        occupancy=round(min(99.0, work / sum(staff)) if sum(staff) else 99.0, 3),
        worst_hour=hour_name(worst),
        staff_needed=max(needed, default=0),
        answered_in_time=round(queues[worst].answered_in_time, 4),
        leaves=round(sum(q.leaves * n for q, n in zip(queues, arrivals, strict=True)) / total, 4),
        needed=needed,
        short=_short(needed, staff),
    )


def _queue(live: Live, per_hour: float, minutes: float, people: int) -> Queue:
    return erlang_a(per_hour, minutes, live.patience_minutes, people, live.answer_within_seconds)


def _short(needed: Sequence[int], staff: Sequence[int]) -> tuple[int, ...]:
    return tuple(hour for hour, (n, there) in enumerate(zip(needed, staff, strict=True)) if n > there)


def _round(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 2)

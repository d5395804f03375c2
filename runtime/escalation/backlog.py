"""How long handoffs wait: an hour-by-hour first-come-first-served backlog over weeks with opening hours.

Erlang's formulas assume that somebody is there and that people hang up; for tickets over nights and weekends they are
wrong by days.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

HOURS = 168
WARM_UP, WEEKS = 2, 4


@dataclass(frozen=True)
class Waiting:
    """Hours; None when the backlog grows without end. `occupancy`: work arriving over hours of work on duty.
    `worst_hour`: hour of the week whose arrivals wait longest.
    """

    median_h: float | None
    p95_h: float | None
    occupancy: float
    worst_hour: int


def waiting(arrivals: Sequence[float], staff: Sequence[int], minutes_each: float) -> Waiting:
    """Waiting until a person begins.

    Args:
        arrivals: handoffs in each of the 168 hours of a week.
        staff: people on duty in each of these hours.
        minutes_each: handling time of one.
    """
    served = 60 / minutes_each
    work, capacity = sum(arrivals), sum(staff) * served
    occupancy = work / capacity if capacity else math.inf
    if work == 0:
        return Waiting(0.0, 0.0, 0.0, 0)
    if occupancy >= 1:
        return Waiting(None, None, occupancy, max(range(HOURS), key=lambda hour: arrivals[hour]))
    waits = _simulate(arrivals, staff, served)
    worst = max(waits, key=lambda entry: entry[1])
    return Waiting(_weighted(waits, 0.5), _weighted(waits, 0.95), occupancy, worst[0])


def staff_needed(
    arrivals: Sequence[float], staff: Sequence[int], minutes_each: float, budget_h: float, most: int = 200
) -> int | None:
    """The fewest people in each open hour that keep 95 % within the budget at an occupancy of at most 85 %; None:
    opening hours alone forbid it.
    """
    for people in range(1, most + 1):
        found = waiting(arrivals, [people if on_duty else 0 for on_duty in staff], minutes_each)
        if found.p95_h is not None and found.p95_h <= budget_h and found.occupancy <= 0.85:
            return people
        if people > 20 and found.occupancy < 0.05:
            return None
    return None


def _simulate(arrivals: Sequence[float], staff: Sequence[int], served: float) -> list[tuple[int, float, float]]:
    """(hour of the week, wait in hours, how many) of everything that arrived in the weeks after the warm-up."""
    queue: deque[list[float]] = deque()
    waits: list[tuple[int, float, float]] = []
    first = WARM_UP * HOURS
    end = first + WEEKS * HOURS
    hour = 0
    while hour < end or queue:
        if hour < end and arrivals[hour % HOURS] > 0:
            queue.append([hour, arrivals[hour % HOURS]])
        left = staff[hour % HOURS] * served
        while queue and left > 1e-12:
            arrived, many = queue[0]
            taken = min(many, left)
            left -= taken
            queue[0][1] -= taken
            if arrived >= first:
                waits.append((int(arrived) % HOURS, max(0.0, hour - arrived), taken))
            if queue[0][1] <= 1e-12:
                queue.popleft()
        hour += 1
        if hour > end + 60 * HOURS:
            break
    return waits


def _weighted(waits: Sequence[tuple[int, float, float]], q: float) -> float:
    total, seen = sum(many for _, _, many in waits), 0.0
    ordered = sorted(waits, key=lambda entry: entry[1])
    for _, wait, many in ordered:
        seen += many
        if seen >= q * total - 1e-9:
            return wait
    return ordered[-1][1]

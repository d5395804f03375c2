"""How many people answer live contacts: Erlang A, in which people who wait too long leave; Erlang C is its upper bound.

Formulas: Garnett, Mandelbaum & Reiman, Designing a call center with impatient customers, M&SOM 4 (2002); Erlang B by its
recursion, which does not overflow. Rates are per hour, times in hours unless a name says seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = 200


@dataclass(frozen=True)
class Queue:
    """`waits`: share that has to wait; `leaves`: share that leaves; `mean_wait_s`: over all, in seconds; `answered_in_time`:
    share answered within the target; `occupancy`: of the people on duty.
    """

    waits: float
    leaves: float
    mean_wait_s: float
    answered_in_time: float
    occupancy: float


def erlang_b(load: float, people: int) -> float:
    """Share that would be turned away without a queue. `load`: arrivals × handling time (Erlangs)."""
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, people: int) -> float:
    """Share that waits when nobody ever leaves; 1 where the work never ends."""
    if load >= people:
        return 1.0
    blocked = erlang_b(load, people)
    return blocked / (1 - load / people * (1 - blocked))


def erlang_a(per_hour: float, minutes_each: float, patience_minutes: float, people: int, within_s: float = 0) -> Queue:
    """A live queue with impatient customers (M/M/n+M).

    Args:
        patience_minutes: mean time after which somebody who waits leaves.
        within_s: target for `answered_in_time`.
    """
    if per_hour <= 0:
        return Queue(0.0, 0.0, 0.0, 1.0, 0.0)
    if people == 0:
        return Queue(1.0, 1.0, patience_minutes * 60, 0.0, math.inf)
    served, left = 60 / minutes_each, 60 / patience_minutes
    blocked = erlang_b(per_hour / served, people)
    total = term = 1.0
    k, queue = 0, 0.0
    while term > 1e-14 * total:
        k += 1
        term *= per_hour / (people * served + k * left)
        total += term
        queue += k * term
    waits = blocked * total / (1 + blocked * (total - 1))
    length = queue / total * waits
    leaves = left * length / per_hour
    wait_h = length / per_hour
    in_time = _in_time(waits, leaves, per_hour, served, left, people, within_s / 3600)
    return Queue(waits, leaves, wait_h * 3600, in_time, min(1.0, per_hour * (1 - leaves) / (served * people)))


def people_needed(
    per_hour: float,
    minutes_each: float,
    patience_minutes: float,
    within_s: float,
    share: float,
    highest_occupancy: float = 0.85,
    most: int = 2_000,
) -> int:
    """The fewest people that answer `share` within the time, and are not busier than `highest_occupancy`."""
    people = max(1, math.floor(per_hour * minutes_each / 60 * 0.5)) if per_hour > 0 else 0
    while people < most:
        found = erlang_a(per_hour, minutes_each, patience_minutes, people, within_s)
        if found.answered_in_time >= share and found.occupancy <= highest_occupancy:
            return people
        people += 1
    return people


def _in_time(
    waits: float, leaves: float, per_hour: float, served: float, left: float, people: int, within: float
) -> float:
    """Share that is answered within the time. Whoever finds k others waiting is answered once k + 1 of those ahead were
    served or left, unless they leave first: positions fall at rate capacity + k·left, the customer leaves at rate left.
    """
    import numpy as np

    answered, at_once = 1 - leaves, 1 - waits
    if waits <= 0 or within <= 0:
        return at_once
    weights, capacity = [1.0], people * served
    while weights[-1] > 1e-10 and len(weights) < 4_000:
        weights.append(weights[-1] * per_hour / (capacity + len(weights) * left))
    ahead = np.array(weights)
    falls = capacity + np.arange(len(ahead)) * left
    reach = np.cumprod(falls / (falls + left))  # answered before leaving, from each position
    some_time = float(ahead @ reach)
    step = within / STEPS
    part = np.minimum(1.0, -np.expm1(-falls * step))
    for _ in range(STEPS):
        moved = ahead * part
        ahead = (ahead - moved + np.append(moved[1:], 0.0)) * np.exp(-left * step)
    late = float(ahead @ reach) / some_time if some_time else 0.0
    return max(0.0, min(answered, at_once + (answered - at_once) * (1 - late)))

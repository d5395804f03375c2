"""The sums: from inputs to hours and money, for single values and for draws alike.

    attempted = tickets × eligible               resolved = attempted × resolved share × (1 - repeats in 7 days)
    hours     = resolved × minutes × (1 - shorter) + handed off × minutes saved - approvals × minutes of an approval
    money     = hours × usable share × cost of an hour - attempts × (price + cost of errors)

A workflow's money is its margin; run cost and introduction belong to the portfolio, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.systems.settings import Autonomy

Array = NDArray[np.float64]
Values = Mapping[tuple[str, str], Array]
MINUTES = 60.0


@dataclass(frozen=True)
class Month:
    """One workflow at full use, a month: one value a draw. `value` is None where money cannot be said."""

    tickets: Array
    attempted: Array
    resolved: Array
    hours: Array
    value: Array | None


@dataclass(frozen=True)
class Total:
    """The portfolio: hours a month at full use, money over the period, and its course month by month."""

    hours: Array
    value: Array | None
    course: Array | None  # months × draws, cumulated


def month(values: Values, workflow: str, autonomy: Autonomy, *, money: bool) -> Month:
    """A workflow's month; one that may not run attempts nothing."""

    def own(name: str) -> Array:
        return values[(name, workflow)]

    runs = 1.0 if autonomy in ("act", "approve") else 0.0
    attempted = own("tickets_per_month") * own("eligible_share") * runs
    first = attempted * own("resolved_share")
    resolved = first * (1 - own("repeat_share"))
    minutes = resolved * own("minutes_today") * (1 - own("shorter_share"))
    minutes = minutes + (attempted - first) * own("handoff_minutes")
    if autonomy == "approve":
        minutes = minutes - attempted * own("approval_minutes")
    hours = minutes / MINUTES
    if not money:
        return Month(own("tickets_per_month"), attempted, resolved, hours, None)
    freed = hours * values[("cost_per_hour", "")]
    usable = np.where(hours > 0, values[("usable_share", "")], 1.0)  # more work than today is paid in full
    cost = attempted * (values[("price_per_attempt", "")] + values[("error_cost_per_1000", "")] / 1000)
    return Month(own("tickets_per_month"), attempted, resolved, hours, freed * usable - cost)


def total(values: Values, months: Sequence[Month], period: int, *, money: bool) -> Total:
    """The portfolio over `period` months: linear ramp, discount by month, run cost from the first month."""
    draws = np.shape(values[("ramp_months", "")])
    hours = sum((m.hours for m in months), np.zeros(draws))
    if not money:
        return Total(hours, None, None)
    margin = sum((m.value for m in months if m.value is not None), np.zeros(draws))
    flow = np.empty((period, *draws))
    for n in range(period):
        ramp = np.clip((n + 1) / np.maximum(values[("ramp_months", "")], 1e-9), 0.0, 1.0)
        discount = (1 + values[("discount_per_year", "")]) ** (-(n + 1) / 12)
        flow[n] = (margin * ramp - values[("run_cost_per_month", "")]) * discount
    course = np.cumsum(flow, axis=0) - values[("one_off", "")]
    return Total(hours, course[-1], course)


def break_even_factor(value_at: Callable[[float], float]) -> float | None:
    """By what all volumes would have to be multiplied so that the period comes out at zero; None: at no volume.

    The value is linear in the volumes, so two points tell all.
    """
    fixed, at_one = value_at(0.0), value_at(1.0)
    slope = at_one - fixed
    return -fixed / slope if slope > 0 else None

"""People against handoffs as values for print and JSON: each hour of a route's week with those named and those needed."""

from __future__ import annotations

from pydantic import Field

from assess.out import Out


class Share(Out):
    """One share of handoffs. Hours are None where the backlog never drains; `in_time` for live channels only."""

    label: str
    per_month: float
    median_h: float | None = None
    p95_h: float | None = None
    in_time: float | None = None
    occupancy: float
    needed: int | None = Field(None, description="people at once that keep the target; None: opening hours forbid it")


class RouteStaff(Out):
    """One route at the share that its autonomy asks for. `named`, `needed`: people in each hour of the week, Monday 0 h
    first; `needed` is empty where no number of people keeps the target in these hours.
    """

    route: str
    live: bool
    promised: str = Field(description="the time to a person in words")
    minutes_each: float
    minutes_source: str
    asked: str
    named: tuple[int, ...]
    needed: tuple[int, ...] = ()
    arrivals: tuple[float, ...] = Field(description="handoffs in each hour of the week")
    shares: list[Share] = Field(default_factory=list)

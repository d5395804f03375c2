"""The roadmap as values for print and JSON: tasks, dates at P50 and P80, roles, the common factor, dates that were kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assess.out import Out


class Effort(Out):
    """Person-days (optimistic, likely, pessimistic), elapsed waiting days, role."""

    days: tuple[float, float, float]
    wait_days: float = 0.0
    role: str


class Task(Out):
    """Findings with one cause are one task."""

    id: str
    title: str
    findings: list[str]
    role: str
    effort: Effort
    needs: list[str] = Field(default_factory=list)
    start_p50: float = Field(description="weeks after the start, P50 of the begin")
    finish_p50: float
    finish_p80: float
    lifts: list[str] = Field(default_factory=list, description="what it opens: levels and gates, in words")
    gain_days: float = Field(0.0, description="mean days that the whole would end earlier without this task")
    horizon: Literal[30, 60, 90, 180] = Field(90, description="days within which it is done at P80")
    items: int = Field(1, description="things to mend, as counted: operations, sentences, articles")


class Milestone(Out):
    """When a level or gate can be reached: weeks, P50 and P80."""

    what: str
    p50_weeks: float
    p80_weeks: float
    person_days: float


class RoleLoad(Out):
    """A role's people, work and what one more person would bring."""

    role: str
    people: int
    person_days: float = Field(description="likely days, without the common factor")
    one_more_days: float = Field(description="mean working days by which the whole would end earlier")


class Pace(Out):
    """The common factor on every effort: lognormal; from the reference class, then from finished tasks."""

    median: float
    sigma: float
    finished: int = Field(0, description="finished tasks that it was learnt from")


class HitRate(Out):
    """How often tasks were done by the date that an issued report gave, with the 95 % Wilson interval."""

    percentile: Literal[50, 80]
    hits: int
    of: int
    low: float
    high: float
    calibrated: bool = Field(description="false below 20 finished tasks: not yet a statement about our dates")


class Roadmap(Out):
    tasks: list[Task] = Field(default_factory=list)
    milestones: list[Milestone] = Field(default_factory=list)
    scarce_role: str = Field("", description="the role whose next person saves most; empty: none saves a day")
    one_more: str = ""
    assumptions: list[str] = Field(default_factory=list)
    roles: list[RoleLoad] = Field(default_factory=list)
    pace: Pace = Field(default_factory=lambda: Pace(median=1.3, sigma=0.35))
    hit_rates: list[HitRate] = Field(default_factory=list)
    likely_weeks: float = Field(0.0, description="what adding up the likely days would promise: shown, not used")

"""What the escalation probes read: declared routes, drills against the real destination, drills of the runtime,
capacity.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Shot


class Walked(BaseModel):
    """Cases that come to this route: a workflow, with the category that its text may turn out to be (empty: none)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workflow: str
    category: str = ""


class RoutePlan(Artifact):
    """A route as declared (or a workflow that has none: `declared` false). `staff`: people on duty in each hour of
    the week, Monday 0 h first, deputies' routes included.
    """

    kind: ClassVar[str] = "route_plan"
    declared: bool = True
    workflows: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    destination: str = ""
    destination_kind: str = ""
    deputy: str = ""
    interface: str = ""
    team: str = ""
    sensitive: bool = False
    approvers: int = 0
    time_to_human_minutes: int = 0
    zone: str = "UTC"
    staff: tuple[int, ...] = ()
    gaps: tuple[str, ...] = ()
    open_minutes: int = 0
    problems: tuple[str, ...] = ()
    walked: tuple[Walked, ...] = ()
    holidays: int = Field(
        0, description="public holidays in the year after the run, where escalation.yaml names a country"
    )
    holiday_gaps: str = Field("", description="hours of a holiday without anybody, in words")
    next_holiday: str = ""


class Delivered(BaseModel):
    """One drill handoff as it was read back: how long it took, what was different, how it reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stop: str
    route: str
    destination: str
    seconds: float
    flaws: tuple[str, ...] = ()
    score: int = 0
    language: str = ""
    measured: bool = True
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    copies: int = 1
    how: str = ""
    unclear: str = Field("", description="why nothing can be said: the way was broken, or a limit of ours was met")
    alerted: tuple[str, ...] | None = Field(
        None, description="who was told; None: the destination cannot say, or was not asked"
    )
    alert_seconds: float | None = None


class HandoffDrill(Artifact):
    """Disposable handoffs at the system behind a route's destination, spread over its queues: read back, counted,
    closed.
    """

    kind: ClassVar[str] = "handoff_drill"
    destination: str
    system: str = ""
    delivered: tuple[Delivered, ...] = ()
    visible_after_s: float = 0.0
    created: int = 0
    closed: int = 0
    shots: tuple[Shot, ...] = ()


class OutageCase(BaseModel):
    """One fault in the way of one handoff. `copies` over all destinations after everything had come back.

    `unclear`: the real system could not be asked, so nothing is said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: str
    route: str = ""
    budget_s: int = 0
    delivered_to: str = ""
    copies: int = 0
    unclear: str = ""
    after_s: float = 0.0
    attempts: int = 0


class OutageDrill(Artifact):
    kind: ClassVar[str] = "outage_drill"
    destination: str
    deputy: str = ""
    cases: tuple[OutageCase, ...] = ()


class AnswerDrill(Artifact):
    """Decisions by each way back: the right ones act once, the wrong ones do nothing. `agent_refused`: the
    destination refused a decision by the agent's own writer; None: not tried.
    """

    kind: ClassVar[str] = "answer_drill"
    destination: str = ""
    right: dict[str, bool] = Field(default_factory=dict)
    wrong: dict[str, bool] = Field(default_factory=dict, description="case → nothing happened")
    field_at_destination: bool | None = None
    agent_refused: bool | None = None
    decide_operation: str = Field("", description="operation of the ticket system that records a decision")
    shots: tuple[Shot, ...] = ()


class SilenceDrill(Artifact):
    """Who speaks after a handoff. `held`: situation → the runtime did what it should; `noted`: a note reached the drill's
    ticket, None when that could not be seen (`unclear` says why).
    """

    kind: ClassVar[str] = "silence_drill"
    destination: str = ""
    held: dict[str, bool] = Field(default_factory=dict)
    noted: bool | None = None
    unclear: str = ""


class HumanTimes(Artifact):
    """How long a route's handoffs waited for a decision: counts and one quantile of a whole team, never of a person."""

    kind: ClassVar[str] = "human_times"
    budget_s: int
    decisions: int
    within: int = Field(description="decided within the budget")
    p90_s: int


class UnderstandingDrill(Artifact):
    """Seeded messages through the runtime's own reading: who asks for a person, what is sensitive, and which route
    each would take.
    """

    kind: ClassVar[str] = "understanding_drill"
    human: dict[str, tuple[int, int]] = Field(default_factory=dict, description="language → recognised, asked")
    human_missed: tuple[str, ...] = ()
    category: dict[str, tuple[int, int]] = Field(default_factory=dict, description="category → recognised, asked")
    category_missed: tuple[str, ...] = ()
    unrouted: tuple[str, ...] = Field(
        (), description="sensitive category for which a workflow has no sensitive route, in words"
    )
    leaked: tuple[str, ...] = Field((), description="restricted values that a rendered handoff still showed")


class TodaysHandoffs(Artifact):
    """The last handoffs of the bot that is in use, scored as text; no text is kept. `named` false: escalation.yaml names
    none. `missing`: part → in how many it is missing; `unscored`: language → how many have no word list.
    """

    kind: ClassVar[str] = "todays_handoffs"
    named: bool = True
    file: str = ""
    tag: str = ""
    found: int = Field(0, description="such tickets in the export, of which the last 50 are scored")
    scores: tuple[int, ...] = ()
    unscored: dict[str, int] = Field(default_factory=dict)
    missing: dict[str, int] = Field(default_factory=dict)
    capped: dict[str, int] = Field(default_factory=dict, description="fault that caps a score → in how many")


class Scenario(BaseModel):
    """Waiting at one share of handoffs with the declared staff. Tickets: an hour-by-hour backlog, in hours, None: it
    never drains. Live: Erlang A in the hour that is worst, `answered_in_time` and `leaves` as shares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float
    label: str
    per_month: float
    median_h: float | None
    p95_h: float | None
    occupancy: float
    worst_hour: str
    staff_needed: int | None = Field(None, description="people in each open hour that meet the target")
    answered_in_time: float | None = None
    leaves: float | None = None
    needed: tuple[int, ...] = Field((), description="people in each hour of the week that meet the target")
    short: tuple[int, ...] = Field((), description="hours of the week, 0–167, in which the people named are too few")


class Capacity(Artifact):
    """`arrivals` and `staff`: of each hour of the week, Monday 0 h first, all cases before a share is handed off.

    `live`: people answer while the customer waits; then `target` is the share to be answered in `within_s` seconds.
    """

    kind: ClassVar[str] = "capacity"
    route: str
    budget_h: float
    minutes_each: float
    minutes_source: str
    per_month: float
    scenarios: tuple[Scenario, ...] = ()
    asked: str = Field("", description="label of the scenario that the autonomy asked for amounts to")
    live: bool = False
    within_s: int = 0
    target: float = 0.95
    arrivals: tuple[float, ...] = ()
    staff: tuple[int, ...] = ()

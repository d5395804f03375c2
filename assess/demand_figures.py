"""What the ticket export says and which workflows come first, as values for print and JSON. Shares are between 0 and 1."""

from __future__ import annotations

from pydantic import Field

from assess.out import Out
from runtime.systems.settings import Autonomy


class Measured(Out):
    """k of n with its 95 % interval (Wilson)."""

    k: int
    n: int
    low: float
    high: float


class Mixed(Out):
    """A group of tickets that are alike, proposed from their words; a person names it. `examples`: shortened digests of
    ticket ids, so that whoever holds the export finds them.
    """

    words: list[str]
    tickets: int
    share: Measured
    mostly: str = Field(description="the workflow that most of them were counted to; `other`: none")
    mostly_share: float
    examples: list[str] = Field(default_factory=list)


class TicketFigures(Out):
    """The export: what was read of it, what was assumed, and what it says of all tickets."""

    file: str
    accounting: str
    assumed: list[str] = Field(default_factory=list)
    per_month: float
    months: dict[str, int] = Field(default_factory=dict)
    minutes: float | None = Field(None, description="median handling time")
    solved_hours: float | None = Field(None, description="median time until solved: no handling time")
    texts: int = Field(description="tickets whose text was read")
    stakes: Measured | None = Field(None, description="high-stakes by rules")
    caught: Measured | None = Field(None, description="high-stakes by rules or by nearness in meaning")
    categories: dict[str, int] = Field(default_factory=dict)
    emotional: Measured | None = None
    repeated: Measured | None = Field(None, description="another contact about the same within 7 days")
    reopened: Measured | None = None
    languages: dict[str, int] = Field(default_factory=dict)
    counted_by: str = ""
    mix: list[Mixed] = Field(default_factory=list)


class Candidate(Out):
    """A workflow in the order in which to start: hours that people spend on it, times how much of it already holds."""

    workflow: str
    title: str
    autonomy: Autonomy
    tickets: float = Field(description="a month")
    tickets_from: str = Field(description="`export` with its interval, or `engagement.yaml`")
    share: Measured | None = None
    minutes: float | None = None
    minutes_from: str = ""
    hours: float | None = Field(None, description="a month, by people today; None without a handling time")
    excluded: float = Field(0.0, description="share that is high-stakes: it stays with people")
    checks_met: int = 0
    checks: int = 0
    score: float | None = Field(None, description="hours × (1 − excluded) × checks met of asked")
    systems: float | None = Field(None, description="systems that people use for one case")
    systems_called: int = Field(0, description="systems that the goal's steps call")
    repeated: Measured | None = None
    emotional: Measured | None = None
    says: str = Field("", description="the order explained, in one sentence")


class ClientComment(Out):
    """The client's words on a finding, from report.yaml; finding, level and gate stay as they are."""

    finding: str
    says: str
    by: str
    accepted_risk: bool = False
    until: str = ""

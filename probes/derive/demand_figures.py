"""What an export of tickets says, as an artifact: volumes, shares with their intervals, and how the file was read."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact
from probes.derive.ticket_mix import Cluster


class Part(BaseModel):
    """k of n with its 95 % interval (Wilson); shares between 0 and 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.k / self.n if self.n else 0.0


class WorkflowDemand(BaseModel):
    """One workflow's tickets. `low` and `high`: 95 % interval of the share (Wilson); `per_month`: median month.

    `minutes`: median handling time. `texts`: its tickets in the sample that was read; `high_stakes`, `stakes` (by
    rules), `caught` (rules or net) and `emotional` count those. `repeated`: contacts followed by another of the same customer about the same within 7 days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tickets: int
    share: float
    low: float
    high: float
    per_month: float
    minutes: float | None = None
    high_stakes: dict[str, int] = Field(default_factory=dict)
    hours: tuple[int, ...] = ()
    texts: int = 0
    stakes: Part | None = None
    caught: Part | None = None
    emotional: Part | None = None
    repeated: Part | None = None
    systems: float | None = None


class Demand(Artifact):
    """Volumes of the export. `hours`: tickets in each hour of the week, Monday 0 h first, in `zone`.

    `texts`: tickets whose text was read, a uniform sample of at most 20,000; `high_stakes`, `emotional` and `languages`
    count those. `assumed`: what was taken for granted, in sentences. `repeated` is over sampled customers;
    first-contact resolution is its complement.
    """

    kind: ClassVar[str] = "demand"
    file: str
    layout: str
    encoding: str
    delimiter: str
    zone: str
    read: int
    quarantined: int
    blank: int
    footer: int
    first_bad: int = 0
    warnings: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    reasons: dict[str, int] = Field(default_factory=dict)
    months: dict[str, int] = Field(default_factory=dict)
    median_month: float = 0
    peak_month: str = ""
    days: int = 0
    hours: tuple[int, ...] = ()
    channels: dict[str, int] = Field(default_factory=dict)
    minutes: float | None = None
    solved_hours: float | None = Field(None, description="median time until solved; never handling time")
    reopened: Part | None = None
    high_stakes: dict[str, int] = Field(default_factory=dict)
    stakes: Part | None = None
    caught: Part | None = None
    emotional: Part | None = None
    repeated: Part | None = None
    customers: int = 0
    texts: int = 0
    net: bool = Field(False, description="the embedding net stood behind the rules")
    languages: dict[str, int] = Field(default_factory=dict)
    classified: int = 0
    method: str = ""
    workflows: dict[str, WorkflowDemand] = Field(default_factory=dict)
    mix: tuple[Cluster, ...] = ()

    @property
    def records(self) -> int:
        return self.read + self.quarantined + self.blank + self.footer

    def accounting(self) -> str:
        """`read 4,999,850 of 5,000,000; quarantined 150, first at line 812`."""
        said = f"read {self.read:,} of {self.read + self.quarantined:,}"
        if self.quarantined:
            said += f"; quarantined {self.quarantined:,}, first at line {self.first_bad:,}"
        others = [f"{n:,} {name}" for n, name in ((self.blank, "blank"), (self.footer, "footer")) if n]
        return f"{said}; {' and '.join(others)} lines passed over" if others else said

    def category_share(self, category: str) -> float:
        """Share of tickets of a high-stakes category; bundles of before the sample counted every ticket."""
        return self.high_stakes.get(category, 0) / max(1, self.texts or self.read)

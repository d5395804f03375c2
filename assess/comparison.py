"""What `cxready compare` yields, as one value: levels and gates that moved, answers that changed, what is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from assess.assessment import Pace
from assess.changes import InputChange
from assess.out import Out
from probes.finding import Dimension, State, Subject
from runtime.gate import ORDER
from runtime.systems.settings import Autonomy


class Side(Out):
    """One of the two: which evidence, as of when, collected under which catalogue."""

    organisation: str
    as_of: datetime
    bundle: str
    run: str
    collected_with: str = Field(description="catalogue at the time of collecting")
    profile: str
    tool: str


class Change(Out):
    """One question of one subject whose answer differs. A state is None where the question was not asked."""

    probe: str
    subject: Subject
    dimension: Dimension
    level: int
    essential: bool
    was: State | None
    now: State | None
    title: str = Field(description="what is true now; what was true, where the question is gone")
    number: str = ""
    cause: str = ""
    workflows: list[str] = Field(default_factory=list)


class LevelMove(Out):
    """A dimension's level, confirmed and possible, before and after."""

    confirmed: tuple[int, int]
    possible: tuple[int, int]
    answered: tuple[int, int] = Field(description="questions that are answered")
    asked: tuple[int, int]
    self_assessed: tuple[int | None, int | None] = (None, None)

    @property
    def fell(self) -> bool:
        return self.confirmed[1] < self.confirmed[0]


class GateMove(Out):
    """A workflow's autonomy before and after; None where there was no such workflow."""

    workflow: str
    title: str
    was: Autonomy | None
    now: Autonomy | None
    because: list[str] = Field(
        default_factory=list, description="changed answers that this workflow stands on, and caps that came or went"
    )

    @property
    def moved(self) -> bool:
        return self.was != self.now

    @property
    def fell(self) -> bool:
        return _rank(self.now) < _rank(self.was)


class Comparison(Out):
    """compare --json, `format: 1`."""

    format: Literal[1] = 1
    old: Side
    new: Side
    catalogue: str = Field(description="both were judged with it")
    same_evidence: bool = Field(description="one bundle, other files: whatever moved was moved by `inputs`")
    overall: LevelMove
    levels: dict[Dimension, LevelMove]
    gates: list[GateMove]
    mended: list[Change] = Field(default_factory=list)
    broken: list[Change] = Field(default_factory=list)
    first_measured: list[Change] = Field(default_factory=list)
    no_longer_measured: list[Change] = Field(default_factory=list)
    still_open: list[Change] = Field(default_factory=list)
    asked_anew: list[Change] = Field(default_factory=list, description="questions of subjects that were not in scope")
    gone: list[Change] = Field(default_factory=list, description="questions of subjects that left the scope")
    applicability: list[Change] = Field(default_factory=list, description="began or ceased to apply")
    inventory_gone: dict[str, list[str]] = Field(default_factory=dict)
    inventory_new: dict[str, list[str]] = Field(default_factory=dict)
    articles_changed: list[str] = Field(default_factory=list, description="in both bundles, with another text")
    inputs: list[InputChange] = Field(default_factory=list)
    moved_by: dict[str, list[str]] = Field(
        default_factory=dict, description="one bundle, other files: what each changed file moves when it alone changes"
    )
    pace: tuple[Pace, Pace] | None = Field(None, description="common factor on efforts, before and after")
    worse: list[str] = Field(default_factory=list, description="what fell or broke, in words; what --fail-on asks for")
    remarks: list[str] = Field(default_factory=list)


def _rank(autonomy: Autonomy | None) -> int:
    return -1 if autonomy is None else ORDER.index(autonomy)

"""assessment.json: everything that was judged, as one value; every output is drawn from it alone.

Source of the level rule: our own, after the shape of ISO/IEC 33020 and stricter (see `assess/levels.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from assess.case_figures import BusinessCase
from assess.demand_figures import Candidate, ClientComment, TicketFigures
from assess.out import Interval, Out
from assess.relation_figures import Relation
from assess.roadmap_figures import Effort, HitRate, Milestone, Pace, Roadmap, RoleLoad, Task
from assess.staff_figures import RouteStaff
from assess.system_figures import Fitness, Join, SystemRow
from assess.version_figures import Since, Standing
from probes.derive.matrix_cells import Matrix
from probes.finding import Dimension, Evidence, Grade, State, Subject
from runtime.gate import WorkflowGate
from runtime.systems.settings import Autonomy

LEVEL_NAMES = {1: "Answer", 2: "Look up", 3: "Prepare", 4: "Act within limits", 5: "Adapt"}


class Coverage(Out):
    """Cells measured, of those that apply; by grade of evidence."""

    measured: int = 0
    declared: int = 0
    attested: int = 0
    not_measured: int = 0
    not_applicable: int = 0
    later: int = 0

    @property
    def applicable(self) -> int:
        return self.measured + self.declared + self.attested + self.not_measured


class Step(Out):
    """One level of one unit: how much weight is met, what it may still miss, which essentials hold it."""

    level: int
    weight: int
    met: int
    unknown: int
    may_miss: int
    essential_missing: list[str] = Field(default_factory=list)


class UnitLevel(Out):
    confirmed: int
    possible: int
    steps: list[Step] = Field(default_factory=list)


class DimensionLevel(Out):
    confirmed: int
    possible: int
    coverage: Coverage
    under_way: bool = False
    units: dict[str, UnitLevel] = Field(default_factory=dict)
    self_assessed: int | None = None
    held_by: list[str] = Field(
        default_factory=list, description="findings (F-03) and unmeasured probes that hold the next level"
    )


class Cell(Out):
    """One question asked of one subject."""

    probe: str
    subject: Subject
    dimension: Dimension
    level: int
    essential: bool
    weight: int
    state: State
    title: str
    cause: str = ""
    grade: Grade = "none"
    later: bool = False
    would_measure: str = ""
    workflows: list[str] = Field(default_factory=list)
    seen: date | None = Field(None, description="day of the oldest evidence that it rests on")


class Finding(Out):
    """Something not met, numbered once and for ever (F-03 stays F-03)."""

    id: str
    number: str
    probe: str
    subject: Subject
    dimension: Dimension
    level: int
    essential: bool
    outcome: State
    title: str
    cause: str
    grade: Grade
    evidence: list[Evidence] = Field(default_factory=list)
    consequence: str = ""
    remedy: list[str] = Field(default_factory=list)
    why: str = ""
    how: str = ""
    effort: Effort
    owner: str = ""
    workflows: list[str] = Field(default_factory=list, description="workflows that it holds back")
    tickets_per_month: int = 0
    relates: list[str] = Field(default_factory=list)
    subject_of_proof: str = ""


class Measurement(Out):
    """A measurement that would tell most: what to do, and what it could move."""

    probe: str
    subject: Subject
    do: str
    could_move: str
    closes: float = Field(
        0.0, description="levels between confirmed and possible that it is expected to close, over the five dimensions"
    )
    hours: float = Field(0.0, description="hours of a person that it takes: our estimate by kind of question")


class CouldBe(Out):
    """A step above today's gate, and the shortest list that leads there; with any one entry left out it does not."""

    autonomy: Autonomy
    measure: list[str] = Field(default_factory=list, description="not measured: would have to come out as met")
    mend: list[str] = Field(default_factory=list, description="findings by number")
    hours: float = Field(0.0, description="hours of a person for the measurements")


class Workflow(Out):
    """A workflow as the report shows it: volume, gate, levels over its own cells."""

    name: str
    title: str
    category: str
    tickets_per_month: int | None = None
    minutes_today: float | None = None
    systems_toggled: int | None = None
    levels: dict[Dimension, Interval | None] = Field(default_factory=dict)
    gate: WorkflowGate
    passes: bool
    could: list[CouldBe] = Field(default_factory=list, description="each step above the gate that caps leave open")
    caps: list[str] = Field(default_factory=list, description="rules that keep it below `act` whatever is mended")


class WorkedExample(Out):
    """How one level of this very assessment came about, line by line."""

    dimension: Dimension
    unit: str
    lines: list[str]


class Decision(Out):
    """A decision asked of the board, from report.yaml; an empty cell stays empty."""

    decision: str
    sets_free: str = ""
    cost: str = ""
    owner: str = ""
    date: str = ""


class Overall(Out):
    confirmed: int
    possible: int
    target: int
    self_assessed: int | None = None


class Assessment(Out):
    """The whole file, `format: 1`."""

    format: Literal[1] = 1
    tool: str
    organisation: str
    currency: str
    agent: str
    enforcement: str
    as_of: datetime
    version: int = Field(0, description="number of the issued report; 0: not issued")
    moved: bool = Field(False, description="`as_of` was moved by --as-of; printed on the cover")
    catalogue: str
    profile: str
    profile_rules: list[str] = Field(default_factory=list, description="what the profile sets, in sentences for print")
    bundle: str
    run: str
    overall: Overall
    levels: dict[Dimension, DimensionLevel]
    gates: dict[str, WorkflowGate]
    workflows: list[Workflow] = Field(default_factory=list)
    systems: list[SystemRow] = Field(default_factory=list)
    joins: list[Join] = Field(default_factory=list)
    matrices: list[Matrix] = Field(default_factory=list, description="declared against measured, one a system")
    fitness: list[Fitness] = Field(default_factory=list, description="what an agent reads of each described system")
    findings: list[Finding] = Field(default_factory=list)
    cells: list[Cell] = Field(default_factory=list)
    next: list[Measurement] = Field(default_factory=list)
    roadmap: Roadmap = Field(default_factory=Roadmap)
    worked_example: WorkedExample | None = None
    decisions: list[Decision] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    classification: str = Field("Confidential", description="word at the head of each page")
    prepared_by: str = ""
    requests: dict[str, int] = Field(default_factory=dict)
    reversed: list[str] = Field(default_factory=list)
    left_behind: list[str] = Field(default_factory=list)
    inventory: dict[str, int] = Field(default_factory=dict)
    gone: list[str] = Field(default_factory=list)
    knowledge: dict[str, int] = Field(
        default_factory=dict, description="articles, sections, claims, pairs compared, not read"
    )
    limits_proved: list[str] = Field(default_factory=list, description="what the solver proved, in business words")
    business_case: BusinessCase | None = None
    relations: list[Relation] = Field(default_factory=list, description="published frameworks: relates to")
    since: Since | None = Field(None, description="against the version issued last; only where a folder holds one")
    standings: list[Standing] = Field(default_factory=list, description="issued versions and this one, oldest first")
    tickets: TicketFigures | None = Field(None, description="what the ticket export says; None: none was read")
    candidates: list[Candidate] = Field(default_factory=list, description="workflows in the order to start with")
    staffing: list[RouteStaff] = Field(default_factory=list, description="people against handoffs, by route")
    comments: list[ClientComment] = Field(default_factory=list, description="from report.yaml; they move nothing")
    expires: str = ""


GATE_WORDS: dict[Autonomy, str] = {
    "act": "Act alone",
    "approve": "Person approves",
    "observe": "Observe only",
    "blocked": "Blocked",
}

__all__ = [
    "Effort", "HitRate", "Interval", "Join", "Milestone", "Out", "Pace", "Roadmap", "RoleLoad", "SystemRow", "Task",
]  # fmt: skip  # of other files, handed on

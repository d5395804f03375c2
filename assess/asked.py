"""Files that only people can fill: `answers.yaml` (attested facts) and `report.yaml` (decisions, notes, comments)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from runtime.written import Strict


class Answer(Strict):
    """One attested answer: who says it, when, with what proof. `don't know` is an answer."""

    question: str = Field(description="probe id, like `api.owner_named`")
    subject: str = Field("*", description="system, workflow, action or route; * for the whole organisation")
    answer: Literal["yes", "no", "don't know"]
    says: str = ""
    by: str
    on: date
    proof: str = ""


class AnswersFile(Strict):
    format: Literal[1] = 1
    answers: list[Answer] = Field(default_factory=list)

    def find(self, question: str, subject: str) -> Answer | None:
        """The answer for a subject, else the organisation's."""
        fitting = [a for a in self.answers if a.question == question and a.subject in (subject, "*")]
        return min(fitting, key=lambda a: a.subject == "*", default=None)


class DecisionAsked(Strict):
    decision: str
    sets_free: str = ""
    cost: str = ""
    owner: str = ""
    date: str = ""


class Comment(Strict):
    """The client's words on a finding, and whether the risk is accepted. Finding and gate stay as they are."""

    finding: str = Field(description="its number, like F-03")
    says: str
    by: str
    accepted_risk: bool = False
    until: date | None = Field(None, description="the day on which an accepted risk is looked at again")


class FinishedTask(Strict):
    """A task of the roadmap that is done: later forecasts learn from what it took."""

    finding: str = Field(pattern=r"^F-\d{2,}$", description="one finding of the task")
    days: float = Field(gt=0, description="person-days that it took")
    done: date
    by: str = ""


class Theme(Strict):
    """What the report says about itself: who prepared it, and the word at the head of each page."""

    prepared_by: str = ""
    classification: str = "Confidential"


class ReportFile(Strict):
    """Never moves an outcome, a level or a gate."""

    format: Literal[1] = 1
    decisions: list[DecisionAsked] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    comments: list[Comment] = Field(default_factory=list)
    theme: Theme = Field(default_factory=Theme)
    team: dict[str, int] = Field(default_factory=dict, description="role → people who can work on the roadmap")
    start: date | None = None
    project: Literal["private iterative", "other", "public sequential"] = Field(
        "other", description="reference class of the roadmap: how much such projects overrun"
    )
    finished: list[FinishedTask] = Field(default_factory=list, description="tasks that are done, and what they took")

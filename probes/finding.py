"""What a probe says about one subject: the outcome, its evidence, and what would measure it if nothing did.

Not measured is never a pass; not applicable is derived by the tool, never claimed by a person.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.wording import sentence

Dimension = Literal["crm", "api", "knowledge", "guardrails", "escalation"]
DIMENSIONS: tuple[Dimension, ...] = ("crm", "api", "knowledge", "guardrails", "escalation")
Grade = Literal["measured", "declared", "attested", "none"]
EVERYWHERE = "*"


class State(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    NOT_MEASURED = "not_measured"


class Subject(BaseModel):
    """Whom a question is asked of: a unit (system, workflow's articles, action, route; `*` = counts in every unit), and an item in it (operation)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    item: str = ""

    def __str__(self) -> str:
        return f"{self.unit}.{self.item}" if self.item else self.unit


class Evidence(BaseModel):
    """One piece of evidence, redacted: a sentence, and what was sent and seen where there is an exchange."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    request: str = ""  # "POST /credits" and headers and body as text, redacted
    response: str = ""
    at: str = ""
    source: str = ""  # artifact path, file:line, article heading
    facts: dict[str, Any] = Field(default_factory=dict)


class Outcome(BaseModel):
    """A probe's answer for one subject. `title` is the report's heading and states the finding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: State
    title: str
    cause: str = ""  # short and stable: "key ignored", "path", "no budget"
    grade: Grade = "none"
    evidence: tuple[Evidence, ...] = ()
    consequence: str = ""  # what a customer would live through
    remedy: tuple[str, ...] = ()  # replaces the probe's general remedy where the case asks for more
    would_measure: str = ""  # what to do so that it is measured: one imperative sentence, with the command
    subject_of_proof: str = ""  # "bundled runtime" where it was run against that, else empty


def met(title: str, *evidence: Evidence, grade: Grade = "measured", **more: Any) -> Outcome:
    return Outcome(state=State.MET, title=title, grade=grade, evidence=evidence, **more)


def not_met(title: str, *evidence: Evidence, cause: str, grade: Grade = "measured", **more: Any) -> Outcome:
    return Outcome(state=State.NOT_MET, title=title, cause=cause, grade=grade, evidence=evidence, **more)


def not_applicable(title: str, *evidence: Evidence, cause: str = "", grade: Grade = "measured") -> Outcome:
    return Outcome(state=State.NOT_APPLICABLE, title=title, cause=cause, grade=grade, evidence=evidence)


def not_measured(title: str, *, cause: str, would_measure: str = "", evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(
        state=State.NOT_MEASURED, title=title, cause=cause, evidence=evidence, would_measure=sentence(would_measure)
    )

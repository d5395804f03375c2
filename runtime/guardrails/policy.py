"""`guardrails.yaml`: limits, restricted data, triggers and high-stakes categories, in business words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from runtime.guardrails.conditions import DeclaredFact, Record
from runtime.money import MoneyText, exponent
from runtime.systems.settings import Autonomy
from runtime.written import Strict

Category = str
HIGH_STAKES = ("medical_billing", "fraud", "outage", "bereavement", "vulnerable", "unknown_language")


def _dotted(value: str) -> str:
    if "." not in value:
        raise ValueError(f"{value!r} names no system; write system.operation")
    return value


OperationName = Annotated[str, AfterValidator(_dotted)]
"""`system.operation`, like `billing.createCredit`."""


class Amounts(Strict):
    """Upper bounds in one currency; an absent bound means that the action moves no money in it."""

    each: MoneyText | None = None
    customer_per_30_days: MoneyText | None = None
    all_per_day: MoneyText | None = None


class Limits(Amounts):
    """Upper bounds in the engagement's currency (or `currency`), and in others; each currency has totals of its own."""

    count_per_customer_per_30_days: int | None = Field(None, ge=0)
    count_per_day: int | None = Field(None, ge=0)
    currency: str | None = Field(None, description="ISO 4217 code with minor units; default: the engagement's")
    also: dict[str, Amounts] = Field(default_factory=dict, description="bounds in further currencies, by ISO 4217 code")

    @field_validator("currency")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            exponent(value)
        return value


class Action(Strict):
    operations: list[OperationName] = Field(min_length=1)
    limits: Limits = Field(default_factory=Limits)
    conditions: list[str] = Field(
        default_factory=list,
        description="names of facts that must hold: declared under `facts`, of the library, or of an installed package",
    )
    workflows: list[str] = Field(
        default_factory=list,
        description='who may; empty: every workflow whose steps name it, for reads every workflow; "*": every workflow',
    )
    autonomy: Autonomy = "approve"


class EscalateWhen(Strict):
    """Triggers that read the understanding of a message. They can only lower autonomy."""

    asks_for_human: bool = True
    legal_threat: bool = True
    frustration_at_least: float | None = Field(0.6, ge=0, le=1)
    confidence_below: float | None = Field(0.55, ge=0, le=1)


class Approved(Strict):
    """Who said yes to these limits. `reference`: minutes, ticket or signature that shows it."""

    by: str
    on: str = Field(description="YYYY-MM-DD")
    reference: str | None = None


class Review(Strict):
    """One look at the limits. `looked_at`: the measured evidence, like `pilot log 2026-09` or `denials of October`."""

    on: str = Field(description="YYYY-MM-DD")
    by: str
    looked_at: list[str] = Field(default_factory=list)
    decided: str = ""


class GuardrailsFile(Strict):
    format: Literal[1] = 1
    owner: str | None = None
    may_change: list[str] = Field(default_factory=list, description="roles that may change this file")
    approved: Approved | None = None
    reviewed: str | None = Field(None, description="date of the last review, YYYY-MM-DD")
    review_every_days: int = Field(180, ge=1)
    reviews: list[Review] = Field(default_factory=list, description="reviews, oldest first, with what they looked at")
    records: dict[str, Record] = Field(
        default_factory=dict, description="records that facts look at, and which argument of a call names them"
    )
    facts: dict[str, DeclaredFact] = Field(default_factory=dict, description="conditions over records, by name")
    actions: dict[str, Action] = Field(default_factory=dict)
    restricted_data: dict[str, Literal["never_read", "mask", "never_send"]] = Field(default_factory=dict)
    escalate_when: EscalateWhen = Field(default_factory=EscalateWhen)
    high_stakes: list[Category] = Field(default_factory=lambda: list(HIGH_STAKES))
    disclosure: str | None = Field(
        None, description="first sentence on every channel: says that a machine answers (EU AI Act, Art. 50(1))"
    )

    def action_of(self, operation: str) -> str | None:
        """Name of the action that covers `system.operation`."""
        return next((name for name, action in self.actions.items() if operation in action.operations), None)

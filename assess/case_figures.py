"""What the business case yields, as values for print and JSON: inputs with their origin, spreads, break-even, tornado.

Money is in major units of the engagement's currency, rounded to whole units; None where an input is missing, never 0.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assess.out import Out
from runtime.systems.settings import Autonomy

Origin = Literal["export", "answer", "benchmark", "assumption"]


class CaseInput(Out):
    """One input as it was used: three points, where they come from, and whose word it is."""

    name: str
    workflow: str = Field("", description="empty: holds for the portfolio")
    title: str
    low: float
    likely: float
    high: float
    unit: str = Field(description="share, minutes, tickets, months, or the currency with what it is paid for")
    origin: Origin
    says: str = Field("", description="source, person or file, with its date")
    year: int | None = None
    vendor: bool = Field(False, description="the upper end is a vendor's own figure")


class Spread(Out):
    """A distribution by three of its points."""

    p10: float
    p50: float
    p90: float


class WorkflowCase(Out):
    """One workflow a month, at full use. `value` leaves the fixed cost out: that belongs to the portfolio."""

    workflow: str
    title: str
    autonomy: Autonomy
    counted: bool = Field(description="false: the gate keeps it out of this scenario")
    tickets: Spread
    attempted: Spread
    resolved: Spread = Field(description="without a repeat contact in 7 days")
    hours: Spread = Field(description="working hours set free a month; negative: more work than today")
    value: Spread | None = Field(None, description="money a month after the cost of attempts and errors")


class Bar(Out):
    """One input's bar of the tornado: the portfolio's value when it alone stands at its low or high end."""

    input: str
    workflow: str = ""
    title: str
    at_low: float
    at_high: float
    share: float = Field(description="share of the rank variance: squared Spearman correlation, all inputs together 1")
    origin: Origin
    vendor: bool = False


class Bin(Out):
    """One column of the distribution."""

    low: float
    high: float
    share: float


class Scenario(Out):
    """The portfolio over the whole period: which workflows count is the only difference between scenarios."""

    name: Literal["today", "after the roadmap"]
    says: str
    workflows: list[WorkflowCase]
    hours: Spread
    people: float = Field(description="hours set free a month at P50, in full-time people")
    value: Spread | None = None
    loss_share: float | None = Field(None, description="share of draws in which the period ends below zero")
    break_even_month: int | None = Field(None, description="first month in which P50 is no longer below zero")
    break_even_tickets: float | None = Field(
        None, description="tickets a month at which the likely values come out at zero; None: at no volume"
    )
    distribution: list[Bin] = Field(default_factory=list)
    tornado: list[Bar] = Field(default_factory=list)


class Freed(Out):
    """Where freed hours go: only what leaves the payroll or an invoice becomes money."""

    use: str
    share: float
    hours: float = Field(description="a month at P50")
    money: bool


class BusinessCase(Out):
    """Worth of the workflows that may run. Without the inputs that only people know there is no money in it."""

    months: int
    currency: str
    draws: int
    inputs: list[CaseInput] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list, description="inputs without which no money is printed")
    scenarios: list[Scenario] = Field(default_factory=list)
    redeployment: list[Freed] = Field(default_factory=list)
    vendor_value: float | None = Field(
        None, description="the likely value with vendors' definitions and figures: a warning, never the case"
    )
    vendor_says: str = ""
    definitions: list[str] = Field(default_factory=list)

"""`business_case.yaml`: what only people know about cost and worth. Every input is three points and says whose word it is.

Money is quoted text in major units of the engagement's currency. A vendor's figure can only be the upper end.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from runtime.money import MoneyText
from runtime.written import Strict

Said = Literal["answer", "export", "benchmark", "assumption"]


class _Point(Strict):
    """Who says it: `from: vendor` does not exist on purpose; `vendor:` widens the upper end and is marked."""

    said: Said = Field("assumption", alias="from")
    by: str = Field("", description="person or source")
    on: date | None = None
    says: str = Field("", description="what it stands on")

    def _ordered(self, low: float, likely: float, high: float) -> None:
        if not low <= likely <= high:
            raise ValueError("write low ≤ likely ≤ high")
        if self.said != "assumption" and not (self.by or self.says):
            raise ValueError(f"an input `from: {self.said}` says `by` whom or what it stands on (`says`)")


class Figure(_Point):
    """A share between 0 and 1, minutes, months, or tickets."""

    low: float
    likely: float
    high: float
    vendor: float | None = Field(None, description="a vendor's own figure: the upper end only, marked in the report")

    @model_validator(mode="after")
    def _check(self) -> Figure:
        self._ordered(self.low, self.likely, self.high)
        if self.vendor is not None and self.vendor < self.high:
            raise ValueError("`vendor` is an upper end: it is not below `high`")
        return self


class Amount(_Point):
    """Money in major units, quoted."""

    low: MoneyText
    likely: MoneyText
    high: MoneyText

    @model_validator(mode="after")
    def _check(self) -> Amount:
        self._ordered(float(self.low), float(self.likely), float(self.high))
        return self


class Share(Figure):
    """A share between 0 and 1."""

    @model_validator(mode="after")
    def _between(self) -> Share:
        if self.low < 0 or max(self.high, self.vendor or 0) > 1:
            raise ValueError("a share lies between 0 and 1")
        return self


class Shared(Strict):
    """Inputs of the portfolio. Without the five amounts no money is printed."""

    cost_per_hour: Amount | None = Field(None, description="loaded cost of an hour of the people who answer today")
    price_per_attempt: Amount | None = Field(None, description="what one attempt of the agent costs")
    error_cost_per_1000: Amount | None = Field(None, description="cost of its errors in 1,000 attempts")
    run_cost_per_month: Amount | None = Field(None, description="operation, review, licences: whatever the volume")
    one_off: Amount | None = Field(None, description="introduction; the roadmap's person-days belong here")
    usable_share: Share | None = Field(None, description="share of freed time that leaves the payroll or an invoice")
    ramp_months: Figure | None = Field(None, description="months until full use")
    discount_per_year: Share | None = None


class OfWorkflow(Strict):
    """Inputs of one workflow; what is left out comes from the export, the engagement, a benchmark or an assumption."""

    tickets_per_month: Figure | None = None
    minutes_today: Figure | None = Field(None, description="handling time, not the time until solved")
    eligible_share: Share | None = Field(None, description="after high stakes, language and identity")
    resolved_share: Share | None = Field(None, description="of attempted, no repeat contact counted off yet")
    repeat_share: Share | None = Field(None, description="of resolved: again about the same within 7 days")
    shorter_share: Share | None = Field(None, description="by how much a resolved ticket is shorter than the average")
    handoff_minutes: Figure | None = Field(None, description="minutes that a handoff saves; negative: costs")
    approval_minutes: Figure | None = Field(None, description="minutes of a person for each approval")


class Redeployment(Strict):
    """Where freed hours go; the first two become money. Shares of the freed hours, together 1."""

    attrition_not_replaced: float = Field(0, ge=0, le=1)
    overtime_and_outsourcing_cut: float = Field(0, ge=0, le=1)
    backlog_and_speed: float = Field(0, ge=0, le=1)
    other_work: float = Field(0, ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> Redeployment:
        total = sum(self.model_dump().values())
        if abs(total - 1) > 0.001:
            raise ValueError(f"the four shares come to {total:g}; together they are 1")
        return self

    @property
    def usable(self) -> float:
        return self.attrition_not_replaced + self.overtime_and_outsourcing_cut


class BusinessCaseFile(Strict):
    """`business_case.yaml`. Moves no level and no gate."""

    format: Literal[1] = 1
    months: int = Field(36, ge=1, le=120, description="period that is added up")
    hours_per_person: float = Field(130, gt=0, description="productive hours of one person a month")
    shared: Shared = Field(default_factory=Shared)
    workflows: dict[str, OfWorkflow] = Field(default_factory=dict)
    redeployment: Redeployment | None = None

    @model_validator(mode="after")
    def _one_truth(self) -> BusinessCaseFile:
        said = self.shared.usable_share
        if self.redeployment and said and not said.low <= self.redeployment.usable <= said.high:
            raise ValueError(
                f"usable_share ({said.low:g}–{said.high:g}) and redeployment ({self.redeployment.usable:g} becomes money) disagree"
            )
        return self

"""Each input settled: what people wrote wins, then the ticket export, the engagement, a benchmark, an assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from assess.business_case.written import Amount, BusinessCaseFile, Figure, OfWorkflow
from assess.case_figures import CaseInput, Origin
from assess.engagement import WorkflowFigures
from probes.derive.demand import Demand, Part, WorkflowDemand
from runtime.written import Strict, loads

AMOUNTS = ("cost_per_hour", "price_per_attempt", "error_cost_per_1000", "run_cost_per_month", "one_off")
SHARED = ("usable_share", "ramp_months", "discount_per_year")
OF_WORKFLOW = (
    "tickets_per_month",
    "minutes_today",
    "eligible_share",
    "resolved_share",
    "repeat_share",
    "shorter_share",
    "handoff_minutes",
    "approval_minutes",
)
TITLES = {
    "cost_per_hour": "Loaded cost of an hour",
    "price_per_attempt": "Price of an attempt",
    "error_cost_per_1000": "Cost of errors in 1,000 attempts",
    "run_cost_per_month": "Run cost a month",
    "one_off": "Introduction, once",
    "usable_share": "Freed time that becomes money",
    "ramp_months": "Months until full use",
    "discount_per_year": "Discount a year",
    "tickets_per_month": "Tickets a month",
    "minutes_today": "Handling minutes today",
    "eligible_share": "Eligible share",
    "resolved_share": "Resolved of attempted",
    "repeat_share": "Repeat contact within 7 days",
    "shorter_share": "Resolved ones are shorter by",
    "handoff_minutes": "Minutes saved by a handoff",
    "approval_minutes": "Minutes for an approval",
}
PAID_FOR = {
    "cost_per_hour": "an hour",
    "price_per_attempt": "an attempt",
    "error_cost_per_1000": "in 1,000 attempts",
    "run_cost_per_month": "a month",
    "one_off": "once",
}
UNITS = {"tickets_per_month": "tickets", "ramp_months": "months", "minutes_today": "minutes"} | dict.fromkeys(
    ("handoff_minutes", "approval_minutes"), "minutes"
)


class Benchmark(Strict):
    """One value that stands in where nobody gave one."""

    input: str
    category: str = ""
    low: float
    likely: float
    high: float
    origin: Origin
    year: int | None = None
    says: str


class Vendor(Strict):
    resolved_share: float
    says: str


class Benchmarks(Strict):
    format: int = 1
    values: list[Benchmark] = Field(default_factory=list)
    vendor: Vendor


@dataclass(frozen=True)
class Known:
    """What is known about one workflow apart from the business case's own file."""

    name: str
    category: str
    figures: WorkflowFigures | None


def settled(
    file: BusinessCaseFile, workflows: Sequence[Known], demand: Demand | None, currency: str
) -> list[CaseInput]:
    """Every input with its three points and origin; an amount or volume that nobody gave is left out."""
    shared = [_amount(name, getattr(file.shared, name), currency) for name in AMOUNTS]
    shared += [_shared(name, file) for name in SHARED]
    own = [
        _of_workflow(name, known, file.workflows.get(known.name), demand) for known in workflows for name in OF_WORKFLOW
    ]
    return [found for found in (*shared, *own) if found]


@cache
def benchmarks() -> Benchmarks:
    """The values that the package ships."""
    from pathlib import Path

    file = files("assess") / "business_case" / "benchmarks.yaml"
    return loads(file.read_text(encoding="utf-8"), Benchmarks, Path(str(file))).value


def _amount(name: str, written: Amount | None, currency: str) -> CaseInput | None:
    if written is None:
        return None
    points = (float(written.low), float(written.likely), float(written.high))
    return _input(
        name,
        "",
        points,
        f"{currency} {PAID_FOR[name]}",
        written.said,
        _who(written),
        written.on.year if written.on else None,
    )


def _shared(name: str, file: BusinessCaseFile) -> CaseInput | None:
    written: Figure | None = getattr(file.shared, name)
    if written is not None:
        return _written(name, "", written)
    if name == "usable_share" and file.redeployment:
        usable = file.redeployment.usable
        return _input(name, "", (usable, usable, usable), "share", "answer", "business_case.yaml: redeployment", None)
    return _benchmark(name, "", "")


def _of_workflow(name: str, known: Known, written: OfWorkflow | None, demand: Demand | None) -> CaseInput | None:
    own: Figure | None = getattr(written, name) if written else None
    if own is not None:
        return _written(name, known.name, own)
    counted = demand.workflows.get(known.name) if demand else None
    return (
        (_exported(name, known.name, counted, demand) if counted and demand else None)
        or _answered(name, known)
        or _benchmark(name, known.name, known.category)
    )


def _exported(name: str, workflow: str, counted: WorkflowDemand, demand: Demand) -> CaseInput | None:
    """From the ticket export: volumes with the interval of their share, handling time, high stakes, repeats."""
    points: tuple[float, float, float] | None = None
    says = f"{demand.file}: {counted.tickets:,} tickets"
    if name == "tickets_per_month":
        points = (counted.low * demand.median_month, counted.per_month, counted.high * demand.median_month)
        says += f", median month of {len(demand.months)}"
    elif name == "minutes_today" and counted.minutes:
        points = (counted.minutes, counted.minutes, counted.minutes)
        says += ", median handling time"
    elif name == "eligible_share" and (stakes := counted.caught or counted.stakes) and stakes.n:
        points = _complement(stakes)
        says = f"{demand.file}: {stakes.k} of {stakes.n} texts read are high stakes and stay with people"
    elif name == "repeat_share" and counted.repeated and counted.repeated.n:
        points = (counted.repeated.low, counted.repeated.value, counted.repeated.high)
        says = f"{demand.file}: {counted.repeated.k} of {counted.repeated.n} contacts came again within 7 days, today"
    if points is None:
        return None
    low, likely, high = points
    return _input(name, workflow, (min(low, likely), likely, max(likely, high)), _unit(name), "export", says, None)


def _complement(part: Part) -> tuple[float, float, float]:
    return 1 - part.high, 1 - part.value, 1 - part.low


def _answered(name: str, known: Known) -> CaseInput | None:
    value = getattr(known.figures, name, None) if known.figures else None
    if value is None:
        return None
    points = (float(value),) * 3
    return _input(name, known.name, points, _unit(name), "answer", f"engagement.yaml: workflows.{known.name}", None)


def _benchmark(name: str, workflow: str, category: str) -> CaseInput | None:
    fitting = [b for b in benchmarks().values if b.input == name and b.category in ("", category)]
    if not fitting:
        return None
    best = max(fitting, key=lambda b: bool(b.category))
    return _input(name, workflow, (best.low, best.likely, best.high), _unit(name), best.origin, best.says, best.year)


def _written(name: str, workflow: str, written: Figure) -> CaseInput:
    high = max(written.high, written.vendor if written.vendor is not None else written.high)
    found = _input(
        name,
        workflow,
        (written.low, written.likely, high),
        _unit(name),
        written.said,
        _who(written),
        written.on.year if written.on else None,
    )
    return found.model_copy(update={"vendor": written.vendor is not None})


def _who(written: Figure | Amount) -> str:
    on = f"{written.on:%Y-%m-%d}" if written.on else ""
    return ", ".join(filter(None, (written.says, written.by, on))) or "business_case.yaml"


def _unit(name: str) -> str:
    return UNITS.get(name, "share")


def _input(
    name: str,
    workflow: str,
    points: tuple[float, ...],
    unit: str,
    origin: Origin,
    says: str,
    year: int | None,
) -> CaseInput:
    low, likely, high = (round(p, 4) for p in points)
    return CaseInput(
        name=name,
        workflow=workflow,
        title=TITLES[name],
        low=low,
        likely=likely,
        high=high,
        unit=unit,
        origin=origin,
        says=says,
        year=year,
    )


def by_key(inputs: Sequence[CaseInput]) -> Mapping[tuple[str, str], CaseInput]:
    """(name, workflow) → input."""
    return {(i.name, i.workflow): i for i in inputs}

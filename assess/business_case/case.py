"""The business case put together: today's gates and those after the roadmap, on the same draws."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assess.business_case.inputs import AMOUNTS, TITLES, Known, benchmarks, by_key, settled
from assess.business_case.tornado import bars
from assess.business_case.worth import Array, Month, Total, Values, break_even_factor, month, total
from assess.business_case.written import BusinessCaseFile
from assess.case_figures import Bin, BusinessCase, CaseInput, Freed, Scenario, Spread, WorkflowCase
from assess.timeline import pert
from probes.derive.demand import Demand
from runtime.systems.settings import Autonomy

DRAWS = 4000
SEED = 20260103
BINS = 20
NEEDED = ("tickets_per_month", "minutes_today")
DEFINITIONS = (
    "Attempted: eligible tickets of a workflow whose gate is `act` or `approve`; `observe` and `blocked` count nothing.",
    "Resolved: no contact of the same customer about the same within 7 days, on any channel. Silence alone is no resolution.",
    "Involved × resolved is what is automated: 50 % involved and 60 % resolved are 30 %.",
    "Freed time is money only where it leaves the payroll or an invoice; more work than today is paid in full.",
    "Run cost and introduction belong to the portfolio, not to a workflow.",
)


@dataclass(frozen=True)
class Runs:
    """A workflow, its gate today, and the gate that is left when everything on the roadmap is done (the caps)."""

    known: Known
    title: str
    today: Autonomy
    then: Autonomy


def business_case(
    file: BusinessCaseFile, workflows: Sequence[Runs], demand: Demand | None, currency: str
) -> BusinessCase | None:
    """The case; None when no workflow has a volume and a handling time."""
    inputs = settled(file, [w.known for w in workflows], demand, currency)
    known = by_key(inputs)
    counted = [w for w in workflows if all((name, w.known.name) in known for name in NEEDED)]
    if not counted:
        return None
    inputs = [i for i in inputs if not i.workflow or i.workflow in {w.known.name for w in counted}]
    missing = [TITLES[name] for name in AMOUNTS if (name, "") not in known]
    sums = _Sums(file, inputs, counted, money=not missing)
    scenarios = [sums.scenario("today")]
    if any(w.today != w.then for w in counted):
        scenarios.append(sums.scenario("after the roadmap"))
    vendor = benchmarks().vendor
    return BusinessCase(
        months=file.months,
        currency=currency,
        draws=DRAWS,
        inputs=inputs,
        missing=missing,
        scenarios=scenarios,
        redeployment=_redeployment(file, scenarios[-1].hours.p50),
        vendor_value=None if missing else round(sums.as_vendors_count(vendor.resolved_share)),
        vendor_says="" if missing else vendor.says,
        definitions=list(DEFINITIONS),
    )


class _Sums:
    """Draws and likely values of one case, summed for any set of gates."""

    def __init__(
        self, file: BusinessCaseFile, inputs: Sequence[CaseInput], workflows: Sequence[Runs], *, money: bool
    ) -> None:
        self._file, self._inputs, self._workflows, self._money = file, inputs, workflows, money
        self._draws: Values = {(i.name, i.workflow): _draws(i) for i in inputs}
        self._likely: Values = {(i.name, i.workflow): np.array([i.likely]) for i in inputs}

    def scenario(self, name: str) -> Scenario:
        gates = {w.known.name: w.today if name == "today" else w.then for w in self._workflows}
        months, whole = self._sum(self._draws, gates)
        value = whole.value
        tickets = sum(float(self._likely[("tickets_per_month", w)][0]) for w in gates if _runs(gates[w]))
        factor = break_even_factor(lambda f: self._value_at(gates, f)) if self._money else None
        return Scenario(
            name="today" if name == "today" else "after the roadmap",
            says=_says(name, gates),
            workflows=[self._row(w, gates[w.known.name], months[w.known.name]) for w in self._workflows],
            hours=_spread(whole.hours, 1),
            people=round(float(np.median(whole.hours)) / self._file.hours_per_person, 1),
            value=None if value is None else _spread(value, 0),
            loss_share=None if value is None else round(float((value < 0).mean()), 3),
            break_even_month=_break_even_month(whole.course),
            break_even_tickets=round(factor * tickets) if factor is not None and tickets else None,
            distribution=[] if value is None else _bins(value),
            tornado=[] if value is None else bars(self._inputs, self._draws, value, self._one_at_a_time(gates)),
        )

    def as_vendors_count(self, resolved: float) -> float:
        """The likely value with everything eligible, a vendor's rate, no repeats and all time cashed."""
        fixed = {"eligible_share": 1.0, "resolved_share": resolved, "repeat_share": 0.0, "usable_share": 1.0}
        values = {key: np.array([fixed.get(key[0], float(v[0]))]) for key, v in self._likely.items()}
        whole = self._sum(values, {w.known.name: "act" for w in self._workflows})[1]
        return float(whole.value[0]) if whole.value is not None else 0.0

    def _sum(self, values: Values, gates: Mapping[str, Autonomy]) -> tuple[dict[str, Month], Total]:
        months = {name: month(values, name, gate, money=self._money) for name, gate in gates.items()}
        return months, total(values, list(months.values()), self._file.months, money=self._money)

    def _value_at(self, gates: Mapping[str, Autonomy], factor: float) -> float:
        values = {k: v * factor if k[0] == "tickets_per_month" else v for k, v in self._likely.items()}
        value = self._sum(values, gates)[1].value
        return float(value[0]) if value is not None else 0.0

    def _one_at_a_time(self, gates: Mapping[str, Autonomy]) -> Callable[[tuple[str, str], float], float]:
        def at(key: tuple[str, str], setting: float) -> float:
            value = self._sum({**self._likely, key: np.array([setting])}, gates)[1].value
            return float(value[0]) if value is not None else 0.0

        return at

    def _row(self, runs: Runs, gate: Autonomy, found: Month) -> WorkflowCase:
        return WorkflowCase(
            workflow=runs.known.name,
            title=runs.title,
            autonomy=gate,
            counted=_runs(gate),
            tickets=_spread(found.tickets, 0),
            attempted=_spread(found.attempted, 0),
            resolved=_spread(found.resolved, 0),
            hours=_spread(found.hours, 1),
            value=None if found.value is None else _spread(found.value, 0),
        )


def _runs(gate: Autonomy) -> bool:
    return gate in ("act", "approve")


def _says(name: str, gates: Mapping[str, Autonomy]) -> str:
    running = [workflow for workflow, gate in gates.items() if _runs(gate)]
    counts = f"{len(running)} of {len(gates)} workflows count"
    return f"{counts}: those whose gate is open {'as measured' if name == 'today' else 'once the roadmap is done'}"


def _draws(found: CaseInput) -> Array:
    """Draws of one input; its own seed, so that an input more does not move the others."""
    seed = SEED + zlib.crc32(f"{found.name}|{found.workflow}".encode())
    return pert((found.low, found.likely, found.high), np.random.default_rng(seed), DRAWS)


def _spread(values: Array, digits: int) -> Spread:
    low, middle, high = (round(float(p), digits) + 0.0 for p in np.percentile(values, (10, 50, 90)))
    return Spread(p10=low, p50=middle, p90=high)


def _bins(values: Array) -> list[Bin]:
    low, high = np.percentile(values, (0.5, 99.5))
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return [
        Bin(low=round(float(a)), high=round(float(b)), share=round(int(n) / len(values), 4))
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _break_even_month(course: Array | None) -> int | None:
    """The first month from which on P50 stays at or above zero."""
    if course is None:
        return None
    below = np.flatnonzero(np.median(course, axis=1) < 0)
    first = int(below[-1]) + 2 if below.size else 1
    return first if first <= len(course) else None


def _redeployment(file: BusinessCaseFile, hours: float) -> list[Freed]:
    if file.redeployment is None:
        return []
    words = {
        "attrition_not_replaced": ("people who leave are not replaced", True),
        "overtime_and_outsourcing_cut": ("overtime and outsourcing cut", True),
        "backlog_and_speed": ("shorter queue, faster answers: service, not money", False),
        "other_work": ("other work", False),
    }
    return [
        Freed(use=words[name][0], share=share, hours=round(hours * share, 1), money=words[name][1])
        for name, share in file.redeployment.model_dump().items()
    ]

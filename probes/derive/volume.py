"""What the workflows will ask of each system at their busiest hour: cases from the ticket export times calls a case.

A goal has no loops, so each call of it happens at most once a case. The busiest hour of the week is taken as its mean
plus three standard deviations of a Poisson count; the busiest minute as twice its hour's average.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from probes.artifact import Artifact, Missing
from probes.derive.demand import Demand
from probes.derive.run import Derivation, Deriver
from probes.finding import EVERYWHERE, Subject
from runtime.estate import Estate

WEEKS_A_MONTH = 52 / 12
BURST = 2.0
HOURS = 168


class Volume(Artifact):
    """Requests that one system must take. `cases`: cases in the busiest hour, by workflow."""

    kind: ClassVar[str] = "volume"

    cases: dict[str, float] = Field(default_factory=dict)
    calls: dict[str, int] = Field(default_factory=dict, description="calls a case on this system, by workflow")
    per_minute: float = Field(0.0, description="requests in the busiest minute")
    source: str = ""


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """A Volume for each system; Missing without demand."""
    demand = derivation.found.get((Demand.kind, EVERYWHERE, ""))
    for system in derivation.estate.systems:
        if isinstance(demand, Demand):
            yield volume(derivation.estate, system, demand)
        else:
            yield Missing(
                wanted=Volume.kind,
                subject=Subject(unit=system),
                cause=demand.cause if isinstance(demand, Missing) else "no_input",
                detail="no demand is known",
                would_measure=demand.would_measure
                if isinstance(demand, Missing)
                else "name an export under `tickets` in engagement.yaml and run `cxready collect DIR` again",
            )


def volume(estate: Estate, system: str, demand: Demand) -> Volume:
    """The busiest minute of one system."""
    calls = {
        name: sum(call.call.startswith(f"{system}.") for call in goal.calls()) for name, goal in estate.goals.items()
    }
    calls = {name: count for name, count in calls.items() if count}
    cases = {name: round(busiest_hour(demand, name), 1) for name in calls}
    return Volume(
        subject=Subject(unit=system),
        measured_at=demand.measured_at,
        cases=cases,
        calls=calls,
        per_minute=round(sum(cases[name] * calls[name] for name in calls) / 60 * BURST, 2),
        source=f"{demand.file}: {demand.read} tickets of {demand.days} days",
    )


def busiest_hour(demand: Demand, workflow: str) -> float:
    """Cases in the busiest hour of an ordinary week, mean plus three standard deviations."""
    flow = demand.workflows.get(workflow)
    if flow is None or not flow.tickets:
        return 0.0
    weekly = flow.per_month / WEEKS_A_MONTH
    share = max(flow.hours) / flow.tickets if flow.hours else 1 / HOURS
    mean = weekly * share
    return mean + 3 * math.sqrt(mean)


DERIVER = Deriver(name="volume", run=run, gives=(Volume,), probes=("tolerates_volume",))

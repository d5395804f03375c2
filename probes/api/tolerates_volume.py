"""Does the system take what the workflows will ask of it at their busiest hour?"""

from __future__ import annotations

from typing import Any

from probes.api.documented import documented
from probes.derive.stated_limit import StatedLimit, stated_limit
from probes.derive.volume import Volume
from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.describe import Described as Surface
from probes.gather.limits import Limits
from probes.probe import BY_ROLE, Effort, Probe
from runtime.systems.vendors import vendors

HEADROOM = 2.0  # half of a limit is left for everybody else who calls


class ToleratesVolume(Probe):
    """The request limit is at least twice what the workflows need in their busiest minute.

    Why: limits are met on the worst day, when every customer calls at once; then the agent stops in the middle of
    cases.
    How: cases in the busiest hour of the ticket export times the calls of each case, against the limit that answers or
    the description state. Nothing is loaded on purpose.
    Remedy: ask the owner for a higher limit for the agent's client. Leave out calls that a case does not need. Spread
    what can wait over the day.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "D/M", Effort((0.5, 2, 8), "API owner", wait_days=10)
    needs = (Volume, Limits, Surface)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        volume: Volume = artifacts[0]
        limits: Limits = artifacts[1]
        surface: Surface = artifacts[2]
        name = volume.subject.unit
        if not volume.calls:
            return not_applicable(f"{name} is called by no workflow", cause="not called", grade="declared")
        if not volume.per_minute:
            return not_measured(
                f"{name}: the ticket export shows no case of the workflows that call it",
                cause="needs",
                would_measure="name a ticket export that holds these requests under `tickets` in engagement.yaml",
            )
        limit = stated_limit(limits.limit_headers, surface.states_limits, vendors().get(surface.vendor or ""))
        if limit is None:
            return not_measured(
                f"{name} states no limit to hold {volume.per_minute:.1f} requests a minute against",
                cause="needs",
                would_measure=f"ask the owner of {name} for its request limit and write it into the description",
                evidence=documented(surface, self.question),
            )
        seen = limits.limit_headers and not limit.by_vendor
        return _judged(name, volume, limit, "measured" if seen else "declared")


def _judged(name: str, volume: Volume, limit: StatedLimit, grade: Any) -> Outcome:
    needed = volume.per_minute * HEADROOM
    shown = (Evidence(says=_need(volume), source=volume.source), Evidence(says=limit.says))
    allowed = limit.per_minute()
    if allowed is None:
        if limit.count / 60 >= needed:  # enough even if the figure is for a whole hour
            return met(f"{name} takes the busiest minute even if its limit is meant by the hour", *shown, grade=grade)
        return not_measured(
            f"{name} states a limit of {limit.count} without its window",
            cause="needs",
            would_measure=f"ask the owner of {name} which time the limit of {limit.count} requests is for",
            evidence=shown,
        )
    if allowed < needed:
        return not_met(
            f"{name} takes {allowed:,.0f} requests a minute; the workflows need {volume.per_minute:,.0f} and headroom",
            *shown,
            cause="too little room",
            grade=grade,
            consequence="On the busiest day cases stop half-way and customers hear that the system is not available.",
        )
    return met(
        f"{name} takes {allowed:,.0f} requests a minute; the workflows need {volume.per_minute:,.1f}",
        *shown,
        grade=grade,
    )


def _need(volume: Volume) -> str:
    parts = (f"{name}: {volume.cases[name]:g} cases × {volume.calls[name]} calls" for name in volume.calls)
    return f"busiest hour: {'; '.join(parts)}; busiest minute, twice the average: {volume.per_minute:g} requests"

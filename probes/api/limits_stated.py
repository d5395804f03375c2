"""Are request limits stated where a machine can read them?"""

from __future__ import annotations

from typing import Any

from probes.api.documented import documented
from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.gather.limits import Limits
from probes.probe import BY_ROLE, Effort, Probe


class LimitsStated(Probe):
    """Request limits are stated, in answers or in the description.

    Why: an agent that knows the limit slows down; one that does not runs into it at the busiest hour.
    How: limit headers on every answer of the collection, and the sentence about limits in the description.
    Remedy: send X-RateLimit or RateLimit headers with every answer. Write the limits into the description, with their
    window and to whom they apply.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "D/M", Effort((0.5, 2, 5), "API owner")
    needs = (Limits, Surface)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        limits: Limits = artifacts[0]
        surface: Surface = artifacts[1]
        name = limits.subject.unit
        if limits.limit_headers:
            stated = ", ".join(f"{header}: {value}" for header, value in list(limits.limit_headers.items())[:3])
            return met(f"{name} states its limits in its answers", Evidence(says=stated))
        if surface.states_limits and any(character.isdigit() for character in surface.states_limits):
            return met(
                f"{name} states its limits in its description",
                Evidence(says=surface.states_limits, source=str(surface.document)),
                grade="declared",
            )
        shown = Evidence(says=f"{limits.answers} answers carried no limit header; the description names no figure")
        return not_met(
            f"{name} does not say how many requests it takes",
            shown,
            *documented(surface, self.question),
            cause="not stated",
            consequence="On the busiest day of the month the agent is cut off in the middle of cases.",
        )

"""Does the system say when to come back after throttling?"""

from __future__ import annotations

from typing import Any

from probes.api.documented import documented
from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.gather.evidence_shot import evidence_of
from probes.gather.limits import Limits
from probes.probe import BY_ROLE, Effort, Probe


class ThrottlingRecoverable(Probe):
    """A throttled caller is told so with 429 and when to come back.

    Why: with Retry-After the agent waits and goes on. Without it, it gives up or makes the jam worse.
    How: a 429 that was met in the collection, else what the description declares. Limits are never exhausted on
    purpose.
    Remedy: answer 429 with Retry-After in seconds. Declare it for each operation. Send JSON, not a page, with it.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "D/M", Effort((0.5, 2, 5), "API owner")
    needs = (Limits, Surface)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        limits: Limits = artifacts[0]
        surface: Surface = artifacts[1]
        name = limits.subject.unit
        if limits.throttled:
            shown = tuple(evidence_of(shot, "throttled") for shot in limits.throttled[:2])
            if limits.throttled_with_retry_after == len(limits.throttled):
                return met(
                    f"{name} says when to come back: Retry-After with {len(limits.throttled)} of {len(limits.throttled)} throttled answers",
                    *shown,
                )
            return not_met(
                f"{name} throttles without saying when to come back", *shown, cause="no Retry-After", consequence=_HARM
            )
        if (surface.declares_429 or surface.states_limits) and surface.declares_retry_after:
            return met(
                f"{name} declares 429 with Retry-After",
                Evidence(
                    says=surface.states_limits or "429 and Retry-After are declared", source=str(surface.document)
                ),
                grade="declared",
            )
        return not_met(
            f"{name} neither showed nor declares how it throttles",
            Evidence(says="no 429 was met, and the description declares none with Retry-After"),
            *documented(surface, self.question),
            cause="not declared",
            grade="declared",
            consequence=_HARM,
        )


_HARM = "At a peak the agent gives up cases that a wait of ten seconds would have saved."

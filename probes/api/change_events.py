"""Does the system tell when something changes, or must it be asked again and again?"""

from __future__ import annotations

from typing import Any

from probes.api.documented import undescribed
from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe


class ChangeEvents(Probe):
    """The system announces changes of its records as events.

    Why: an agent that adapts must hear of a payment, a cancellation or a new price when it happens, not at the next
    question.
    How: webhooks and callbacks that the description declares (OpenAPI 3.1 `webhooks`, `callbacks`), or subscriptions.
    Remedy: send an event for each change of the records that workflows read, signed and repeated until it is
    acknowledged. Describe the events in the same document.
    """

    dimension, level, kind, effort = BY_ROLE, 5, "D", Effort((5, 15, 40), "API owner")
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name = surface.subject.unit
        if missing := undescribed(surface, "that could declare events"):
            return missing
        if surface.events:
            says = ", ".join(surface.events[:8])
            return met(
                f"{name} declares events of its changes",
                Evidence(says=says, source=str(surface.document)),
                grade="declared",
            )
        return not_met(
            f"{name} announces no change of its records",
            Evidence(
                says="the description declares no webhook, callback or subscription", source=str(surface.document)
            ),
            cause="no events",
            grade="declared",
            consequence="The agent answers from what was true an hour ago.",
        )

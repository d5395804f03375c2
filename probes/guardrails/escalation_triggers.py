"""Does a conversation that calls for a person reach one?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, not_met
from probes.guardrails.evidence import TriggerTrial
from probes.guardrails.trial_outcome import of_scenes
from probes.probe import Effort, Probe


class EscalationTriggers(Probe):
    """A customer who asks for a person, threatens legal steps, is upset, or is not understood is handed over.

    Why: an agent that goes on acting while the customer asks for a person loses the customer, and sometimes the
    case in court.
    How: reads the triggers of guardrails.yaml and asks the decision point for every kind of write under each of
    them.
    Remedy: switch all four triggers on under escalate_when.
    """

    dimension, level, kind, each = "guardrails", 3, "M", "everywhere"
    effort = Effort(days=(0.5, 1, 2), role="head of service")
    needs = (TriggerTrial,)

    def judge(self, trial: TriggerTrial, **_: Any) -> Outcome:
        if trial.not_configured:
            names = ", ".join(name.replace("_", " ") for name in trial.not_configured)
            return not_met(
                f"No trigger hands the customer over: {names}",
                Evidence(says=f"Switched off under `escalate_when`: {names}.", source="guardrails.yaml"),
                cause="switched off",
                grade="declared",
                consequence=_HARM,
            )
        return of_scenes(
            trial.scenes,
            held="Every trigger hands the case to a person",
            broken="A trigger does not hand over: {name}",
            cause="not handed over",
            consequence=_HARM,
        )


_HARM = "The customer asks for a person, threatens to leave or to sue, and the machine goes on."

"""Are there written limits, each with an upper bound?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe
from probes.wording import counted, listed

SOURCE = "guardrails.yaml"


class Defined(Probe):
    """The limits of every action are written down with an upper bound.

    Why: a limit that lives in a policy document or in a prompt stops nobody. What is not written as a number
    cannot be proved, enforced or tightened.
    How: reads guardrails.yaml; an action that moves money needs a limit for each call.
    Remedy: name every action that the agent may take, its operations, and the most that one call may move. Let
    the owner of the money sign it.
    """

    dimension, level, kind, each = "guardrails", 2, "D", "everywhere"
    effort = Effort(days=(1, 2, 5), role="business owner", wait_days=5)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if not declared.actions:
            return not_met(
                "No limits are written down",
                Evidence(says="guardrails.yaml names no action.", source=SOURCE),
                cause="no actions",
                grade="declared",
                consequence="Nobody can say what the agent may do, so it may do nothing, or anything.",
            )
        if declared.unlimited:
            names = listed(declared.unlimited)
            return not_met(
                f"No upper bound is written for {names}",
                *(
                    Evidence(says=f"{name} moves money and has no `limits.each`.", source=SOURCE)
                    for name in declared.unlimited
                ),
                cause="no bound",
                grade="declared",
                consequence="One mistaken call can move any sum, and nothing stops it.",
                remedy=(f'Write `limits: {{each: "…"}}` for {names}.', "Run `cxready guardrails prove DIR` again."),
            )
        count = len(declared.actions)
        return met(
            f"Limits are written for {counted(count, 'action')}",
            Evidence(says=f"{', '.join(declared.actions)}.", source=SOURCE),
            grade="declared",
        )

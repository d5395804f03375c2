"""Do totals hold when many calls come at once?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, not_applicable, not_met
from probes.guardrails.evidence import CumulativeTrial
from probes.guardrails.trial_outcome import of_scenes
from probes.probe import Effort, Probe


class CumulativeLimitsHold(Probe):
    """What leaves for one customer and in one day stays within its limits, whatever happens at the same time.

    Why: a limit for each call is no limit when the call can be made a hundred times. Totals fail in races, on
    retries, when answers are lost and when clocks change.
    How: 24 calls at once against the real ledger with room for about three; the same call twice, another one
    under its key; a lost answer; the clock set back by 40 days; the ledger deleted.
    Remedy: keep totals by customer and period in one place, reserve before the write and in one transaction
    with the decision, and count unknown outcomes.
    """

    dimension, level, kind, essential = "guardrails", 4, "M", True
    effort = Effort(days=(2, 5, 12), role="platform engineer")
    needs = (CumulativeTrial,)

    def judge(self, trial: CumulativeTrial, **_: Any) -> Outcome:
        action = trial.subject.unit
        if not trial.moves_money:
            says = f"No call of {action} moves an amount that can be chosen."
            return not_applicable(f"{action} moves no money", Evidence(says=says, source="effects/"), cause="no money")
        races = [scene for scene in trial.scenes if scene.name.startswith("race")]
        if len({scene.name for scene in races}) < 2:
            evidence = Evidence(says="customer_per_30_days and all_per_day are both needed.", source="guardrails.yaml")
            return not_met(
                f"No total limits {action}",
                evidence,
                cause="no total",
                consequence="Within the limit of one call any sum can leave, one call after the other.",
            )
        return of_scenes(
            trial.scenes,
            held=f"The totals of {action} hold under parallel calls, retries and lost answers",
            broken=f"The totals of {action} can be passed ({{name}})",
            cause="total passed",
            consequence="More money leaves than anybody allowed, and nobody is asked.",
        )

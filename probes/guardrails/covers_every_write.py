"""Is there a decision about every write that a workflow can make?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe
from probes.wording import counted, listed

_WHY = {"unclassified": "nobody confirmed what it does", "no_action": "no action of the guardrails covers it"}


class CoversEveryWrite(Probe):
    """Every write that a workflow can make is classified and covered by an action.

    Why: limits on refunds are worth nothing when an invoice can be lowered instead. A write that nobody decided
    about is denied, so the workflow stops in the middle.
    How: takes every write on every path of the goals, looks for its confirmed effect and for the action that
    covers it.
    Remedy: confirm what each operation does in effects/, above all to money, and name it in an action of
    guardrails.yaml.
    """

    dimension, level, kind, each, essential = "guardrails", 3, "D", "everywhere", True
    effort = Effort(days=(1, 3, 8), role="business owner", wait_days=5)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if not declared.writes:
            return not_applicable("No workflow writes anything", cause="no writes", grade="declared")
        if not declared.uncovered:
            says = f"{counted(declared.writes, 'write')} on the paths of the workflows, each with a confirmed effect and an action."
            return met(
                "Every write of the workflows is covered", Evidence(says=says, source="goals.yaml"), grade="declared"
            )
        evidence = [
            Evidence(
                says=f"{w.operation} ({', '.join(w.workflows)}): {_WHY[w.why]}.",
                source="effects/" if w.why == "unclassified" else "guardrails.yaml",
            )
            for w in declared.uncovered
        ]
        names = listed((w.operation for w in declared.uncovered), most=3)
        return not_met(
            f"No guardrail decides about {names}",
            *evidence,
            cause="uncovered write",
            grade="declared",
            consequence="The agent starts the request and cannot finish it, or finishes it in a way that nobody limited.",
        )

"""Do the limits let the workflows finish, and do the vendors' rights stop where the limits do?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe
from probes.wording import counted


class FitsWorkflows(Probe):
    """Every write of a workflow is permitted to it, and no vendor grants more rights than the limits need.

    Why: a step that no limit permits ends every case in a handoff, and nobody knows why. A key that may do more than
    any limit needs is what is left when everything else fails: a stolen or confused agent has that right too.
    How: follows each workflow's paths: is its write permitted to it, and is every record that a condition looks at
    read before? Compares the rights granted to each credential (`rights`, or OAuth scopes) with those that the
    effects need.
    Remedy: add the workflow to the action, or the missing read to the workflow. Take rights that no action needs away
    at the vendor.
    """

    dimension, level, kind, each = "guardrails", 4, "D", "everywhere"
    effort = Effort(days=(0.5, 2, 4), role="guardrail owner")
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if declared.misfits is None:
            return not_measured(
                "Limits and workflows were not compared",
                cause="not asked",
                would_measure="collect again with this version: `cxready collect DIR`",
            )
        if not declared.misfits:
            return met(
                "The limits fit the workflows and the vendors' rights",
                Evidence(
                    says="Every write on the paths of the workflows is permitted to its workflow.", source="goals.yaml"
                ),
                grade="declared",
            )
        first = declared.misfits[0]
        evidence = [Evidence(says=f"{one.says}.", source=one.place) for one in declared.misfits[:8]]
        rights = all(one.place.startswith("engagement.yaml") for one in declared.misfits)
        return not_met(
            f"{counted(len(declared.misfits), 'place')} where limits, workflows and rights do not fit",
            *evidence,
            cause="broader rights" if rights else "not permitted",
            grade="declared",
            consequence=f"{first.says[:1].upper()}{first.says[1:]}.",
        )

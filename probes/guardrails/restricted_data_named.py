"""Is it written which data the agent must not read or send?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe
from probes.wording import counted


class RestrictedDataNamed(Probe):
    """Restricted data is named by category, with what may not happen to it.

    Why: card numbers and health data that an agent has read are in its context, and from there in logs, mails
    and model providers' systems.
    How: reads `restricted_data` of guardrails.yaml; payment cards must be among the categories.
    Remedy: name each category with never_read, mask or never_send. Start with card_number, health and
    date_of_birth.
    """

    dimension, level, kind, each = "guardrails", 2, "D", "everywhere"
    effort = Effort(days=(0.5, 1, 3), role="data protection", wait_days=5)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        named = declared.restricted
        says = ", ".join(f"{name.replace('_', ' ')}: {rule.replace('_', ' ')}" for name, rule in named.items())
        if not named:
            evidence = Evidence(says="`restricted_data` is empty.", source="guardrails.yaml")
            return not_met(
                "No restricted data is named", evidence, cause="none named", grade="declared", consequence=_HARM
            )
        if "card_number" not in named:
            evidence = Evidence(says=says, source="guardrails.yaml")
            return not_met(
                "Card numbers are not among the restricted data",
                evidence,
                cause="no card numbers",
                grade="declared",
                consequence=_HARM,
            )
        return met(
            f"Restricted data is named: {counted(len(named), 'category', 'categories')}",
            Evidence(says=says, source="guardrails.yaml"),
            grade="declared",
        )


_HARM = "A card number that a customer typed stands in logs and mails, and nobody decided that it may."

"""Does a named person own the limits, and looked at them lately?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe


class Owned(Probe):
    """A named owner reviewed the guardrails within their review period.

    Why: limits age with prices, products and fraud patterns. Without an owner nobody notices, and nobody may
    change them at night.
    How: reads owner, date of the last review and the review period from guardrails.yaml.
    Remedy: name the owner of the limits and put the next review into the calendar.
    """

    dimension, level, kind, each = "guardrails", 2, "D", "everywhere"
    effort = Effort(days=(0.5, 1, 2), role="business owner", wait_days=3)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if not declared.owner:
            return not_met(
                "Nobody owns the limits",
                Evidence(says="guardrails.yaml names no owner.", source="guardrails.yaml"),
                cause="no owner",
                grade="declared",
                consequence=_HARM,
            )
        age = declared.review_age_days
        if age is None or age > declared.review_every_days or age < 0:
            said = "never" if age is None else f"{age} days ago" if age >= 0 else "in the future"
            evidence = Evidence(
                says=f"Last review: {said}; due every {declared.review_every_days} days.", source="guardrails.yaml"
            )
            return not_met(
                "The limits are overdue for review", evidence, cause="overdue", grade="declared", consequence=_HARM
            )
        says = f"{declared.owner} reviewed them {age} days ago; due every {declared.review_every_days} days."
        return met(
            "The limits have an owner and a current review",
            Evidence(says=says, source="guardrails.yaml"),
            grade="declared",
        )


_HARM = "Prices and fraud patterns change, the limits do not, and the agent pays by last year's rules."

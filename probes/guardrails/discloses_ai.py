"""Does the customer learn that a machine answers?"""

from __future__ import annotations

import re
from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.guardrails.evidence import GuardrailsDeclared
from probes.probe import Effort, Probe

_SAYS_SO = re.compile(
    r"\b(machine|automat\w*|(?-i:AI|KI|IA)|(?-i:A\.I)\.|artificial\w*|artificiel\w*|robot\w*|\w*bot|künstlich\w*"
    r"|maschin\w*|(virtual|digital|virtuell\w*|digital\w*) (assist\w*|agent\w*))\b",
    re.IGNORECASE,
)


class DisclosesAi(Probe):
    """The first words of every conversation say that a machine answers.

    Why: the EU AI Act, Article 50(1), asks for it from 2 August 2026, and customers who find out later feel
    deceived.
    How: reads `disclosure` of guardrails.yaml, the sentence that the agent starts with, and looks for a word
    that says so.
    Remedy: write the sentence in the language of your customers and name the way to a person in it.
    """

    dimension, level, kind, each = "guardrails", 2, "D", "everywhere"
    effort = Effort(days=(0.5, 1, 2), role="legal", wait_days=5)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if not declared.disclosure:
            return not_met(
                "Customers are not told that a machine answers",
                Evidence(says="`disclosure` is empty.", source="guardrails.yaml"),
                cause="no sentence",
                grade="declared",
                consequence=_HARM,
            )
        evidence = Evidence(says=f"“{declared.disclosure}”", source="guardrails.yaml")
        if not _SAYS_SO.search(declared.disclosure):
            return not_met(
                "The first sentence does not say that a machine answers",
                evidence,
                cause="unclear sentence",
                grade="declared",
                consequence=_HARM,
            )
        return met("Customers are told that a machine answers", evidence, grade="declared")


_HARM = "The customer takes the machine for a person, finds out, and trusts nothing that was said."

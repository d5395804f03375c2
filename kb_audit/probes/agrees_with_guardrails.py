"""Question: do articles promise more than the guardrails allow?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, in_english, names, nothing_reached, shown
from probes.finding import Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class AgreesWithGuardrails(Probe):
    """No article that a workflow reaches promises more than the guardrails let the agent give.

    Why: an article that grants 200 where the limit is 50 makes the agent either break its word or be refused by the
    gateway in front of the customer.
    How: amounts that sentences grant are compared with the limit of the action that does the same (guardrails.yaml).
    Remedy: correct the article, or let the guardrail's owner raise the limit and prove it again.
    """

    dimension = "knowledge"
    level = 4
    essential = True
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        if not knowledge.limits_compared:
            return not_measured(
                "No limit to compare the articles with",
                cause="no limits",
                would_measure="state a limit for each action in guardrails.yaml, then run `cxready collect DIR`",
            )
        found = knowledge.found("guardrail")
        if found:
            title = f"{counted(len(found), 'sentence promises', 'sentences promise')} more than a guardrail allows: {names(found)}"
            return not_met(
                title,
                *shown(found),
                cause="promise beyond a limit",
                consequence="The agent must break a promise or a limit.",
            )
        return met(f"{articles(knowledge)}, {counted(knowledge.limits_compared, 'limit')}: no promise beyond a limit")

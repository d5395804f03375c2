"""Question: does each reached article say for whom it holds?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, nothing_reached
from probes.finding import Evidence, Outcome, met, not_met
from probes.probe import Effort, Probe


class Scoped(Probe):
    """Every article that a workflow reaches says for whom it holds.

    Why: a rule for business customers told to a consumer is as wrong as an old one.
    How: the fields audience, region, plan, channel or product of the page.
    Remedy: add audience and region (or plan, channel) to the page's fields.
    """

    dimension = "knowledge"
    level = 4
    kind = "D"
    effort = Effort(days=(0.1, 0.5, 2), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        bare = [a.title for a in knowledge.articles if not (a.audience or a.scope)]
        if bare:
            title = f"{len(bare)} of {articles(knowledge)} without audience or scope"
            return not_met(
                title,
                Evidence(says=", ".join(bare[:20])),
                cause="without audience or scope",
                grade="declared",
                consequence="A consumer is told the business customers' rule, or the other way round.",
            )
        return met(f"Every article says for whom it holds ({articles(knowledge)})", grade="declared")

"""Question: do any two sentences that this workflow may read contradict each other?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.contradictions import heading
from kb_audit.probes.reached import articles, in_english, nothing_reached, shown
from probes.finding import Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe


class NoConflicts(Probe):
    """No two sentences of the articles that a workflow reaches contradict each other in the same scope.

    Why: an agent that reads two rules picks one with full confidence. The customer gets 30 days from one answer and
    14 from the next, and both are quoted back.
    How: claims (typed values as intervals, permissions, polarity) of every two sentences about one subject are
    compared; other plan, region or channel is scope, not conflict. One side must stand in a section about what the
    workflow's customers ask. Only verdicts without doubt count; possible ones, and those about other subjects, are
    listed in the audit (`cxready kb audit`).
    Remedy: let the owner decide which sentence holds, correct the other, and link to the one place that states the
    rule.
    """

    dimension = "knowledge"
    level = 3
    essential = True
    kind = "M"
    effort = Effort(days=(0.2, 0.5, 2), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        if knowledge.sections is not None and not knowledge.sections:
            return not_measured(
                f"{self.question_text}: no section answers this workflow",
                cause="no section reached",
                would_measure="write a section that answers the workflow's utterances, then run `cxready collect DIR`",
            )
        found = knowledge.found("conflict")
        if found:
            return not_met(
                heading(found),
                *shown(found),
                cause="articles contradict each other",
                consequence="A customer is told one rule today and another tomorrow.",
            )
        return met(
            f"No contradiction in what {articles(knowledge)} say to this workflow ({knowledge.pairs:,} pairs compared)"
        )

"""Question: does each reached article come back to somebody's desk, and when?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, nothing_reached
from probes.finding import Evidence, Outcome, met, not_met
from probes.probe import Effort, Probe


class ReviewLoop(Probe):
    """Every article that a workflow reaches has an owner and a date for its next review that has not passed.

    Why: an agent is only as current as the last look at its articles; a past review says that somebody looked once, only
    a dated next one says that somebody will.
    How: the fields for owner and next review (`review_by`, `next_review`, `expires` and the like).
    Remedy: give each article a date for its next review, by the interval of its kind that the register names; start with
    those that it ranks first.
    """

    dimension = "knowledge"
    level = 5
    kind = "D"
    effort = Effort(days=(0.2, 1, 3), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        open_ones = [
            a for a in knowledge.articles if not (a.owner and a.review_due and a.review_due >= knowledge.as_of)
        ]
        if open_ones:
            return not_met(
                f"{len(open_ones)} of {articles(knowledge)} without an owner or a date for the next review",
                Evidence(says=", ".join(a.title for a in open_ones[:20])),
                cause="no next review",
                grade="declared",
                consequence="What was right last year is told to customers next year.",
            )
        return met(
            f"Every article has an owner and a date for its next review ({articles(knowledge)})", grade="declared"
        )

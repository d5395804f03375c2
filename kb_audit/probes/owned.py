"""Question: does somebody answer for each reached article?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, nothing_reached
from probes.finding import Evidence, Outcome, met, not_met
from probes.probe import Effort, Probe


class Owned(Probe):
    """Every article that a workflow reaches names an owner.

    Why: an article without an owner is corrected by nobody when the rule changes.
    How: the owner field of front matter, page metadata or source.
    Remedy: name a person or team for each article; start with those that the most tickets reach.
    """

    dimension = "knowledge"
    level = 2
    kind = "D"
    effort = Effort(days=(0.1, 0.5, 2), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        bare = [a.title for a in knowledge.articles if not a.owner]
        if bare:
            title = f"{len(bare)} of {articles(knowledge)} without an owner"
            return not_met(
                title,
                Evidence(says=", ".join(bare[:20])),
                cause="without an owner",
                grade="declared",
                consequence="When the rule changes nobody corrects the article, and customers are told the old one.",
            )
        return met(f"Every article names its owner ({articles(knowledge)})", grade="declared")

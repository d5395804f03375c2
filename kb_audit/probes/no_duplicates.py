"""Question: does the same text stand in two articles?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NoDuplicates(Probe):
    """No section stands twice in the articles that a workflow reaches.

    Why: of two copies one is corrected and the other is not; that is how conflicts begin.
    How: sections of at least 20 words are compared by digest, and by embedding (cosine ≥ 0.95 with equal values and
    words).
    Remedy: keep the section in one article and link to it from the other.
    """

    dimension = "knowledge"
    level = 3
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("duplicate", "near_duplicate")
        if found:
            return not_met(
                f"{counted(len(found), 'section stands', 'sections stand')} twice: {names(found)}",
                *shown(found),
                cause="duplicated text",
                consequence="The copy that nobody mends gives the wrong answer later.",
            )
        return met(f"No section stands twice ({articles(knowledge)})")

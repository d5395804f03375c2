"""Question: can retrieval read every section to its end?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class Structured(Probe):
    """Every section that a workflow reaches is short enough to be read whole by retrieval.

    Why: the embedding model reads 256 word pieces and silently drops the rest: what stands below is never found.
    How: the word pieces of each section are estimated; long articles without a heading are found.
    Remedy: divide the section by headings, one question each.
    """

    dimension = "knowledge"
    level = 2
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("cut_section", "no_headings", "long_article")
        if found:
            return not_met(
                f"{counted(len(found), 'text is', 'texts are')} too long to be found whole: {names(found)}",
                *shown(found),
                cause="too long for retrieval",
                consequence="The answer stands in the article, and the agent says that it does not know.",
            )
        return met(f"Every section can be read whole ({articles(knowledge)})")

"""Question: can retrieval read every section to its end, and every answer as text?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class Structured(Probe):
    """Every section that a workflow reaches can be read whole: short enough for retrieval, and nothing stands in a picture only.

    Why: the embedding model reads 256 word pieces and silently drops the rest: what stands below is never found; a picture
    is not read at all.
    How: the word pieces of each section are estimated; long articles without a heading are found, and pictures without a
    description where the text points at them, where their name says table, fees or steps, or where hardly any text is.
    Remedy: divide the section by headings, one question each; write what the picture shows beside it.
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
        long, pictures = knowledge.found("cut_section", "no_headings", "long_article"), knowledge.found("image_text")
        consequence = "The answer stands in the article, and the agent says that it does not know."
        if long:
            says = f"{counted(len(long), 'text is', 'texts are')} too long to be found whole: {names(long)}"
            return not_met(says, *shown((*long, *pictures)), cause="too long for retrieval", consequence=consequence)
        if pictures:
            says = f"{counted(len(pictures), 'picture seems', 'pictures seem')} to carry text: {names(pictures)}"
            return not_met(says, *shown(pictures), cause="text in pictures", consequence=consequence)
        return met(f"Every section can be read whole ({articles(knowledge)})")

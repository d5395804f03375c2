"""Question: does a search for a section find it?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, in_english, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class Retrieves(Probe):
    """A search for the heading of a section finds its article among the first five.

    Why: an answer that cannot be found is no answer; vague or repeated headings send the agent to the wrong page.
    How: each section's title and heading are looked up by embedding among all sections; the article must be among
    the first five.
    Remedy: name in the heading what the section answers, and for whom.
    """

    dimension = "knowledge"
    level = 3
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("not_found")
        if found:
            return not_met(
                f"{counted(len(found), 'section is', 'sections are')} not found by the own heading: {names(found)}",
                *shown(found),
                cause="not found by its heading",
                consequence="The agent answers from the wrong article.",
            )
        return met(f"Every heading finds its article ({articles(knowledge)})")

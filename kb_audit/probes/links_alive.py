"""Question: do the links inside the articles lead somewhere?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class LinksAlive(Probe):
    """Every internal link of the articles that a workflow reaches leads to a page and heading that exist.

    Why: a dead link is the surest sign that an article was not looked at when its surroundings changed, and an
    agent passes it on to the customer.
    How: every internal link is resolved against the articles, their aliases and headings; external links are
    counted, not followed.
    Remedy: point the link to the page's new place, or take it out.
    """

    dimension = "knowledge"
    level = 3
    kind = "M"
    effort = Effort(days=(0.1, 0.2, 0.5), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("dead_link")
        if found:
            return not_met(
                f"{counted(len(found), 'internal link leads', 'internal links lead')} nowhere: {names(found)}",
                *shown(found),
                cause="dead link",
                consequence="A customer is sent to a page that does not exist.",
            )
        return met(f"Every internal link leads somewhere ({articles(knowledge)})")

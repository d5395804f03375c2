"""Question: does any reached article speak of a passed date as the future, or is its review overdue?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, in_english, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class Current(Probe):
    """No article that a workflow reaches carries evidence of being out of date.

    Why: an article that promises something for last spring is wrong today whatever its age; age alone is no
    evidence (old pages are edited less, not more) and costs nothing here.
    How: promises and validity periods whose date has passed at the bundle's date, overdue reviews, pages
    that another one replaces, and "currently" said of a version that is two majors old.
    Remedy: say what holds now, or take the article down; set a review date.
    """

    dimension = "knowledge"
    level = 2
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("passed_date", "superseded", "overdue_review", "old_version")
        if found:
            stale = len({n for f in found for n in f.articles})
            return not_met(
                f"{counted(stale, 'article is', 'articles are')} out of date: {names(found)}",
                *shown(found),
                cause="out of date",
                consequence="A customer is promised an offer that has ended.",
            )
        return met(f"No evidence that anything is out of date ({articles(knowledge)})")

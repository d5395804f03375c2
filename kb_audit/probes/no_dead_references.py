"""Question: do the articles still offer what is gone?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, in_english, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NoDeadReferences(Probe):
    """No article that a workflow reaches speaks of a product, plan or menu as available that another article calls retired.

    Why: a customer who is told to open a menu that was removed, or to choose a plan that is no longer sold, calls again.
    How: names and menu paths (Settings > Billing > Export) that any article calls retired, replaced, renamed, moved or no
    longer offered (or whose announced end has passed) are looked for in all others; sentences that themselves speak of
    the end, and archives, do not count. Names that one article alone knows, beside menus or plans that the others agree
    on, are hints in the audit and fail nothing.
    Remedy: say what there is today; where the other article names a successor, the register drafts the edit.
    """

    dimension = "knowledge"
    level = 3
    kind = "M"
    effort = Effort(days=(0.1, 0.2, 0.5), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = [
            f for f in knowledge.found("gone_reference") if f.sides[0].article in {a.id for a in knowledge.articles}
        ]
        if found:
            gone = ", ".join(sorted({f.sides[0].value for f in found})[:3])
            return not_met(
                f"{counted(len(found), 'article speaks', 'articles speak')} of what is gone ({gone}): {names(found)}",
                *shown(found),
                cause="speaks of what is gone",
                consequence="A customer is offered something that does not exist any more.",
            )
        return met(f"Nothing that another article calls retired is offered ({articles(knowledge)})")

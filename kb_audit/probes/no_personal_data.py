"""Question: do reached articles hold personal data or passwords?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NoPersonalData(Probe):
    """No article that a workflow reaches holds personal data or a password.

    Why: what an agent reads it may repeat to any customer.
    How: card numbers (Luhn), IBANs, credentials, identity numbers and e-mail addresses of persons are searched for.
    Remedy: replace it by a role's address or an invented example; change the password.
    """

    dimension = "knowledge"
    level = 4
    kind = "M"
    effort = Effort(days=(0.1, 0.2, 0.5), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("personal_data", "secret")
        if found:
            return not_met(
                f"{counted(len(found), 'place holds', 'places hold')} personal data or secrets: {names(found)}",
                *shown(found),
                cause="personal data in articles",
                consequence="The agent reads a colleague's or a customer's data out to a stranger.",
            )
        return met(f"No personal data found ({articles(knowledge)})")

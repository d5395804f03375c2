"""Question: do reached articles hold personal data or passwords?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NoPersonalData(Probe):
    """No article that a workflow reaches holds personal data or a password, or leads from the public into internal ones.

    Why: what an agent reads it may repeat to any customer.
    How: card numbers (Luhn), IBANs, credentials, identity numbers and e-mail addresses of persons are searched for,
    and links from public articles to those that are internal by their fields or their own words.
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
        exposed = knowledge.found("internal_exposed")
        found = knowledge.found("personal_data", "secret")
        if found:
            return not_met(
                f"{counted(len(found), 'place holds', 'places hold')} personal data or secrets: {names(found)}",
                *shown(found),
                cause="personal data in articles",
                consequence="The agent reads a colleague's or a customer's data out to a stranger.",
            )
        if exposed:
            return not_met(
                f"{counted(len(exposed), 'way leads', 'ways lead')} from public to internal articles: {names(exposed)}",
                *shown(exposed),
                cause="internal articles reachable",
                consequence="A customer reads what was written for colleagues.",
            )
        return met(f"No personal data found ({articles(knowledge)})")

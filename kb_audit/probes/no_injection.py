"""Question: does any reached article give orders to an AI, or hide text?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, names, nothing_reached, shown
from probes.finding import Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NoInjection(Probe):
    """No article that a workflow reaches tells an AI what to do or holds text that a reader cannot see.

    Why: an agent reads articles as knowledge; whoever may edit one could give it orders (OWASP LLM01, indirect
    prompt injection).
    How: visible text, comments, invisible elements and zero-width characters are searched for orders to a machine.
    Remedy: take the text out, find out who put it there, and restrict who may publish.
    """

    dimension = "knowledge"
    level = 4
    essential = True
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("injection", "hidden_text")
        if found:
            return not_met(
                f"{counted(len(found), 'place gives', 'places give')} orders to an AI or {'hides' if len(found) == 1 else 'hide'} text: {names(found)}",
                *shown(found),
                cause="text that instructs an AI",
                consequence="Someone who can edit an article can make the agent give money away.",
            )
        return met(f"No orders to an AI and no hidden text ({articles(knowledge)})")

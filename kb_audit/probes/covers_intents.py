"""Question: does an article answer each way in which customers ask?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import articles, in_english
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe

_WANTED = {
    "amount": "an amount",
    "time": "a time",
    "contact": "a contact",
    "permission": "a yes or no",
    "steps": "steps",
    "place": "a place",
    "": "an answer",
}


class CoversIntents(Probe):
    """Every utterance of a workflow reaches a section about it.

    Why: where nothing answers, a language model fills the gap with what is usual elsewhere.
    How: each utterance is compared with every section by embedding: cosine ≥ 0.50 is covered, 0.40–0.50 weak, less
    a gap. It shows that the subject is there, not that the answer is right. Met when at least 9 in 10 are covered
    and none is a gap.
    Where a question asks for an amount, a time, a contact, a place, steps or a permission and the sections found hold none,
    that is said, and counts for nothing yet.
    Remedy: write the missing section, in the words that customers use.
    """

    dimension = "knowledge"
    level = 2
    kind = "M"
    effort = Effort(days=(0.3, 1, 3), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        if not knowledge.utterances:
            return not_measured(
                "No utterances to look for",
                cause="no utterances",
                would_measure="write in goals.yaml how customers ask, then run `cxready collect DIR`",
            )
        language = in_english(knowledge, self.question_text)
        if language is not None:
            return language
        short = [u for u in knowledge.utterances if u.state != "covered"]
        gaps = [u for u in short if u.state == "gap"]
        asked = len(knowledge.utterances)
        says = f"{asked - len(short)} of {asked} questions are covered ({articles(knowledge)})"
        pieces = [
            Evidence(says=f"{u.state}: “{u.utterance}”", facts={"best": [r.model_dump() for r in u.best[:2]]})
            for u in short
        ]
        pieces += [
            Evidence(
                says=f"partly: “{u.utterance}” asks for {_WANTED[u.asks_for]}, and the sections found hold none",
                facts={"best": [r.model_dump() for r in u.best[:2]]},
            )
            for u in knowledge.utterances
            if u.state == "covered" and u.answer == "partly"
        ]
        if gaps or len(short) > len(knowledge.utterances) * 0.1:
            return not_met(
                says, *pieces, cause="questions without an answer", consequence="The agent invents an answer."
            )
        return met(says, *pieces)

"""Question: do articles state the values that the systems hold?"""

from __future__ import annotations

from kb_audit.artifact import WorkflowKnowledge
from kb_audit.probes.reached import in_english, names, nothing_reached, shown
from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.probe import Effort, Probe
from probes.wording import counted, listed


class AgreesWithSystems(Probe):
    """No article that a workflow reaches states another value than the system which the agent acts through.

    Why: an article says 30 days, the system refuses after 14: the agent promises what it then cannot do.
    How: values that engagement.yaml names (`knowledge.system_values`: a sentence, a read, a place in its answer) are read
    and compared with each sentence that speaks of the same thing. Nothing is asked where none is named.
    Remedy: correct the article, or have the system's owner correct the value; name further values that articles repeat.
    """

    dimension = "knowledge"
    level = 4
    kind = "M"
    effort = Effort(days=(0.1, 0.3, 1), role="knowledge owner")
    needs = (WorkflowKnowledge,)

    def judge(self, knowledge: WorkflowKnowledge) -> Outcome:
        absent = nothing_reached(knowledge, self.question_text) or in_english(knowledge, self.question_text)
        if absent is not None:
            return absent
        found = knowledge.found("system")
        if found:
            says = counted(len(found), "sentence states", "sentences state")
            return not_met(
                f"{says} another value than a system holds: {names(found)}",
                *shown(found),
                cause="other value in a system",
                consequence="The agent promises what the system then refuses.",
            )
        return _without_difference(knowledge)


def _without_difference(knowledge: WorkflowKnowledge) -> Outcome:
    named, unread = knowledge.system_values, [v for v in knowledge.system_values if v.why]
    if unread:
        return not_measured(
            f"{len(unread)} of {counted(len(named), 'value')} could not be read from systems",
            cause="value not read",
            would_measure=f"see that {listed((v.place for v in unread), most=3)} can be read, then run `cxready collect DIR`",
            evidence=tuple(Evidence(says=f"{v.place}: {v.why}") for v in unread),
        )
    spoken = [v for v in named if v.spoken]
    if not spoken:
        why = "no article of this workflow speaks of the values named" if named else "engagement.yaml names no value"
        return not_applicable(
            f"Nothing to compare with systems: {why}",
            cause="no value spoken of" if named else "no value named",
            grade="measured" if named else "declared",
        )
    return met(
        f"Articles state what systems hold: {counted(len(spoken), 'value')}",
        *(
            Evidence(says=f"{v.says} ({v.place}: {v.held})", source=", ".join(a for a, _ in v.spoken[:5]))
            for v in spoken
        ),
    )

"""escalation.human_on_request: does the first wish for a person lead to one?"""

from __future__ import annotations

from probes.escalation.artifacts import UnderstandingDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe


class HumanOnRequest(Probe):
    """A customer who asks for a person is handed over the first time, without being asked whether they are sure.

    Why: asking twice is the surest way from a question to a complaint, and in some countries a person on request is a
        duty.
    How: ten seeded phrasings a language go through the runtime's own reading; each must be recognised. The phrasings
        are ours, so the figure is an upper bound.
    Remedy: add the phrasings that were missed to the language's word list.
    """

    dimension, level, kind, each = "escalation", 3, "M", "everywhere"
    effort = Effort(days=(0.25, 1, 2), role="conversation designer")
    needs = (UnderstandingDrill,)

    def judge(self, drill: UnderstandingDrill) -> Outcome:
        evidence = [
            Evidence(says=f"{language}: {k} of {n} recognised", source="seeded messages")
            for language, (k, n) in drill.human.items()
        ]
        if not drill.human:
            return not_measured(
                "No wish for a person was tried on the runtime",
                cause="no_input",
                would_measure="name the customers' languages in goals.yaml and run `cxready collect DIR`",
            )
        if drill.human_missed:
            return not_met(
                f"{len(drill.human_missed)} of {sum(n for _, n in drill.human.values())} wishes for a person are not"
                " heard",
                *evidence,
                Evidence(says=f"missed: {drill.human_missed[0]}"),
                cause="not recognised",
                consequence="The customer asks for a person and gets another question.",
            )
        return met(
            f"Each of {sum(n for _, n in drill.human.values())} seeded wishes for a person is heard the first time",
            *evidence,
            subject_of_proof="bundled runtime",
        )

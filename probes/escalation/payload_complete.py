"""escalation.payload_complete: is everything in the handoff that a person needs to decide?"""

from __future__ import annotations

from probes.escalation.artifacts import HandoffDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class PayloadComplete(Probe):
    """A handoff says what is asked, why, who, what was checked, what was and was not done, what is advised and by
    when.

    Why: without them the person asks the customer everything again, which is what the customer came to avoid.
    How: disposable handoffs for several kinds of stop are read back from the ticket system and searched for the seven
        parts; a placeholder is no part.
    Remedy: map the missing parts to fields or lines of the ticket; the handoff object holds all of them.
    """

    dimension, level, kind = "escalation", 3, "M"
    effort = Effort(days=(1, 3, 8), role="integration developer")
    needs = (HandoffDrill,)

    def judge(self, drill: HandoffDrill) -> Outcome:
        read = [d for d in drill.delivered if d.copies]
        if not read or not all(d.measured for d in read):
            return not_measured(
                "Nothing was read back that could be searched for its parts",
                cause="needs",
                would_measure=(
                    f"mend the delivery to {drill.destination} (finding escalation.delivered), then run "
                    "`cxready collect DIR`"
                ),
            )
        poor = [d for d in read if d.missing]
        evidence = [
            Evidence(
                says=f"{d.stop.replace('_', ' ')}: {'; '.join(d.missing) or 'all seven parts'}",
                source=drill.destination,
            )
            for d in read
        ]
        if poor:
            return not_met(
                f"{len(poor)} of {len(read)} handoffs arrive without a part that the person needs",
                *evidence,
                cause="parts missing",
                consequence="The customer is asked everything a second time.",
            )
        return met(
            f"{counted(len(read), 'handoff')} read back, each with all seven parts", *evidence, subject_of_proof=BUNDLED
        )


BUNDLED = "bundled runtime"

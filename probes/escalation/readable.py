"""escalation.readable: can a person act on it in ten seconds, as it stands in the ticket?"""

from __future__ import annotations

from probes.escalation.artifacts import HandoffDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from probes.wording import counted
from runtime.escalation.readability import PASS
from runtime.metrics import quantile


class Readable(Probe):
    """A handoff can be acted on in ten seconds as it stands in the ticket.

    Why: transcripts and machine text technically hold everything and are still not read; deployments were stopped
        over it.
    How: handoffs read back from the ticket system are scored from 0 to 100 by thirteen features (what is asked stands
        first, reason early,
    no machine text, short). Met: median at least 75, tenth percentile at least 60. The score counts form; people's
    time to decide is measured in the pilot.
    Remedy: put the decision asked for into the first line, then options, recommendation, reason and deadline; move
        transcripts and payloads behind a link.
    """

    dimension, level, kind = "escalation", 3, "M"
    effort = Effort(days=(1, 3, 8), role="integration developer")
    needs = (HandoffDrill,)

    def judge(self, drill: HandoffDrill) -> Outcome:
        read = [d for d in drill.delivered if d.copies]
        if not read or not all(d.measured for d in read):
            return not_measured(
                "No handoff in a language that can be scored was read back",
                cause="needs",
                would_measure=(
                    f"deliver handoffs to {drill.destination} in English or German, or add a word list for the "
                    "language, then run `cxready collect DIR`"
                ),
            )
        scores = [float(d.score) for d in read]
        median, low = quantile(scores, 0.5), quantile(scores, 0.1)
        says = f"median {median:.0f}, tenth percentile {low:.0f} of 100 in {counted(len(scores), 'handoff')}"
        worst = min(read, key=lambda d: d.score)
        evidence = Evidence(
            says=f"{says}; the lowest: {'; '.join(worst.reasons) or 'no deduction'}",
            source=drill.destination,
            facts={"scores": scores},
        )
        if median < PASS["strict"][0] or low < PASS["strict"][1]:
            return not_met(
                f"Handoffs cannot be acted on at a glance ({says})",
                evidence,
                cause="unreadable",
                consequence="The person reads for minutes, or decides without reading.",
            )
        return met(f"Handoffs can be acted on at a glance ({says})", evidence, subject_of_proof="bundled runtime")

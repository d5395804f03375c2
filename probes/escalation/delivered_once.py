"""escalation.delivered_once: is there exactly one ticket, however often and from wherever the same handoff is sent?"""

from __future__ import annotations

from probes.escalation.artifacts import HandoffDrill, OutageDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe

WORDS = {
    "sent twice": "when it is sent twice",
    "four in parallel": "when four workers send it at once",
    "answer lost": "when the answer to the first try is lost",
}


class DeliveredOnce(Probe):
    """The same handoff gives exactly one ticket, sent twice, from four workers at once, and when the answer is lost.

    Why: two tickets for one case mean two people who decide, and sometimes two payments.
    How: the same disposable handoff is enqueued twice, delivered by four workers at once, and once more after an
        answer that never came; then it is counted by its key.
    Remedy: deliver through an outbox with one worker a key that searches before it creates; let the ticket system's
        own key or external id help where it has one.
    """

    dimension, level, kind = "escalation", 3, "M"
    effort = Effort(days=(1, 3, 8), role="integration developer")
    needs = (HandoffDrill, OutageDrill)

    def judge(self, drill: HandoffDrill, outage: OutageDrill) -> Outcome:
        counts = {d.how: d.copies for d in drill.delivered if d.how in WORDS} | {
            c.fault: c.copies for c in outage.cases if c.fault == "answer lost"
        }
        evidence = Evidence(
            says="; ".join(f"{how}: {n} ticket{'' if n == 1 else 's'}" for how, n in counts.items()),
            source=f"{drill.system} ({drill.destination})",
            facts=dict(counts),
        )
        doubled = [how for how, n in counts.items() if n > 1]
        if doubled:
            return not_met(
                f"One handoff becomes {counts[doubled[0]]} tickets {WORDS[doubled[0]]}",
                evidence,
                cause="duplicates",
                consequence="Two people decide the same case, and the customer hears two answers.",
            )
        absent = [how for how in WORDS if not counts.get(how)]
        if absent:
            return not_measured(
                f"No handoff could be counted {WORDS[absent[0]]}",
                cause="needs",
                would_measure=(
                    f"mend the delivery to {drill.destination} (finding escalation.delivered), then run "
                    "`cxready collect DIR`"
                ),
                evidence=(evidence,),
            )
        return met(
            "One handoff is one ticket: sent twice, by four workers, after a lost answer",
            evidence,
            subject_of_proof="bundled runtime",
        )

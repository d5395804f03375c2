"""escalation.delivered: does a handoff arrive, so that it can be read back from the ticket system?"""

from __future__ import annotations

from probes.escalation.artifacts import Delivered as Sent
from probes.escalation.artifacts import HandoffDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from runtime.metrics import quantile

SLOWEST_S = 60.0


class Delivered(Probe):
    """A handoff arrives in the ticket system and can be read back by its key within a minute.

    Why: an answer 200 or 201 says that a request was accepted, not that a person can see the case; some ticket
        systems drop fields they do not know and still answer 201.
    How: disposable, marked cases are handed off on staging, found by their key, and compared with what was sent: key,
        text, queue. They are closed afterwards.
    Remedy: give the ticket a field for the handoff's key (not one that must be unique), check the queue's name and
        the rights of the credential that writes.
    """

    dimension, level, kind, essential = "escalation", 3, "M", True
    effort = Effort(days=(0.5, 2, 6), role="ticket system administrator")
    needs = (HandoffDrill,)

    def judge(self, drill: HandoffDrill) -> Outcome:
        own = [d for d in drill.delivered if d.destination == drill.destination]
        if not own:
            return not_measured(
                f"Nothing was handed off to {drill.destination}: a drill makes few records",
                cause="budget",
                would_measure=f"run `cxready collect DIR --system {drill.system}`, or give the route a ticket system of its own",
            )
        unclear = next((d for d in own if not d.copies and d.unclear), None)
        lost = [d for d in own if not d.copies and not d.unclear]
        wrong = [d for d in own if d.copies and d.flaws]
        evidence = [_evidence(drill, d) for d in own]
        if lost:
            return not_met(
                f"A handoff to {drill.destination} does not arrive: {(*lost[0].flaws, 'it cannot be found')[0]}",
                *evidence,
                cause="not found",
                consequence=LOST,
            )
        if wrong:
            return not_met(
                f"A handoff to {drill.destination} arrives changed: {wrong[0].flaws[0]}",
                *evidence,
                cause=wrong[0].flaws[0],
                consequence=LOST,
            )
        if unclear:
            return not_measured(
                f"Whether handoffs to {drill.destination} arrive could not be seen: {unclear.unclear}",
                cause="unreachable",
                would_measure=(
                    f"see that {drill.system} answers (`cxready collect DIR --check`) and that its credentials may "
                    f"create and find records, then run `cxready collect DIR`"
                ),
                evidence=tuple(evidence),
            )
        slow = quantile([d.seconds for d in own], 0.95)
        if slow > SLOWEST_S:
            return not_met(
                f"A handoff to {drill.destination} takes {slow:.0f} s until it can be read",
                *evidence,
                cause="slow",
                consequence=LOST,
            )
        return met(f"Handoffs to {drill.destination} arrive and are read back as they were sent", *evidence)


LOST = "The customer was told that a colleague takes over, and no colleague knows."


def _evidence(drill: HandoffDrill, sent: Sent) -> Evidence:
    found = f"{sent.copies} found by its key after {sent.seconds:.1f} s" if sent.copies else "not found by its key"
    return Evidence(
        says=f"{sent.how}: {found}; {', '.join(sent.flaws) or 'key, text and queue as sent'}",
        source=f"{drill.system} ({drill.destination})",
        at=drill.measured_at.isoformat() if drill.measured_at else "",
    )

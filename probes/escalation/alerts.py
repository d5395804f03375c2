"""escalation.alerts: is somebody told when a handoff arrives?"""

from __future__ import annotations

from probes.escalation.artifacts import HandoffDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe


class Alerts(Probe):
    """A new handoff notifies somebody within a minute.

    Why: a ticket in a queue that nobody is told about is found when somebody looks by chance; known chat platforms
        lost handoffs this way for years.
    How: after a disposable handoff the ticket system's own record of notifications is read.
    Remedy: switch on the notification of the queue's watchers or of the person on duty, and name the operation that
        lists notifications as `alerts` of the destination.
    """

    dimension, level, kind = "escalation", 3, "M"
    effort = Effort(days=(0.25, 1, 3), role="ticket system administrator")
    needs = (HandoffDrill,)

    def judge(self, drill: HandoffDrill) -> Outcome:
        own = [d for d in drill.delivered if d.destination == drill.destination and d.copies]
        known = [d for d in own if d.alerted is not None]
        if not known:
            return not_measured(
                f"Whether {drill.destination} tells anybody about a handoff cannot be seen",
                cause="no_input",
                would_measure=(
                    "Name the operation that lists notifications as `alerts` of the destination in escalation.yaml."
                ),
            )
        evidence = [
            Evidence(
                says=f"told: {', '.join(d.alerted or ()) or 'nobody'}",
                source=f"{drill.system} ({drill.destination})",
                facts={"seconds": d.alert_seconds},
            )
            for d in known
        ]
        if not all(d.alerted for d in known):
            return not_met(
                f"A handoff to {drill.destination} tells nobody",
                *evidence,
                cause="no notification",
                consequence="The case lies in a queue until somebody looks by chance.",
            )
        return met(f"A handoff to {drill.destination} notifies {(known[0].alerted or ('somebody',))[0]}", *evidence)

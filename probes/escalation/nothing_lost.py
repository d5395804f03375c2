"""escalation.nothing_lost: is every handoff delivered once the destination is back, and by another way in the
meantime?
"""

from __future__ import annotations

from probes.escalation.artifacts import OutageCase, OutageDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class NothingLost(Probe):
    """No handoff is lost and none is doubled when the ticket system fails, and another way is taken in time when it
    stays away.

    Why: ticket systems fail on the day with the most handoffs; what is lost then is lost silently.
    How: our side of the connection refuses, loses the answer after the record was made, answers 200 with an error,
        and the process is killed after sending;
    then the destination stays away for good and the deputy must have it within the route's time. The retries run on a
    simulated clock, the records are real and counted.
    Remedy: keep handoffs in an outbox of the same transaction as the step, search before creating again, and name a
        deputy destination in escalation.yaml.
    """

    dimension, level, kind, essential = "escalation", 4, "M", True
    effort = Effort(days=(2, 5, 12), role="integration developer")
    needs = (OutageDrill,)

    def judge(self, drill: OutageDrill) -> Outcome:
        if not drill.cases:
            return not_measured(
                "No outage was drilled",
                cause="needs",
                would_measure=(
                    f"set `writes.allowed` for the system behind {drill.destination} in engagement.yaml and run "
                    "`cxready collect DIR`"
                ),
            )
        evidence = [Evidence(says=_says(case), source=drill.destination) for case in drill.cases]
        unclear = next((case for case in drill.cases if not case.copies and case.unclear), None)
        lost = [case for case in drill.cases if not case.copies and not case.unclear]
        doubled = [case for case in drill.cases if case.copies > 1]
        late = [case for case in drill.cases if case.delivered_to and case.after_s > case.budget_s]
        if lost:
            return not_met(
                f"A handoff is lost when the destination fails ({lost[0].fault})",
                *evidence,
                cause="lost",
                consequence=SILENCE,
            )
        if doubled:
            return not_met(
                f"A handoff is there {doubled[0].copies} times after a fault ({doubled[0].fault})",
                *evidence,
                cause="duplicates",
                consequence="Two people decide the same case.",
            )
        if unclear:
            return not_measured(
                f"Whether a handoff survives ({unclear.fault}) could not be seen: {unclear.unclear}",
                cause="unreachable",
                would_measure=(
                    f"see that the system behind {drill.destination} answers (`cxready collect DIR --check`), then "
                    "run `cxready collect DIR`"
                ),
                evidence=tuple(evidence),
            )
        if drill.deputy and not any(case.fault == "down for good" for case in drill.cases):
            return not_measured(
                f"Whether {drill.deputy} takes over was not drilled",
                cause="not_allowed",
                would_measure=(
                    f"set `writes.allowed` for the system behind {drill.deputy} in engagement.yaml and run "
                    "`cxready collect DIR`"
                ),
                evidence=tuple(evidence),
            )
        if not drill.deputy:
            return not_met(
                "While the ticket system is away, no other way is taken: the route names no deputy",
                *evidence,
                cause="no deputy",
                consequence=SILENCE,
            )
        if late:
            return not_met(
                f"Another way is taken after {late[0].after_s / 60:.0f} minutes; the route allows {late[0].budget_s / 60:.0f}",
                *evidence,
                cause="late",
                consequence=SILENCE,
            )
        return met(
            f"{counted(len(drill.cases), 'fault')}, every handoff delivered exactly once and in time",
            *evidence,
            subject_of_proof="bundled runtime",
        )


SILENCE = "The customer waits for a colleague who never heard of the case."


def _says(case: OutageCase) -> str:
    where = (
        f"delivered to {case.delivered_to} after {case.after_s:.0f} s and {case.attempts} attempts"
        if case.delivered_to
        else "not delivered"
    )
    return f"{case.fault}: {where}, {counted(case.copies, 'ticket')} there"

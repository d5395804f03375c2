"""Can what was written be taken back, and does it then end?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.write_evidence import WriteRoundTrip
from probes.probe import BY_ROLE, Effort, Probe


class DeletesStick(Probe):
    """What was written can be taken back, and a read shows that it is over.

    Why: an agent that cannot undo must never be wrong. With an undo that works, a mistake costs a minute.
    How: the trial's own record is taken back by the operation that the effects file names and read again. Removed,
    reversed and soft delete are all fine; which one it is, is said.
    Remedy: offer an operation that removes or reverses the record. Show its end in a status field. Name it as `undo` in
    the effects file.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((1, 3, 8), "API owner")
    needs = (WriteRoundTrip,)
    each = "write"

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        trip: WriteRoundTrip = artifacts[0]
        shown = tuple(
            evidence_of(shot, says)
            for shot, says in zip(trip.undo_shots, ("taking it back", "the record afterwards"), strict=False)
        )
        if trip.undone == "nothing_to_undo":
            return not_applicable(
                f"{trip.subject}: nothing came to be that could be taken back", cause="nothing to undo"
            )
        if trip.undone == "unclear":
            return not_measured(
                f"{trip.subject}: whether it can be taken back could not be seen ({trip.undo_says})",
                cause="failed",
                would_measure=(
                    f"give the credential `audit` the right to call {trip.undo or 'the undo'} of "
                    f"{trip.subject.unit}, see that the system answers, and run `cxready collect DIR` again"
                ),
                evidence=shown,
            )
        if trip.undone in ("not_undone", "none_offered"):
            cause = "no undo" if trip.undone == "none_offered" else "undo without effect"
            return not_met(
                f"What {trip.subject} writes cannot be taken back",
                *shown,
                cause=cause,
                consequence="A wrong booking stays on the customer's account until back office finds the time.",
            )
        word = {"removed": "removed", "reversed": "reversed", "soft_delete": "soft delete"}[trip.undone]
        said = (Evidence(says=trip.undo_says),) if trip.undo_says else ()
        return met(f"{trip.subject} can be taken back ({word})", *said, *shown)

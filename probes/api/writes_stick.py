"""Does a successful answer to a write mean that the record changed?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.write_evidence import WriteRoundTrip
from probes.probe import BY_ROLE, Effort, Probe


class WritesStick(Probe):
    """A successful answer to a write means that the record changed.

    Why: the agent tells the customer "done" on a 200. When the system drops the change, the company has given a promise
    that nobody keeps.
    How: each write that workflows call is sent with the engagement's example on the test customer and read back, twice
    with a second between, then taken back.
    Remedy: find out why the write is accepted and dropped: a validation, a nightly job, a read-only field. Answer 409
    or 422 instead of success until it is mended. Add a test that writes and reads back.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((2, 5, 15), "API owner")
    needs = (WriteRoundTrip,)
    essential = True
    each = "write"

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        trip: WriteRoundTrip = artifacts[0]
        name = str(trip.subject)
        if not trip.accepted:
            return not_measured(
                f"{name}: the example was not accepted, so nothing was written",
                cause="needs",
                would_measure=f"correct writes.example of {trip.subject.unit} and run `cxready collect DIR` again",
                evidence=_evidence(trip),
            )
        if trip.does == "delete":
            return _delete(trip)
        if not trip.readable:
            return _not_read(trip)
        if not trip.found:
            return not_met(
                f"{name} answers {trip.status} and the record cannot be found",
                *_evidence(trip),
                cause="not found",
                consequence=_HARM,
            )
        if trip.dropped:
            first = trip.dropped[0]
            return not_met(
                f"{name} answers {trip.status} and drops the change of {first.name}",
                *_evidence(trip),
                cause="dropped",
                consequence=_HARM,
            )
        if not trip.kept:
            return not_measured(
                f"{name}: the record was found, but it shows no field that was sent",
                cause="needs",
                would_measure=f"name a `read_back` for {trip.subject.item} that shows what was written",
                evidence=_evidence(trip),
            )
        settled = f", visible after {trip.settle_s:.0f} s" if trip.settle_s >= 1 else ""
        return met(f"{name} writes what it says: {', '.join(trip.kept)} read back as sent{settled}", *_evidence(trip))


_HARM = "The customer is told that it is done. Next month it is not, and the second call is an angry one."


def _not_read(trip: WriteRoundTrip) -> Outcome:
    """There is no way to read, or the read was not answered: neither says anything about the write."""
    unit, item = trip.subject.unit, trip.subject.item
    if trip.read is not None and trip.read.seen != "ok":
        return not_measured(
            f"{trip.subject}: accepted, but reading the record back was not answered ({trip.read.status or 'no answer'})",
            cause="failed",
            would_measure=(
                f"let the credential `audit` read what {item} of {unit} writes, and run `cxready collect DIR` again"
            ),
            evidence=_evidence(trip),
        )
    return not_measured(
        f"{trip.subject}: accepted, but there is no way to read the record back",
        cause="needs",
        would_measure=f"name `read_back` for {item} in effects/{unit}.yaml and run `cxready collect DIR` again",
        evidence=_evidence(trip),
    )


def _delete(trip: WriteRoundTrip) -> Outcome:
    if trip.undone in ("removed", "reversed", "soft_delete"):
        return met(f"{trip.subject} does what it says: {trip.undo_says}", *_evidence(trip))
    if trip.undone == "unclear":
        return not_measured(
            f"{trip.subject}: whether the record is gone could not be seen ({trip.undo_says})",
            cause="failed",
            would_measure=(
                f"see that {trip.subject.unit} answers and that `audit` may delete, and run `cxready collect DIR` again"
            ),
            evidence=_evidence(trip),
        )
    return not_met(
        f"{trip.subject} answers and the record stays as it was",
        *_evidence(trip),
        cause="not deleted",
        consequence=_HARM,
    )


def _evidence(trip: WriteRoundTrip) -> tuple[Evidence, ...]:
    found = (
        [evidence_of(trip.write, f"what was sent{f' ({trip.example})' if trip.example else ''}, and the answer")]
        if trip.write
        else []
    )
    if trip.read:
        words = "; ".join(f"{d.name}: sent {d.sent}, the record says {d.found}" for d in trip.dropped)
        found.append(evidence_of(trip.read, words or "the record, read back"))
    return tuple(found)

"""Whether a note on a customer can be written and read back; follows from the round trip of the operation that adds
it.
"""

from __future__ import annotations

from typing import ClassVar

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.gatherer import missing
from probes.gather.privilege import writes_declared
from probes.gather.session import Session
from probes.gather.write_evidence import WriteRoundTrip
from probes.gather.write_targets import note_operation


class NoteTrial(Artifact):
    """`operation` is empty when neither effects file nor description name one that adds a note."""

    kind: ClassVar[str] = "note_trial"

    operation: str = ""
    writes_declared: int = 0
    found: bool = False
    write: Shot | None = None
    read: Shot | None = None


def note_trial(session: Session, system: str) -> Artifact | Missing:
    """Taken from the round trip that was just made; nothing is sent here."""
    subject, name = Subject(unit=system), note_operation(session.estate, system)
    declared = writes_declared(session.estate, system)
    if name is None and not session.surface(system).digest:
        return missing(NoteTrial, subject, "no_input", f"{system} has no description that could name a note")
    if name is None:
        return NoteTrial(subject=subject, measured_at=session.now, writes_declared=declared)
    trip = session.found.get((WriteRoundTrip.kind, system, name))
    if isinstance(trip, WriteRoundTrip) and not trip.readable:
        return missing(NoteTrial, subject, "failed", f"reading the note of {name} back was not answered")
    if isinstance(trip, WriteRoundTrip):
        return NoteTrial(
            subject=subject,
            measured_at=session.now,
            operation=name,
            writes_declared=declared,
            found=trip.found and not trip.dropped,
            write=trip.write,
            read=trip.read,
        )
    cause, detail, advice = (
        (trip.cause, trip.detail, trip.would_measure)
        if isinstance(trip, Missing)
        else ("needs", f"{name} was not tried", "run `cxready collect DIR` again")
    )
    return Missing(wanted=NoteTrial.kind, subject=subject, cause=cause, detail=detail, would_measure=advice)

"""Does the CRM's own log name the agent?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.write_evidence import AuditTrail as Looked
from probes.probe import Effort, Probe


class AuditTrail(Probe):
    """A write of the agent's stands in the system's own log, under an identity of its own.

    Why: when a credit is disputed, the log of the system of record is what counts, and it must say that it was the
    machine.
    How: a record is written on the test customer and looked up in the CRM's log before it is taken back.
    Remedy: log each write with time, operation, record and the client that sent it. Offer the log to read. Give the
    agent a client id of its own.
    """

    dimension, level, kind, effort = "crm", 4, "M", Effort((1, 4, 12), "CRM owner")
    needs = (Looked,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: Looked = artifacts[0]
        name = seen.subject.unit
        shown = (evidence_of(seen.shot, f"the log after {seen.write}"),) if seen.shot else ()
        if not seen.operation:
            return not_met(
                f"{name} offers no log of changes to read",
                Evidence(says="the description holds no operation that reads one"),
                cause="not offered",
                grade="declared",
                consequence=_HARM,
            )
        if not seen.found:
            return not_met(f"{name} does not log {seen.write}", *shown, cause="not logged", consequence=_HARM)
        if not seen.actor:
            return not_met(f"The log of {name} does not say who it was", *shown, cause="no actor", consequence=_HARM)
        return met(f"{name} logs {seen.write} under {seen.actor}", *shown)


_HARM = "Nobody can tell afterwards whether the machine or a colleague booked it."

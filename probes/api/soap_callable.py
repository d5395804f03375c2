"""Can the SOAP service be called by a machine, and what does the bridge cost?"""

from __future__ import annotations

from typing import Any

from probes.artifact import Missing
from probes.derive.surface_census import SurfaceCensus
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.read import Answers
from probes.probe import Effort, Probe
from probes.wording import counted


class SoapCallable(Probe):
    """The SOAP service can be called through the bridge: typed operations, typed faults, nothing that a client drops
    silently.

    Why: SOAP is the usual reason why a project stops. Often it is none: what counts is whether the operations that are
    needed can be called.
    How: a census of the WSDL before any client reads it (bindings, overloads, policies, encodings, imports), and real
    calls of its read operations.
    Remedy: mend what the census calls a blocker. Offer a binding without WS-Security policies inside the network, or a
    small REST front. Rename overloaded operations.
    """

    dimension, level, kind, effort = "api", 3, "D/M", Effort((2, 8, 25), "API owner")
    needs = (SurfaceCensus, Answers)
    only_protocol = "soap"

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        census: SurfaceCensus = artifacts[0]
        answers: Answers = artifacts[1]
        name = census.subject.unit
        if census.blockers:
            return _kept_out(census)
        called = [a for a in answers.answers if a.seen == "ok"]
        if not called:
            return not_measured(
                f"{name}: no operation answered",
                cause="needs",
                would_measure=f"give writes.example of {name} values to read with and run `cxready collect DIR` again",
            )
        faults = [f"{a.operation}: {'; '.join(a.faults)}" for a in called if a.faults]
        if faults:
            return not_met(
                f"{name} answers otherwise than its WSDL says",
                *(Evidence(says=f) for f in faults[:3]),
                cause="differs from description",
                consequence=_HARM,
            )
        names = ", ".join(a.operation for a in called)
        return met(
            f"{name} is callable through the bridge: {names}",
            *_costs(census),
            Evidence(
                says=f"{counted(census.operations, 'operation')}, {len(census.costly)} costly and {counted(len(census.notes), 'minor point')}"
            ),
        )

    def without(self, missing: Missing, *found: Any) -> Outcome:
        """What keeps a machine out does so whatever a call would have been answered."""
        return _kept_out(found[0]) if found and found[0].blockers else self.missing(missing)


def _kept_out(census: SurfaceCensus) -> Outcome:
    return not_met(
        f"The WSDL of {census.subject.unit} keeps a machine out: {census.blockers[0]}",
        *(Evidence(says=b) for b in census.blockers[:5]),
        *_costs(census),
        cause="blocker",
        consequence=_HARM,
    )


def _costs(census: SurfaceCensus) -> tuple[Evidence, ...]:
    return tuple(Evidence(says=f"costly: {c}") for c in census.costly[:3])


_HARM = "The agent cannot see what the customer is asking about, so every such case goes to a person."

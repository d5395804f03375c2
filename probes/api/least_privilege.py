"""Is the agent's own credential refused where writes should come through the proxy?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.write_evidence import Privilege
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted


class LeastPrivilege(Probe):
    """The agent's own credential may do what it needs and no more: its writes are refused by the system itself.

    Why: a limit that stands in front of the system is worth what the system does when somebody walks around it.
    How: each create that workflows call, and two that none does, is sent with the agent's own credential. The system
    must answer 401 or 403. What goes through is taken back. Reads that no workflow calls and that the credential was
    given all the same are named; one that returns data that guardrails.yaml never lets it read is too much.
    Remedy: take the write scopes from the agent's credential. Give them to the enforcing proxy's. Let the system check
    scopes on every write.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((1, 2, 6), "identity team")
    needs = (Privilege,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: Privilege = artifacts[0]
        name = seen.subject.unit
        revealing = [read for read in seen.beyond if read.returns]
        if revealing:
            first = revealing[0]
            return not_met(
                f"{name} lets the agent's own credential read {', '.join(first.returns)} by {first.operation}, "
                "which no workflow calls",
                Evidence(says=f"answered to the agent: {', '.join(read.operation for read in revealing)}"),
                cause="reads restricted data",
                consequence="What the agent may never read is one mistaken call away.",
            )
        if not seen.writes_declared:
            return not_applicable(f"{name} offers nothing to write", cause="reads only", grade="declared")
        if not seen.tried:
            return not_applicable(
                f"No workflow creates anything at {name}", cause="no create in scope", grade="declared"
            )
        open_ones = [w for w in seen.tried if w.status is not None and 200 <= w.status < 300]
        if open_ones:
            which = ", ".join(w.operation for w in open_ones)
            return not_met(
                f"{name} accepts writes with the agent's own credential: {which}",
                *(evidence_of(w.shot, f"{w.operation} as agent") for w in open_ones[:2]),
                cause="too many rights",
                consequence="Whoever holds the agent's token books credits past every limit.",
            )
        unclear = [w for w in seen.tried if not w.refused]
        if unclear:
            return not_measured(
                f"{name}: {unclear[0].operation} answered {unclear[0].status}, which says nothing about rights",
                cause="needs",
                would_measure=(
                    f"give writes.example of {name} every value that {unclear[0].operation} needs and run "
                    "`cxready collect DIR` again"
                ),
                evidence=tuple(evidence_of(w.shot, w.operation) for w in unclear[:2]),
            )
        if seen.untried:
            operation, why = next(iter(seen.untried.items()))
            return not_measured(
                f"{name}: {operation} was not tried with the agent's own credential ({why})",
                cause="needs",
                would_measure=(
                    f"give writes.example of {name} the values that {operation} needs, leave room in the budget "
                    "(`--max-requests`), and run `cxready collect DIR` again"
                ),
            )
        further = ", ".join(read.operation for read in seen.beyond)
        said = (Evidence(says=f"beyond what workflows call it may read: {further}"),) if further else ()
        return met(
            f"{name} refuses to write for the agent's own credential ({counted(len(seen.tried), 'write')} tried)",
            *said,
            *(evidence_of(w.shot, f"{w.operation} as agent") for w in seen.tried[:2]),
        )

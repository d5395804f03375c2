"""Did the interface stay what it was at the last assessment?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.versions import Drift
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted


class NoDrift(Probe):
    """Nothing that workflows call changed in a breaking way since the last assessment.

    Why: a gate was opened for the interface as it was then. A field that is required now, or gone, breaks every case.
    How: the description is compared with the one of the last bundle, operation by operation: what callers send may
    become laxer, what they receive stricter.
    Remedy: adapt the workflow to the new version, try it on staging, and assess it again before it runs. Ask the owner
    why nobody was told.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "M", Effort((1, 3, 8), "API owner")
    later = True
    needs = (Drift,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        drift: Drift = artifacts[0]
        name = drift.subject.unit
        broken = [c for c in drift.changes if c.breaking]
        if drift.hit:
            operations = {op.partition(".")[2] for ops in drift.hit.values() for op in ops}
            own = [c for c in broken if c.operation.rpartition(".")[2] in operations]
            shown = [Evidence(says=f"{c.operation}: {c.what}") for c in own or broken]  # or of what undoes and finds
            return not_met(
                f"{name} changed what {', '.join(sorted(drift.hit))} calls",
                *shown[:8],
                cause="breaking change",
                consequence="Cases fail at a step that worked last month, and customers are asked to call again.",
            )
        others = f"; {counted(len(drift.changes), 'other change')}" if drift.changes else ""
        return met(
            f"{name} kept what workflows call since the last assessment",
            Evidence(says=f"compared with bundle {drift.since}: no breaking change of a called operation{others}"),
        )

"""Is what is measured on staging what production has?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.versions import Parity
from probes.probe import Effort, Probe
from probes.wording import counted


class SandboxParity(Probe):
    """Production describes what workflows call as staging does.

    Why: everything here is measured on staging. What works there and is missing in production fails on the first real
    case.
    How: production's description, handed in as a file, is compared with staging's for every operation that workflows
    call. Nothing is ever sent to production.
    Remedy: bring staging to production's version, or say which version the pilot will meet. Then measure again.
    """

    dimension, level, kind, effort = "crm", 4, "D", Effort((0.5, 2, 10), "CRM owner")
    needs = (Parity,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        parity: Parity = artifacts[0]
        name = parity.subject.unit
        if not parity.compared and not parity.changes:
            return not_measured(
                f"{name}: no operation that workflows call could be compared with production",
                cause="needs",
                would_measure=f"put production's description of {name} into the folder as `production_description`",
            )
        if parity.changes:
            return not_met(
                f"Production's {name} is not what staging shows",
                *(Evidence(says=f"{c.operation}: {c.what}", source=parity.document) for c in parity.changes[:8]),
                cause="differs",
                grade="declared",
                consequence="The first real case fails at a step that passed every test.",
            )
        return met(
            f"Production's {name} describes {counted(parity.compared, 'called operation')} as staging does",
            Evidence(says="methods, paths, parameters, bodies and answers compared", source=parity.document),
            grade="declared",
        )

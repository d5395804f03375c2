"""What follows from findings and gates: the roadmap and the business case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assess.assessment import DimensionLevel, Finding, Roadmap, Workflow
from assess.business_case.case import Runs, business_case
from assess.business_case.inputs import Known
from assess.case_figures import BusinessCase
from assess.cells import Answered, Artifacts
from assess.engagement import Folder
from assess.pace import finished, never_promised
from assess.profile import Profile
from assess.register import Register
from assess.scope import scope_of
from assess.tasks import plan_roadmap
from assess.workflow_rows import caps_of
from probes.derive.demand import Demand
from probes.finding import EVERYWHERE, Dimension, Subject
from runtime.gate import narrowest


def roadmap_of(
    folder: Folder,
    register: Register,
    findings: Sequence[Finding],
    levels: Mapping[Dimension, DimensionLevel],
    workflows: Sequence[Workflow],
) -> Roadmap:
    said = folder.report.value
    done = finished(said.finished, register)
    found = plan_roadmap(
        findings, levels, workflows, said.team, folder.engagement.value.target_level, done, said.project
    )
    unknown = never_promised(said.finished, register)
    if not unknown:
        return found
    remark = f"Nothing is learnt from {', '.join(unknown)}: called finished, but no issued report gave a date for it."
    return found.model_copy(update={"assumptions": [*found.assumptions, remark]})


def worth_of(
    folder: Folder, workflows: Sequence[Workflow], artifacts: Artifacts, profile: Profile
) -> BusinessCase | None:
    """The business case: gates as they are, and as the caps leave them once everything measured is met."""
    said = folder.engagement.value
    scope = scope_of(folder.estate)
    demand = artifacts.get(Demand, Subject(unit=EVERYWHERE))
    runs = [
        Runs(
            Known(w.name, w.category, said.workflows.get(w.name)),
            w.title,
            w.gate.autonomy,
            narrowest("act", *(cap.autonomy for cap in caps_of(folder, w.name, scope, profile))),
        )
        for w in workflows
    ]
    exported = demand if isinstance(demand, Demand) else None
    return business_case(folder.business_case.value, runs, exported, said.currency)


def kinds_of(answered: Sequence[Answered]) -> dict[str, str]:
    """Question → M, D, A or D/M."""
    return {a.cell.probe: a.probe.kind for a in answered}

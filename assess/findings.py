"""Findings: what is not met, with its number, evidence, consequence, remedy and owner.

What only level 5 asks for is a finding where level 5 is the target; elsewhere it stands among the cells alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assess.assessment import Cell, Effort, Finding
from assess.cells import Answered
from assess.engagement import Folder
from assess.register import Register
from assess.relations import relates_to
from probes.finding import State, Subject

ASKED_OF_ALL = 4


def newly_found(answered: Sequence[Answered], folder: Folder) -> list[tuple[str, Subject]]:
    found = [a.cell for a in _listed(answered, folder)]
    found.sort(key=lambda c: (c.level, not c.essential, c.probe, str(c.subject)))
    return [(c.probe, c.subject) for c in found]


def findings_of(answered: Sequence[Answered], register: Register, folder: Folder) -> list[Finding]:
    found = [_finding(a, register, folder) for a in _listed(answered, folder)]
    return sorted(found, key=lambda f: (not f.essential, f.level, f.number))


def _listed(answered: Sequence[Answered], folder: Folder) -> list[Answered]:
    highest = max(ASKED_OF_ALL, folder.engagement.value.target_level)
    return [a for a in answered if a.cell.state is State.NOT_MET and a.cell.level <= highest]


def _finding(answered: Answered, register: Register, folder: Folder) -> Finding:
    cell, outcome, probe = answered.cell, answered.outcome, answered.probe
    page = probe.page()
    figures = folder.engagement.value.workflows
    return Finding(
        id=f"{cell.probe}({cell.subject})",
        number=register.number(cell.probe, cell.subject) or "F-00",
        probe=cell.probe,
        subject=cell.subject,
        dimension=cell.dimension,
        level=cell.level,
        essential=cell.essential,
        outcome=cell.state,
        title=cell.title,
        cause=cell.cause,
        grade=cell.grade,
        evidence=list(outcome.evidence),
        consequence=outcome.consequence,
        remedy=list(outcome.remedy) or _steps(page["remedy"]),
        why=page["why"],
        how=page["how"],
        effort=Effort(days=probe.effort.days, wait_days=probe.effort.wait_days, role=probe.effort.role),
        owner=_owner(cell, folder),
        workflows=cell.workflows,
        tickets_per_month=sum(figures[w].tickets_per_month or 0 for w in cell.workflows if w in figures),
        relates=list(dict.fromkeys([*probe.relates, *relates_to(cell.probe)])),
        subject_of_proof=outcome.subject_of_proof,
    )


def _steps(paragraph: str) -> list[str]:
    """A probe's remedy, a step a sentence."""
    return [step.strip() for step in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", paragraph) if step.strip()]


def _owner(cell: Cell, folder: Folder) -> str:
    system = folder.engagement.value.systems.get(cell.subject.unit)
    if cell.dimension in ("crm", "api") and system:
        return system.owner or ""
    if cell.dimension == "guardrails":
        return folder.guardrails.value.owner or ""
    return ""

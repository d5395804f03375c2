"""The judge: a bundle in, an assessment and a gate out. Pure: no model, no solver, no clock, no network.

*Now* is the bundle's `as_of` unless it is moved. Same bundle and same catalogue → the same assessment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assess.assessment import (
    Assessment,
    Decision,
    Interval,
    Overall,
)
from assess.candidates import candidates, comments, ticket_figures
from assess.catalogue import Catalogue
from assess.cells import Answered, Artifacts, answer_all, supposing, without_gone
from assess.consequences import kinds_of, roadmap_of, worth_of
from assess.dimension_levels import dimension_levels
from assess.engagement import Folder
from assess.findings import findings_of, newly_found
from assess.gates import judge_gate
from assess.matrices import fitness, matrices
from assess.next_measurements import next_measurements
from assess.profile import Profile, load_profile
from assess.register import Register, extended
from assess.relations import relations
from assess.rows import worked_example
from assess.scope import scope_of
from assess.staffing import staffing
from assess.system_rows import join_rows, system_rows
from assess.version import __version__
from assess.workflow_rows import caps_of, workflow_row
from probes.finding import DIMENSIONS, State
from runtime.gate import Gate


@dataclass(frozen=True)
class Facts:
    """What a bundle says about itself, apart from artifacts."""

    as_of: datetime
    digest: str
    run: str
    requests: Mapping[str, int]
    reversed: Sequence[str]
    left_behind: Sequence[str]
    inventory: Mapping[str, Sequence[str]]
    surfaces: Mapping[str, str]
    knowledge: Mapping[str, int]
    proved: Sequence[str]
    policy: str = ""
    certificate: str = ""
    gone: Sequence[str] = ()
    moved: bool = False
    collected: datetime | None = None

    def expires(self, days: int) -> date:
        """Evidence ages from the day it was collected: moving *now* never makes a gate last longer."""
        return (min(self.as_of, self.collected or self.as_of) + timedelta(days=days)).date()


@dataclass(frozen=True)
class Verdict:
    """Everything that judging yields, and what it was judged from."""

    assessment: Assessment
    gate: Gate
    register: Register
    answered: Sequence[Answered]
    folder: Folder
    artifacts: Artifacts
    facts: Facts


def judge(
    folder: Folder,
    artifacts: Artifacts,
    facts: Facts,
    catalogue: Catalogue,
    register: Register,
    *,
    suppose: Mapping[str, State] | None = None,
) -> Verdict:
    """Judges an estate from its files and artifacts; `suppose`: cell → state, for `--what-if` only."""
    said = folder.engagement.value
    profile = load_profile(said.profile)
    scope = scope_of(folder.estate)
    answers = folder.answers.value
    answered = answer_all(
        catalogue.probes, artifacts, scope, profile, answers, facts.as_of.date(), first=not said.series
    )
    answered = supposing(without_gone(answered, facts.gone), suppose or {})
    cells = [a.cell for a in answered]
    caps = {name: caps_of(folder, name, scope, profile) for name in scope.workflows}
    judged = {name: judge_gate(cells, name, scope, catalogue.highest, caps[name]) for name in scope.workflows}
    register = extended(register, newly_found(answered, folder))
    findings = findings_of(answered, register, folder)
    numbers = {f"{f.probe}({f.subject})": f.number for f in findings}
    levels = dimension_levels(cells, scope, catalogue, folder, numbers)
    kinds = kinds_of(answered)
    workflows = [workflow_row(folder, name, judged[name], scope, artifacts, numbers, kinds) for name in scope.workflows]
    gates = {w.name: w.gate for w in workflows}
    overall = Overall(
        confirmed=min(level.confirmed for level in levels.values()),
        possible=min(level.possible for level in levels.values()),
        target=said.target_level,
        self_assessed=min((v for v in said.self_assessed.model_dump().values() if v), default=None),
    )
    assessment = Assessment(
        tool=f"cxready {__version__}",
        organisation=said.organisation,
        currency=said.currency,
        agent=said.agent.kind,
        enforcement=said.enforcement.kind,
        as_of=facts.as_of,
        moved=facts.moved,
        catalogue=catalogue.version,
        profile=profile.name,
        profile_rules=profile.rules(),
        bundle=facts.digest,
        run=facts.run,
        overall=overall,
        levels=levels,
        gates=gates,
        workflows=workflows,
        systems=system_rows(folder, cells, levels, findings, facts.requests, artifacts),
        joins=join_rows(folder, cells, artifacts),
        matrices=matrices(folder, artifacts, findings),
        fitness=fitness(folder, artifacts),
        findings=findings,
        cells=cells,
        next=next_measurements(cells, {d: list(levels[d].units) for d in DIMENSIONS}, catalogue.highest, kinds),
        roadmap=roadmap_of(folder, register, findings, levels, workflows),
        worked_example=worked_example(levels, cells),
        decisions=[Decision(**d.model_dump()) for d in folder.report.value.decisions],
        notes=list(folder.report.value.notes),
        classification=folder.report.value.theme.classification,
        prepared_by=folder.report.value.theme.prepared_by,
        requests=dict(facts.requests),
        reversed=list(facts.reversed),
        left_behind=list(facts.left_behind),
        inventory={name: len(items) for name, items in facts.inventory.items()},
        gone=list(facts.gone),
        knowledge=dict(facts.knowledge),
        limits_proved=list(facts.proved),
        business_case=worth_of(folder, workflows, artifacts, profile),
        tickets=ticket_figures(artifacts),
        candidates=candidates(folder, workflows, cells, artifacts),
        staffing=staffing(folder, artifacts),
        comments=comments(folder),
        relations=relations(cells, findings, folder.estate, gates, profile.frameworks),
        expires=facts.expires(profile.gate_days).isoformat(),
    )
    gate = _gate(assessment, folder, facts, profile)
    return Verdict(assessment, gate, register, answered, folder, artifacts, facts)


def _gate(assessment: Assessment, folder: Folder, facts: Facts, profile: Profile) -> Gate:
    return Gate(
        as_of=facts.as_of,
        expires=facts.expires(profile.gate_days),
        catalogue=assessment.catalogue,
        profile=profile.name,
        bundle=facts.digest,
        inputs=folder.digests(),
        policy=facts.policy,
        certificate=facts.certificate,
        surfaces=dict(facts.surfaces),
        packages={"cxready": __version__},
        workflows=assessment.gates,
    )


def interval_words(interval: Interval | None) -> str:
    """`3`, `2–4` or `–` for a dimension that a workflow does not touch."""
    if interval is None:
        return "–"
    return (
        str(interval.confirmed)
        if interval.confirmed == interval.possible
        else f"{interval.confirmed}–{interval.possible}"
    )

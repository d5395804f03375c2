"""The judge: a bundle in, an assessment and a gate out. Pure: no model, no solver, no clock, no network.

*Now* is the bundle's `as_of` unless it is moved. Same bundle and same catalogue → the same assessment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assess.assessment import (
    Assessment,
    Cell,
    Decision,
    Interval,
    Measurement,
    Overall,
    Workflow,
)
from assess.catalogue import Catalogue
from assess.cells import Answered, Artifacts, answer_all
from assess.dimension_levels import dimension_levels
from assess.engagement import Folder
from assess.findings import findings_of, newly_found
from assess.gates import Cap, Judged, judge_gate
from assess.profile import Profile, load_profile
from assess.register import Register, extended
from assess.rows import gate_row, join_rows, system_rows, worked_example
from assess.scope import scope_of
from assess.tasks import plan_roadmap
from assess.version import __version__
from probes.finding import State
from probes.probe import Scope
from runtime.gate import ORDER, Gate
from runtime.guardrails.policy import HIGH_STAKES
from runtime.systems.settings import Autonomy


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


@dataclass(frozen=True)
class Verdict:
    """Everything that judging yields."""

    assessment: Assessment
    gate: Gate
    register: Register
    answered: Sequence[Answered]


def judge(folder: Folder, artifacts: Artifacts, facts: Facts, catalogue: Catalogue, register: Register) -> Verdict:
    """Judges an estate from its files and artifacts."""
    said = folder.engagement.value
    profile = load_profile(said.profile)
    scope = scope_of(folder.estate)
    answers = folder.answers.value
    answered = answer_all(
        catalogue.probes, artifacts, scope, profile, answers, facts.as_of.date(), first=not said.series
    )
    cells = [a.cell for a in answered]
    judged = {
        name: judge_gate(cells, name, scope, catalogue.highest, _caps(folder, name, scope, profile))
        for name in scope.workflows
    }
    register = extended(register, newly_found(answered, folder))
    findings = findings_of(answered, register, folder)
    numbers = {f"{f.probe}({f.subject})": f.number for f in findings}
    levels = dimension_levels(cells, scope, catalogue, folder, numbers)
    workflows = [_workflow(folder, name, judged[name], scope, cells, artifacts, numbers) for name in scope.workflows]
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
        bundle=facts.digest,
        run=facts.run,
        overall=overall,
        levels=levels,
        gates={w.name: w.gate for w in workflows},
        workflows=workflows,
        systems=system_rows(folder, cells, levels, findings, facts.requests, artifacts),
        joins=join_rows(folder, cells),
        findings=findings,
        cells=cells,
        next=_next(cells),
        roadmap=plan_roadmap(findings, levels, workflows, folder.report.value.team, said.target_level),
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
        expires=(facts.as_of + timedelta(days=profile.gate_days)).date().isoformat(),
    )
    return Verdict(assessment, _gate(assessment, folder, facts, profile), register, answered)


def _caps(folder: Folder, name: str, scope: Scope, profile: Profile) -> list[Cap]:
    """Guardrails, high stakes, profile: each can only narrow."""
    guardrails = folder.guardrails.value
    own = scope.workflows[name]
    caps = [
        Cap(guardrails.actions[a].autonomy, f"guardrails.yaml: {a} is `{guardrails.actions[a].autonomy}`")
        for a in own.actions
    ]
    if own.category in {*guardrails.high_stakes, *HIGH_STAKES}:
        caps.append(Cap("approve", f"high stakes: {own.category} is never above `approve`"))
    category: Autonomy = profile.category_caps.get(own.category, "act")
    caps.append(Cap(category, f"profile {profile.name}: {own.category} is at most `{category}`"))
    caps.append(Cap(profile.cap, f"profile {profile.name}: at most `{profile.cap}`"))
    return caps


def _workflow(
    folder: Folder,
    name: str,
    judged: Judged,
    scope: Scope,
    cells: Sequence[Cell],
    artifacts: Artifacts,
    numbers: Mapping[str, str],
) -> Workflow:
    figures = folder.engagement.value.workflows.get(name)
    goal = folder.goals.value.goals[name]
    title = (figures.title if figures else None) or goal.title or name.replace("-", " ").capitalize()
    return Workflow(
        name=name,
        title=title,
        category=goal.category,
        tickets_per_month=figures.tickets_per_month if figures else None,
        minutes_today=figures.minutes_today if figures else None,
        systems_toggled=figures.systems_toggled if figures else None,
        levels=dict(judged.levels),
        gate=gate_row(folder, judged, scope.workflows[name], artifacts, numbers),
        passes=ORDER.index(judged.autonomy) >= ORDER.index("approve"),
    )


def _next(cells: Sequence[Cell]) -> list[Measurement]:
    """Lowest level first, essentials first, then what most workflows wait for: as good as value of information for the overall level."""
    unknown = [c for c in cells if c.state is State.NOT_MEASURED and not c.later]
    unknown.sort(key=lambda c: (c.level, not c.essential, -len(c.workflows), c.probe, str(c.subject)))
    found: list[Measurement] = []
    for cell in unknown:
        do = cell.would_measure or f"Collect {cell.probe} of {cell.subject}."
        if do not in {m.do for m in found}:
            found.append(Measurement(probe=cell.probe, subject=cell.subject, do=do, could_move=_could_move(cell)))
        if len(found) == 12:
            break
    return found


def _could_move(cell: Cell) -> str:
    wait = "waits" if len(cell.workflows) == 1 else "wait"
    waiting = f"; {', '.join(cell.workflows)} {wait} for it" if cell.workflows else ""
    return f"{cell.dimension} level {cell.level}{' (essential)' if cell.essential else ''}{waiting}"


def _gate(assessment: Assessment, folder: Folder, facts: Facts, profile: Profile) -> Gate:
    return Gate(
        as_of=facts.as_of,
        expires=(facts.as_of + timedelta(days=profile.gate_days)).date(),
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

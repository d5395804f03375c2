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
    Coverage,
    Decision,
    DimensionLevel,
    Effort,
    Finding,
    Interval,
    Measurement,
    Overall,
    UnitLevel,
    Workflow,
)
from assess.catalogue import Catalogue
from assess.cells import Answered, Artifacts, answer_all
from assess.engagement import Folder
from assess.gates import Cap, Judged, judge_gate
from assess.levels import dimension_interval, under_way, unit_level, units_of
from assess.profile import Profile, load_profile
from assess.register import Register, extended
from assess.rows import gate_row, join_rows, system_rows, worked_example
from assess.scope import scope_of
from assess.tasks import plan_roadmap
from assess.version import __version__
from probes.finding import DIMENSIONS, Dimension, State, Subject
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
    register = extended(register, _newly_found(answered))
    findings = _findings(answered, register, folder, judged)
    numbers = {f"{f.probe}({f.subject})": f.number for f in findings}
    levels = _levels(cells, scope, catalogue, folder, numbers)
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
        next=_next(cells, judged),
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


def _newly_found(answered: Sequence[Answered]) -> list[tuple[str, Subject]]:
    found = [a.cell for a in answered if a.cell.state is State.NOT_MET]
    found.sort(key=lambda c: (c.level, not c.essential, c.probe, str(c.subject)))
    return [(c.probe, c.subject) for c in found]


def _findings(
    answered: Sequence[Answered], register: Register, folder: Folder, judged: Mapping[str, Judged]
) -> list[Finding]:
    found = [_finding(a, register, folder) for a in answered if a.cell.state is State.NOT_MET]
    return sorted(found, key=lambda f: (not f.essential, f.level, f.number))


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
        remedy=list(outcome.remedy) or [page["remedy"]],
        why=page["why"],
        how=page["how"],
        effort=Effort(days=probe.effort.days, wait_days=probe.effort.wait_days, role=probe.effort.role),
        owner=_owner(cell, folder),
        workflows=cell.workflows,
        tickets_per_month=sum(figures[w].tickets_per_month or 0 for w in cell.workflows if w in figures),
        relates=list(probe.relates),
        subject_of_proof=outcome.subject_of_proof,
    )


def _owner(cell: Cell, folder: Folder) -> str:
    system = folder.engagement.value.systems.get(cell.subject.unit)
    if cell.dimension in ("crm", "api") and system:
        return system.owner or ""
    if cell.dimension == "guardrails":
        return folder.guardrails.value.owner or ""
    return ""


def _levels(
    cells: Sequence[Cell], scope: Scope, catalogue: Catalogue, folder: Folder, numbers: Mapping[str, str]
) -> dict[Dimension, DimensionLevel]:
    own = folder.engagement.value.self_assessed
    levels: dict[Dimension, DimensionLevel] = {}
    for dimension in DIMENSIONS:
        highest = catalogue.highest[dimension]
        grouped = units_of((c for c in cells if c.dimension == dimension), _unit_names(scope, dimension))
        units = {name: _asked_or_unmeasured(asked, highest) for name, asked in grouped.items()}
        confirmed, possible = dimension_interval(units, highest)
        levels[dimension] = DimensionLevel(
            confirmed=confirmed,
            possible=possible,
            coverage=_coverage([c for c in cells if c.dimension == dimension]),
            under_way=under_way(units, confirmed),
            units=units,
            self_assessed=getattr(own, dimension),
            held_by=_holding([c for c in cells if c.dimension == dimension], confirmed + 1, numbers),
        )
    return levels


def _asked_or_unmeasured(asked: list, highest: int) -> UnitLevel:  # type: ignore[type-arg]
    """A unit of which nothing is asked is not measured: it confirms nothing."""
    unit = unit_level(asked, highest)
    return unit if asked else unit.model_copy(update={"confirmed": 1})


def _unit_names(scope: Scope, dimension: Dimension) -> list[str]:
    if dimension in ("crm", "api"):
        return scope.systems_of(dimension)
    return list({"knowledge": scope.workflows, "guardrails": scope.actions, "escalation": scope.routes}[dimension])


def _holding(cells: Sequence[Cell], level: int, numbers: Mapping[str, str]) -> list[str]:
    holding = [c for c in cells if c.level <= level and not c.later and c.state in (State.NOT_MET, State.NOT_MEASURED)]
    holding.sort(key=lambda c: (c.state is State.NOT_MEASURED, not c.essential, c.level, c.probe, str(c.subject)))
    return list(dict.fromkeys(numbers.get(f"{c.probe}({c.subject})", f"{c.probe}({c.subject})") for c in holding))


def _coverage(cells: Sequence[Cell]) -> Coverage:
    counts = dict.fromkeys(("measured", "declared", "attested", "not_measured", "not_applicable", "later"), 0)
    for cell in cells:
        if cell.later:
            counts["later"] += 1
        elif cell.state in (State.NOT_MEASURED, State.NOT_APPLICABLE):
            counts[cell.state.value] += 1
        else:
            counts["measured" if cell.grade == "none" else cell.grade] += 1
    return Coverage(**counts)


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


def _next(cells: Sequence[Cell], judged: Mapping[str, Judged]) -> list[Measurement]:
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
    waiting = f"; {', '.join(cell.workflows)} wait for it" if cell.workflows else ""
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

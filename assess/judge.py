"""The judge: a bundle in, an assessment and a gate out. Pure: no model, no solver, no clock, no network.

*Now* is the bundle's `as_of` unless it is moved. Same bundle and same catalogue → the same assessment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assess.assessment import (
    Assessment,
    CouldBe,
    Decision,
    Interval,
    Overall,
    Workflow,
)
from assess.business_case.case import Runs, business_case
from assess.business_case.inputs import Known
from assess.case_figures import BusinessCase
from assess.catalogue import Catalogue
from assess.cells import Answered, Artifacts, answer_all, supposing
from assess.dimension_levels import dimension_levels
from assess.engagement import Folder
from assess.findings import findings_of, newly_found
from assess.gates import Cap, Judged, Step, judge_gate
from assess.next_measurements import hours_of, next_measurements
from assess.pace import finished
from assess.profile import Profile, load_profile
from assess.register import Register, extended
from assess.relations import relations
from assess.rows import gate_row, join_rows, system_rows, worked_example
from assess.scope import scope_of
from assess.tasks import plan_roadmap
from assess.version import __version__
from probes.derive.demand import Demand
from probes.finding import DIMENSIONS, EVERYWHERE, State, Subject
from probes.probe import Scope
from runtime.gate import ORDER, Gate, narrowest
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
    answered = supposing(answered, suppose or {})
    cells = [a.cell for a in answered]
    caps = {name: _caps(folder, name, scope, profile) for name in scope.workflows}
    judged = {name: judge_gate(cells, name, scope, catalogue.highest, caps[name]) for name in scope.workflows}
    register = extended(register, newly_found(answered, folder))
    findings = findings_of(answered, register, folder)
    numbers = {f"{f.probe}({f.subject})": f.number for f in findings}
    levels = dimension_levels(cells, scope, catalogue, folder, numbers)
    kinds = {probe_id: probe.kind for probe in catalogue.probes for probe_id in probe.ids()}
    workflows = [_workflow(folder, name, judged[name], scope, artifacts, numbers, kinds) for name in scope.workflows]
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
        bundle=facts.digest,
        run=facts.run,
        overall=overall,
        levels=levels,
        gates=gates,
        workflows=workflows,
        systems=system_rows(folder, cells, levels, findings, facts.requests, artifacts),
        joins=join_rows(folder, cells),
        findings=findings,
        cells=cells,
        next=next_measurements(cells, {d: list(levels[d].units) for d in DIMENSIONS}, catalogue.highest, kinds),
        roadmap=plan_roadmap(
            findings,
            levels,
            workflows,
            folder.report.value.team,
            said.target_level,
            finished(folder.report.value.finished, register),
        ),
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
        business_case=_worth(folder, workflows, caps, artifacts),
        relations=relations(cells, findings, folder.estate, gates, profile.frameworks),
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
    artifacts: Artifacts,
    numbers: Mapping[str, str],
    kinds: Mapping[str, str],
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
        could=[_could_be(step, numbers, kinds) for step in judged.steps],
        caps=list(judged.caps),
    )


def _could_be(step: Step, numbers: Mapping[str, str], kinds: Mapping[str, str]) -> CouldBe:
    """Unmet cells by their finding's number, unknown ones by name."""
    mend = [c for c in step.cells if c.state is State.NOT_MET]
    measure = [c for c in step.cells if c.state is not State.NOT_MET]
    return CouldBe(
        autonomy=step.autonomy,
        measure=[f"{c.probe}({c.subject})" for c in measure],
        mend=list(dict.fromkeys(numbers.get(f"{c.probe}({c.subject})", f"{c.probe}({c.subject})") for c in mend)),
        hours=hours_of(measure, kinds),
    )


def _worth(
    folder: Folder, workflows: Sequence[Workflow], caps: Mapping[str, Sequence[Cap]], artifacts: Artifacts
) -> BusinessCase | None:
    """The business case: gates as they are, and as the caps leave them once everything measured is met."""
    said = folder.engagement.value
    demand = artifacts.get(Demand, Subject(unit=EVERYWHERE))
    runs = [
        Runs(
            Known(w.name, w.category, said.workflows.get(w.name)),
            w.title,
            w.gate.autonomy,
            narrowest("act", *(cap.autonomy for cap in caps[w.name])),
        )
        for w in workflows
    ]
    exported = demand if isinstance(demand, Demand) else None
    return business_case(folder.business_case.value, runs, exported, said.currency)


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

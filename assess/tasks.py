"""From findings to tasks: what has one cause is mended once; each task with its effort, needs, dates and what it lifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from assess.assessment import LEVEL_NAMES, DimensionLevel, Finding, Milestone, Roadmap, Task, Workflow
from assess.timeline import MEDIAN, SIGMA, Job, Scheduled, gain, schedule, weeks
from probes.finding import DIMENSIONS, Dimension

HORIZONS = (30, 60, 90, 180)


def plan_roadmap(
    findings: Sequence[Finding],
    levels: Mapping[Dimension, DimensionLevel],
    workflows: Sequence[Workflow],
    people: Mapping[str, int],
    target: int,
) -> Roadmap:
    """Tasks for everything not met up to the target level, scheduled; empty when nothing is to be mended."""
    groups = _grouped([f for f in findings if f.level <= target])
    if not groups:
        return Roadmap(assumptions=_assumptions(people))
    jobs = _jobs(groups)
    done = schedule(jobs, people)
    gains = {job.id: gain(jobs, people, job.id) for job in jobs}
    tasks = [_task(job, groups[job.id], done, gains[job.id], workflows) for job in jobs]
    tasks.sort(key=lambda t: (t.start_p50, t.finish_p50, t.id))
    scarce, more = _scarce(jobs, people)
    return Roadmap(
        tasks=tasks,
        milestones=_milestones(jobs, groups, done, levels, workflows, target),
        scarce_role=scarce,
        one_more=more,
        assumptions=_assumptions(people),
    )


def _grouped(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Task id → findings with one cause: the same question of the same system; for articles, the same question."""
    by_cause: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda f: f.number):
        home = (finding.subject.unit,) if finding.dimension in ("crm", "api", "escalation") else ()
        by_cause[(finding.dimension, finding.probe, finding.cause, *home)].append(finding)
    return {f"T{n:02d}": group for n, group in enumerate(by_cause.values(), start=1)}


def _jobs(groups: Mapping[str, Sequence[Finding]]) -> list[Job]:
    """A level's work in a unit stands on the lower level's essentials there."""
    return [
        Job(task, group[0].effort.days, group[0].effort.role, group[0].effort.wait_days, _needs(task, group[0], groups))
        for task, group in groups.items()
    ]


def _needs(task: str, finding: Finding, groups: Mapping[str, Sequence[Finding]]) -> tuple[str, ...]:
    return tuple(
        other
        for other, group in groups.items()
        if other != task
        and group[0].essential
        and group[0].level < finding.level
        and group[0].dimension == finding.dimension
        and {f.subject.unit for f in group} & {finding.subject.unit}
    )


def _task(job: Job, group: Sequence[Finding], done: Scheduled, gained: float, workflows: Sequence[Workflow]) -> Task:
    finish = weeks(done.finish[job.id], 80)
    return Task(
        id=job.id,
        title=_title(group),
        findings=[f.number for f in group],
        role=job.role,
        effort=group[0].effort,
        needs=list(job.needs),
        start_p50=weeks(done.begin[job.id], 50),
        finish_p50=weeks(done.finish[job.id], 50),
        finish_p80=finish,
        lifts=_lifts(group, workflows),
        gain_days=round(gained, 1),
        horizon=next((h for h in HORIZONS if finish * 7 <= h), HORIZONS[-1]),
    )


def _title(group: Sequence[Finding]) -> str:
    first = group[0]
    step = first.remedy[0].rstrip(".") if first.remedy else first.title
    return step if len(step) <= 110 else first.title


def _lifts(group: Sequence[Finding], workflows: Sequence[Workflow]) -> list[str]:
    touched = {name for finding in group for name in finding.workflows}
    return [workflow.name for workflow in workflows if workflow.name in touched and workflow.gate.autonomy != "act"]


def _milestones(
    jobs: Sequence[Job],
    groups: Mapping[str, Sequence[Finding]],
    done: Scheduled,
    levels: Mapping[Dimension, DimensionLevel],
    workflows: Sequence[Workflow],
    target: int,
) -> list[Milestone]:
    overall = min(levels[d].confirmed for d in DIMENSIONS)
    found = [
        _milestone(f"Level {level}, {LEVEL_NAMES[level]}", [j for j in jobs if groups[j.id][0].level <= level], done)
        for level in range(overall + 1, target + 1)
    ]
    for workflow in workflows:
        own = [j for j in jobs if any(workflow.name in f.workflows for f in groups[j.id])]
        if workflow.gate.autonomy != "act" and own:
            found.append(_milestone(f"{workflow.title}: nothing measured holds it back", own, done))
    return found


def _milestone(what: str, jobs: Sequence[Job], done: Scheduled) -> Milestone:
    last = done.all_done([job.id for job in jobs])
    return Milestone(
        what=what,
        p50_weeks=weeks(last, 50),
        p80_weeks=weeks(last, 80),
        person_days=round(sum(job.days[1] for job in jobs), 1),
    )


def _scarce(jobs: Sequence[Job], people: Mapping[str, int]) -> tuple[str, str]:
    """The role whose second person would shorten the whole most, in words."""
    ids = [job.id for job in jobs]
    now = schedule(jobs, people).all_done(ids).mean()
    gained = {
        role: now - schedule(jobs, {**people, role: people.get(role, 1) + 1}).all_done(ids).mean()
        for role in sorted({j.role for j in jobs})
    }
    role = max(gained, key=lambda r: gained[r])
    return role, f"one more {role} ends it {gained[role]:.0f} working days earlier" if gained[role] >= 1 else ""


def _assumptions(people: Mapping[str, int]) -> list[str]:
    team = ", ".join(f"{count} {role}" for role, count in people.items()) or "one person a role"
    return [
        f"Team: {team}; roles that are not named have one person.",
        f"Efforts are three-point estimates times one common factor (median {MEDIAN}, sigma {SIGMA}: reference class of IT projects).",
        "Dates are P50 and P80 only. One in six IT projects leaves every range.",
    ]

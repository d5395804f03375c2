"""From findings to tasks: what has one cause is mended once; each task with its effort, needs, dates and what it lifts.

Efforts come with the questions of the catalogue. Knowledge work grows with what was counted: each further sentence or
article costs `EACH_FURTHER` days on top of the first (an estimate of ours, printed with the assumptions).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from assess.assessment import (
    LEVEL_NAMES,
    DimensionLevel,
    Effort,
    Finding,
    Milestone,
    Roadmap,
    RoleLoad,
    Task,
    Workflow,
)
from assess.pace import Done, hit_rates, learnt, pace_of
from assess.timeline import (
    CLASSES,
    WORKDAYS_A_WEEK,
    Factor,
    Job,
    Scheduled,
    gain,
    likely_days,
    schedule,
    weeks,
)
from probes.finding import DIMENSIONS, Dimension

HORIZONS = (30, 60, 90, 180)
EACH_FURTHER = (0.05, 0.15, 0.5)


def plan_roadmap(
    findings: Sequence[Finding],
    levels: Mapping[Dimension, DimensionLevel],
    workflows: Sequence[Workflow],
    people: Mapping[str, int],
    target: int,
    done: Sequence[Done] = (),
    project: str = "other",
) -> Roadmap:
    """Tasks for everything not met up to the target level, scheduled; empty when nothing is to be mended.

    Args:
        people: role → how many can work on it; a role that is not named has one.
        done: finished tasks of earlier reports; the common factor is learnt from them.
        project: reference class that the common factor starts from.
    """
    factor = learnt(done, CLASSES[project])
    rest = {
        "pace": pace_of(factor, done),
        "hit_rates": hit_rates(done),
        "assumptions": _assumptions(people, factor, done, project),
    }
    groups = _grouped([f for f in findings if f.level <= target])
    if not groups:
        return Roadmap(**rest)
    jobs = _jobs(groups)
    plan = schedule(jobs, people, factor)
    gains = {job.id: gain(jobs, people, job.id, factor) for job in jobs}
    tasks = [_task(job, groups[job.id], plan, gains[job.id], workflows) for job in jobs]
    tasks.sort(key=lambda t: (t.start_p50, t.finish_p50, t.id))
    roles = _roles(jobs, people, factor)
    scarce = max(roles, key=lambda r: (r.one_more_days, r.person_days, r.role))
    return Roadmap(
        tasks=tasks,
        milestones=_milestones(jobs, groups, plan, levels, workflows, target),
        scarce_role=scarce.role if scarce.one_more_days >= 1 else "",
        one_more=_one_more(scarce),
        roles=roles,
        likely_weeks=round(likely_days(jobs, people) / WORKDAYS_A_WEEK, 1),
        **rest,
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
        Job(task, _effort(group).days, group[0].effort.role, group[0].effort.wait_days, _needs(task, group[0], groups))
        for task, group in groups.items()
    ]


def _effort(group: Sequence[Finding]) -> Effort:
    """The question's own estimate; for knowledge with what each further thing to mend adds."""
    effort, further = group[0].effort, items_of(group) - 1
    if group[0].dimension != "knowledge" or further <= 0:
        return effort
    low, likely, high = (round(days + further * each, 2) for days, each in zip(effort.days, EACH_FURTHER, strict=True))
    return effort.model_copy(update={"days": (low, likely, high)})


def items_of(group: Sequence[Finding]) -> int:
    """Things to mend as they were counted: articles' places once, however many workflows reach them; else findings."""
    if group[0].dimension != "knowledge":
        return len(group)
    places = {e.source or e.says for f in group for e in f.evidence if "more" not in e.facts}
    return max(1, len(places) + max((int(e.facts.get("more", 0)) for f in group for e in f.evidence), default=0))


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
        effort=_effort(group),
        items=items_of(group),
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


def _roles(jobs: Sequence[Job], people: Mapping[str, int], factor: Factor) -> list[RoleLoad]:
    """Each role's load, and the mean working days that one more person in it would save."""
    ids = [job.id for job in jobs]
    now = schedule(jobs, people, factor).all_done(ids).mean()

    def saved(role: str) -> float:
        more = {**people, role: people.get(role, 1) + 1}
        return float(now - schedule(jobs, more, factor).all_done(ids).mean())

    return [
        RoleLoad(
            role=role,
            people=people.get(role, 1),
            person_days=round(sum(j.days[1] for j in jobs if j.role == role), 1),
            one_more_days=round(saved(role), 1),
        )
        for role in sorted({j.role for j in jobs})
    ]


def _one_more(scarce: RoleLoad) -> str:
    if scarce.one_more_days < 1:
        return ""
    return f"one more {scarce.role} ends it {scarce.one_more_days:.0f} working days earlier"


def _assumptions(people: Mapping[str, int], factor: Factor, done: Sequence[Done], project: str) -> list[str]:
    team = ", ".join(f"{count} {role}" for role, count in people.items()) or "one person a role"
    source = (
        f"learnt from {len(done)} finished task{'s' if len(done) != 1 else ''} and the reference class"
        if done
        else f"reference class of IT projects, {project}"
    )
    further = EACH_FURTHER[1]
    return [
        f"Team: {team}; roles that are not named have one person.",
        f"Efforts are three-point estimates times one common factor (median {factor.median:.2f}, sigma {factor.sigma:.2f}: {source}).",
        f"Knowledge work grows with what was counted: {further:g} days for each further sentence or article ({EACH_FURTHER[0]:g}–{EACH_FURTHER[2]:g}; our estimate).",
        "Waiting (change board, vendor, procurement) takes time but nobody's days, and is not multiplied. Work is not split to fill gaps.",
        "Dates are P50 and P80 only. One in six IT projects leaves every range.",
    ]

"""Chapter 6, the roadmap: tasks with P50 and P80, effort against impact, who does what, and what the dates stand on."""

from __future__ import annotations

from collections import defaultdict

from assess.assessment import Assessment, Milestone
from assess.outputs.figures_effort import Point, effort_impact
from assess.outputs.figures_roadmap import gantt, in_order, last_week
from assess.outputs.html_board import target_milestone
from assess.outputs.html_fill import reading, to_measure
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import counted, line, listed, number, upper, weeks

ROWS_A_CHART = 18


def roadmap(a: Assessment) -> Section:
    tasks, goal, target = in_order(a.roadmap), target_milestone(a), a.overall.target
    reached = a.overall.confirmed >= target
    if reached:
        title = (
            f"Level {target} is reached; {counted(len(tasks), 'task', letters=True)}"
            f" {'remain' if len(tasks) != 1 else 'remains'}"
        )
    elif goal:
        low, high = weeks(goal.p50_weeks, goal.p50_weeks), weeks(goal.p80_weeks, goal.p80_weeks)
        safe = f", {high} to be safe" if high != low else ""
        title = f"Level {target} is {low} weeks away{safe}" + (
            f"; {line(a.roadmap.scarce_role, 40)} decides which" if a.roadmap.scarce_role and safe else ""
        )
    else:
        title = (
            "No date can be given before more is measured"
            if not tasks
            else f"{upper(counted(len(tasks), 'task', letters=True))}, and a target that needs more measurements"
        )
    days = sum(t.effort.days[1] for t in tasks)
    lede = (
        f"{upper(counted(len(tasks), 'task', letters=True))}, {number(round(days))} person-days most likely. Dark: to"
        " the date that holds in half of the cases (P50). Light: to the date that holds in four of five (P80)."
    )
    last, stones = last_week(a.roadmap), levels_only(a.roadmap.milestones)
    charts = [
        gantt(tasks[i : i + ROWS_A_CHART], stones if i + ROWS_A_CHART >= len(tasks) else [], last)
        for i in range(0, len(tasks), ROWS_A_CHART)
    ]
    data = {
        "charts": charts,
        "milestones": a.roadmap.milestones,
        "roles": _roles(a),
        "impact": effort_impact(_points(a)) if tasks else "",
        "tasks": tasks,
        "stands": _stands_on(a),
        "weeks": weeks,
    }
    if not tasks:
        lede = (
            "Nothing is scheduled: no finding asks for a remedy, or nothing has been measured that could ask for one."
        )
    fillers = (
        *_milestones(a),
        _assumed(a),
        _opens(a),
        to_measure(a),
        *reading(a)[:1],
        *reading(a)[3:],
        *reading(a)[1:3],
    )
    return Section("roadmap", "6 · Roadmap", title, lede, "roadmap", "Roadmap", "board", data, _roadmap_bar(a), fillers)


def levels_only(milestones: list[Milestone]) -> list[Milestone]:
    """Milestones that the chart shows; those of single workflows stand in the table."""
    return [m for m in milestones if "level" in m.what.lower()][:4] or milestones[:4]


def _roles(a: Assessment) -> list[tuple[str, str, str, str]]:
    """Role and its people, findings, likely days, and what one more person would bring."""
    found: dict[str, list[str]] = defaultdict(list)
    for task in a.roadmap.tasks:
        found[task.role] += task.findings or [task.id]
    loads = {r.role: r for r in a.roadmap.roles}
    days = {role: sum(t.effort.days[1] for t in a.roadmap.tasks if t.role == role) for role in found}
    rows = []
    for role in sorted(found, key=lambda r: (-days[r], r)):
        load = loads.get(role)
        more = f"−{load.one_more_days:.0f}" if load and load.one_more_days >= 0.5 else "–"
        people = f"{load.people} × " if load else ""
        rows.append(
            (f"{people}{line(role, 40)}", listed([line(n, 12) for n in found[role]], 4), number(days[role]), more)
        )
    return rows


def _points(a: Assessment) -> list[Point]:
    """Tickets of the workflows that a task helps to open; without volumes the number of workflows."""
    volume = {w.name: float(w.tickets_per_month or 0) for w in a.workflows}
    held = {f.number: f.workflows for f in a.findings}
    found = []
    for t in a.roadmap.tasks:
        own = {name for number_ in t.findings for name in held.get(number_, [])}
        impact = sum(volume.get(name, 0.0) for name in own) or float(len(own))
        found.append(Point(t.findings[0] if t.findings else t.id, t.effort.days[1], impact))
    return found


def _milestones(a: Assessment) -> tuple[Filler, ...]:
    """Every milestone with P50 and P80, in weeks from the start."""
    if not a.roadmap.milestones:
        return ()
    rows = tuple(
        (
            line(m.what, 90),
            weeks(m.p50_weeks, m.p50_weeks),
            weeks(m.p80_weeks, m.p80_weeks),
            number(round(m.person_days)),
        )
        for m in a.roadmap.milestones
    )
    widths = (61, 12, 12, 15)
    return (
        Filler(
            "When it is reached",
            ("What", "P50", "P80", "Person-days"),
            widths,
            rows,
            note="weeks from the start",
        ),
    )


def _stands_on(a: Assessment) -> str:
    """In one line what the table below says at length, for where there is no room for the table."""
    road = a.roadmap
    held = "; ".join(
        f"P{h.percentile} held {h.hits} of {h.of}{'' if h.calibrated else ', not yet calibrated'}"
        for h in road.hit_rates
    )
    naive = (
        f" Adding up the likely days would promise {number(round(road.likely_weeks, 1))} weeks: not a date."
        if road.likely_weeks
        else ""
    )
    source = (
        f"learnt from {counted(road.pace.finished, 'finished task')}"
        if road.pace.finished
        else "reference class, no task finished yet"
    )
    return (
        f"All efforts share one factor, median {road.pace.median:.2f} ({source}).{naive}{f' {held}.' if held else ''}"
    )


def _assumed(a: Assessment) -> Filler:
    """What the dates stand on: the factor and where it comes from, how often earlier dates held, what a sum would promise."""
    road = a.roadmap
    rows = [("Assumed", line(x, 200)) for x in road.assumptions]
    learnt = (
        f"learnt from {counted(road.pace.finished, 'finished task')}"
        if road.pace.finished
        else "from the reference class; no task is finished yet"
    )
    rows.append(
        (
            "Pace",
            f"every effort times {road.pace.median:.2f} (sigma {road.pace.sigma:.2f}), one factor for all: {learnt}",
        )
    )
    for h in road.hit_rates:
        stand = "" if h.calibrated else f"; not yet calibrated, {h.of} of 20"
        rows.append(
            (
                f"P{h.percentile} held",
                f"{h.hits} of {h.of} finished tasks ({100 * h.low:.0f}–{100 * h.high:.0f}\u00a0%){stand}",
            )
        )
    if road.likely_weeks:
        rows.append(
            (
                "Not a date",
                f"adding up the likely days would promise {number(round(road.likely_weeks, 1))} weeks: shown, not used",
            )
        )
    if road.one_more:
        rows.append(("One more person", line(road.one_more, 200)))
    return Filler("What these dates stand on", ("", "What it says"), (18, 82), tuple(rows))


def _opens(a: Assessment) -> Filler:
    rows = tuple(
        (
            line(t.findings[0] if t.findings else t.id, 12),
            line(t.title, 80),
            line(listed(t.lifts, 2), 90) or "–",
            f"{t.gain_days:.1f}",
        )
        for t in in_order(a.roadmap)
    )
    return Filler("What each task opens", ("Task", "Remedy", "Opens", "Days gained"), (9, 38, 41, 12), rows)


def _roadmap_bar(a: Assessment) -> tuple[str, str]:
    tasks = a.roadmap.tasks
    if not tasks:
        return (
            "So what",
            (
                "Plan the next measurement instead of remedies."
                if a.next
                else "Keep what holds: measure again before the gates expire and after every change of an interface."
            ),
        )
    first = max(tasks, key=lambda t: t.gain_days)
    gain = (
        f"without it the whole would end {first.gain_days:.0f} working days earlier"
        if first.gain_days >= 1
        else "others depend on it"
    )
    more = f" {line(a.roadmap.one_more, 110).rstrip('.')}." if a.roadmap.one_more else ""
    return ("So what", f"Start “{line(first.title, 70)}” in the first week: {gain}.{more}")

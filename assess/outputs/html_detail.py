"""The engineers' chapters: systems and keys, roadmap, how a level came about, every check, digests."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from assess.assessment import LEVEL_NAMES, Assessment, Cell, Join, Milestone, Step, UnitLevel
from assess.outputs.figures_bars import weight_bars
from assess.outputs.figures_roadmap import gantt, in_order, last_week
from assess.outputs.figures_systems import systems_map
from assess.outputs.html_board import target_milestone
from assess.outputs.html_fill import checks, reading, to_measure
from assess.outputs.html_view import Filler, Section, paragraph
from assess.outputs.html_words import DIMENSION_NAMES, SHORT_NAMES, counted, day, grouped, human, interval, line, listed, number, spelled, upper, weeks
from probes.finding import DIMENSIONS, State

ROWS_A_CHART = 18
MOST_CELLS = 11


def contents(a: Assessment, parts: list[Section]) -> Section:
    """The list of sections, with how to read them where the page has room."""
    bar = ("In short", "Confirmed counts what nobody measured as not met, possible counts it as met. Only confirmed levels open gates; a report without gaps has no interval.")
    lede = "Chapters 1 to 3 answer the board’s question; findings and roadmap are for those who mend and plan, the appendices for those who check."
    return Section("contents", "Contents", "What this report holds", lede, "contents", "Contents", "board", {"parts": parts}, bar, reading(a))


def systems(a: Assessment) -> Section:
    held, missing = sum(j.state is State.MET for j in a.joins), [j for j in a.joins if j.state is State.NOT_MET]
    unknown = len(a.joins) - held - len(missing)
    if not a.joins:
        title = f"{upper(counted(len(a.systems), 'system', letters=True))}, and no key between them was asked for"
    elif not missing and not unknown:
        title = f"All {counted(len(a.joins), 'key', letters=True)} between the systems hold" if len(a.joins) > 1 else "The one key between the systems holds"
    elif missing:
        title = f"{upper(spelled(held))} of {counted(len(a.joins), 'key', letters=True)} hold; {link(missing[0])} do not meet"
    else:
        title = f"{upper(spelled(held))} of {counted(len(a.joins), 'key', letters=True)} hold; {spelled(unknown)} could not be followed"
    lede = "Boxes by role, with protocol and confirmed level. A thick line is a key that links two systems’ records; its number leads to the table below."
    data = {"map": systems_map(a), "joins": [(link(j), key(j), j) for j in a.joins], "systems": a.systems, "interval": interval}
    fillers = (checks(a, "Checks of systems that do not hold", lambda c: c.dimension in ("crm", "api") and c.state is State.NOT_MET), checks(a, "Checks of systems that hold", lambda c: c.dimension in ("crm", "api") and c.state is State.MET), *reading(a))
    return Section("systems", "4 · Systems", line(title, 150), lede, "systems", "Systems and the keys between them", "board", data, _systems_bar(a, [link(j) for j in missing]), fillers)


def link(join: Join) -> str:
    """The two systems that a key links: `usage.contract_no`, `crm.id` become "usage and crm"."""
    return f"{line(join.source.split('.')[0], 30)} and {line(join.target.split('.')[0], 30)}"


def key(join: Join) -> str:
    """The fields that carry the key, where they are named."""
    fields = [line(end.split(".", 1)[1], 40) for end in (join.source, join.target) if "." in end]
    return " = ".join(dict.fromkeys(fields))


def _systems_bar(a: Assessment, missing: list[str]) -> tuple[str, str]:
    if missing:
        return ("So what", f"Where a key is missing ({listed(missing, 2)}), no agent may guess which record belongs to which: the key must come from the systems.")
    weakest = sorted((s for s in a.systems if s.level), key=lambda s: (s.level.confirmed if s.level else 9, s.name))
    if weakest and weakest[0].level and weakest[0].level.confirmed < 4:
        first = weakest[0]
        numbers = listed([line(n, 12) for n in first.findings], 4)
        return ("So what", f"{upper(line(first.name, 40))} decides for every workflow that calls it: confirmed level {first.level.confirmed if first.level else 1}{', held by ' + numbers if numbers else ', held by what was not measured'}.")
    return ("So what", "No system holds a workflow back. Watch the descriptions: a changed interface closes the gates that touch it.")


def roadmap(a: Assessment) -> Section:
    tasks, goal, target = in_order(a.roadmap), target_milestone(a), a.overall.target
    reached = a.overall.confirmed >= target
    if reached:
        title = f"Level {target} is reached; {counted(len(tasks), 'task', letters=True)} {'remain' if len(tasks) != 1 else 'remains'}"
    elif goal:
        low, high = weeks(goal.p50_weeks, goal.p50_weeks), weeks(goal.p80_weeks, goal.p80_weeks)
        safe = f", {high} to be safe" if high != low else ""
        title = f"Level {target} is {low} weeks away{safe}" + (f"; {line(a.roadmap.scarce_role, 40)} decides which" if a.roadmap.scarce_role and safe else "")
    else:
        title = "No date can be given before more is measured" if not tasks else f"{upper(counted(len(tasks), 'task', letters=True))}, and a target that needs more measurements"
    days = sum(t.effort.days[1] for t in tasks)
    lede = f"{upper(counted(len(tasks), 'task', letters=True))}, {number(round(days))} person-days most likely. Dark: to the date that holds in half of the cases (P50). Light: to the date that holds in four of five (P80)."
    last, stones = last_week(a.roadmap), levels_only(a.roadmap.milestones)
    charts = [gantt(tasks[i : i + ROWS_A_CHART], stones if i + ROWS_A_CHART >= len(tasks) else [], last) for i in range(0, len(tasks), ROWS_A_CHART)]
    data = {"charts": charts, "milestones": a.roadmap.milestones, "roles": _roles(a), "tasks": tasks, "assumptions": [line(x, 220) for x in a.roadmap.assumptions], "one_more": line(a.roadmap.one_more, 200), "weeks": weeks}
    if not tasks:
        lede = "Nothing is scheduled: no finding asks for a remedy, or nothing has been measured that could ask for one."
    fillers = (_opens(a), to_measure(a), *reading(a)[:1], *reading(a)[3:], *reading(a)[1:3])
    return Section("roadmap", "6 · Roadmap", title, lede, "roadmap", "Roadmap", "board", data, _roadmap_bar(a), fillers)


def levels_only(milestones: list[Milestone]) -> list[Milestone]:
    """Milestones that the chart shows; those of single workflows stand in the table."""
    return [m for m in milestones if "level" in m.what.lower()][:4] or milestones[:4]


def _roles(a: Assessment) -> list[tuple[str, str, str]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for task in a.roadmap.tasks:
        groups[task.role].append(task)
    rows = sorted(groups.items(), key=lambda pair: (-sum(t.effort.days[1] for t in pair[1]), pair[0]))
    return [(line(role, 50), listed([line(n, 12) for t in tasks for n in (t.findings or [t.id])], 8), number(sum(t.effort.days[1] for t in tasks))) for role, tasks in rows]


def _opens(a: Assessment) -> Filler:
    rows = tuple((line(t.findings[0] if t.findings else t.id, 12), line(t.title, 80), line(listed(t.lifts, 2), 90) or "–", f"{t.gain_days:.1f}") for t in in_order(a.roadmap))
    return Filler("What each task opens", ("Task", "Remedy", "Opens", "Days gained"), (9, 38, 41, 12), rows)


def _roadmap_bar(a: Assessment) -> tuple[str, str]:
    tasks = a.roadmap.tasks
    if not tasks:
        return ("So what", "Plan the next measurement instead of remedies." if a.next else "Keep what holds: measure again before the gates expire and after every change of an interface.")
    first = max(tasks, key=lambda t: t.gain_days)
    gain = f"without it the whole would end {first.gain_days:.0f} working days earlier" if first.gain_days >= 1 else "others depend on it"
    more = f" {line(a.roadmap.one_more, 110).rstrip('.')}." if a.roadmap.one_more else ""
    return ("So what", f"Start “{line(first.title, 70)}” in the first week: {gain}.{more}")


def level(a: Assessment) -> Section:
    example = a.worked_example
    dimension = example.dimension if example else min(DIMENSIONS, key=lambda d: a.levels[d].confirmed if d in a.levels else 9)
    found = a.levels[dimension]
    unit = example.unit if example and example.unit in found.units else min(found.units, key=lambda u: found.units[u].confirmed, default="")
    own: UnitLevel | None = found.units.get(unit)
    cells = sorted((c for c in a.cells if c.dimension == dimension and c.subject.unit in (unit, "*") and not c.later), key=lambda c: (c.level, c.probe, str(c.subject)))
    title = f"{DIMENSION_NAMES[dimension]} is at confirmed {found.confirmed}, possible {found.possible}: how {counted(len(cells), 'check')} become that interval"
    lede = f"The example is {line(human(unit), 60) or 'the whole dimension'}. A level holds when more than 85 % of its weight is met in each unit, every lower level holds too, and no essential check is missed."
    data = {"cells": cells[:MOST_CELLS], "left_out": max(0, len(cells) - MOST_CELLS), "bars": weight_bars(own.steps) if own and own.steps else "", "own": own, "lines": [paragraph(x, 240) for x in (example.lines if example else [])][-7:], "units": _units(a), "reading": _read_off(own) if not example else [], "dimension": DIMENSION_NAMES[dimension], "unit": line(human(unit), 60)}
    bar = ("So what", _level_words(a))
    return Section("level", "A · How a level comes about", line(title, 150), lede, "level", "How a level comes about", "appendix", data, bar, reading(a)[3:] + reading(a)[:3])


def _read_off(own: UnitLevel | None) -> list[tuple[str, str]]:
    if own is None:
        return []
    rows = []
    for name, value in (("Confirmed", own.confirmed), ("Possible", own.possible)):
        stop = next((s for s in own.steps if s.level == value + 1), None)
        rows.append((f"{name} {value}", _stops(stop, name == "Possible") if stop else "Every level that is asked for holds."))
    return rows


def _stops(step: Step, unknown_counts: bool) -> str:
    met = step.met + (step.unknown if unknown_counts else 0)
    veto = f"; essential and missing: {listed([line(e, 50) for e in step.essential_missing], 2)}" if step.essential_missing else ""
    return f"Level {step.level} has {met} of {step.weight} met{', gaps counted as met' if unknown_counts else ''}; it may miss {step.may_miss}{veto}."


def _units(a: Assessment) -> list[tuple[str, str, str]]:
    """Each dimension's units that stand at its minimum."""
    rows = []
    for d in DIMENSIONS:
        found = a.levels.get(d)
        lowest = [line(human(u), 40) for u, v in found.units.items() if v.confirmed == found.confirmed] if found else []
        rows.append((DIMENSION_NAMES[d], interval(found.confirmed, found.possible) if found else "–", listed(lowest, 4) or "no unit"))
    return rows


def _level_words(a: Assessment) -> str:
    lowest = [SHORT_NAMES[d] for d in DIMENSIONS if d in a.levels and a.levels[d].confirmed == a.overall.confirmed]
    own = f" {line(a.organisation, 60)} rated itself {a.overall.self_assessed}." if a.overall.self_assessed else ""
    return f"The overall level is the minimum: {a.overall.confirmed} ({LEVEL_NAMES[a.overall.confirmed]}), set by {listed(lowest, 5)}.{own} Only measurements and remedies move it, not weights."


def catalogue(a: Assessment) -> Section:
    groups: list[tuple[str, list[Cell]]] = []
    for d in DIMENSIONS:
        cells = sorted((c for c in a.cells if c.dimension == d), key=lambda c: (c.level, c.probe, str(c.subject)))
        if cells:
            groups.append((DIMENSION_NAMES[d], cells))
    lede = f"Catalogue {line(a.catalogue, 40)}, profile {line(a.profile, 40)}. Bold: essential. Checks that need history are marked “later” and stay outside the share."
    return Section("catalogue", "C · Every check", f"{counted(len(a.cells), 'check')}, each with its outcome", lede, "catalogue", "Every check and its outcome", "appendix", {"groups": groups})


def digests(a: Assessment) -> Section:
    facts = [
        ("Evidence bundle", grouped(a.bundle), "what was gathered; sha256"),
        ("Run", line(a.run, 90), "the collection it comes from"),
        ("Judged as of", f"{day(a.as_of)}{', moved by hand' if a.moved else ''}", f"gates valid until {day(a.expires)}" if a.expires else "gates carry their own date"),
        ("Catalogue, profile", f"{line(a.catalogue, 40)}, {line(a.profile, 40)}", "which questions, which weights"),
        ("Tool", line(a.tool, 60), "judgement is pure: no clock, no model, no network"),
        ("Agent, enforcement", f"{human(a.agent)}, {human(a.enforcement)}", "whose agent was measured, and who enforces limits"),
    ]
    counts = [(human(k), number(v)) for k, v in {**a.inventory, **{f"knowledge: {k}": v for k, v in a.knowledge.items()}}.items()]
    data = {"facts": facts, "counts": counts, "proved": [line(x, 200) for x in a.limits_proved], "gone": [line(x, 120) for x in a.gone], "notes": [paragraph(x, 500) for x in a.notes], "left": [line(x, 160) for x in a.left_behind], "reversed": [line(x, 160) for x in a.reversed]}
    return Section("digests", "D · Digests and inventory", "What this report stands on, to the byte", "Whoever holds the bundle can recompute every figure; a different digest is a different report.", "digests", "Digests and inventory", "appendix", data)

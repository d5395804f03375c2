"""The board's chapters: the answer on one page, coverage, workflows and gates; every sentence is made from data."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from assess.assessment import LEVEL_NAMES, Assessment, Cell, Coverage, Milestone, Workflow
from assess.outputs.figures_bars import coverage_bars, gate_bar, path_rows
from assess.outputs.html_fill import checks, reading, to_measure
from assess.outputs.html_view import Filler, Names, Section, by_number
from assess.outputs.html_words import CAUSE_WORDS, DIMENSION_NAMES, GATE_LABELS, counted, human, interval, line, listed, number, share, spelled, upper, weeks
from probes.finding import DIMENSIONS, Dimension, State
from runtime.gate import ORDER
from runtime.systems.settings import Autonomy

MOST_TITLE = 46
GATES: tuple[Autonomy, ...] = tuple(reversed(ORDER))


def headline(a: Assessment) -> str:
    """The cover's sentence: how many workflows may be piloted."""
    passing, whole = sum(w.passes for w in a.workflows), len(a.workflows)
    if not any(known(c) for c in coverages(a).values()):
        return "Nothing is measured yet: no workflow can go live"
    if not whole:
        return "No workflow has been named yet"
    if passing == whole:
        return f"{'All ' + spelled(whole) + ' workflows' if whole > 1 else 'The one workflow'} can go live"
    if not passing:
        return f"None of {counted(whole, 'workflow', letters=True)} can go live yet"
    return f"{upper(spelled(passing))} of {counted(whole, 'workflow', letters=True)} can go live"


def answer(a: Assessment) -> Section:
    names, held = Names(a), [w for w in a.workflows if not w.passes]
    closing = list(dict.fromkeys(f.number for w in held for e in w.gate.held_by if (f := names.finding(e))))
    if not a.workflows:
        title = "Name the workflows first; without them nothing can pass"
    elif not any(known(c) for c in coverages(a).values()):
        title = "Measure first: no answer is possible before systems have been asked"
    elif not held:
        title = f"All {counted(len(a.workflows), 'workflow', letters=True)} may start; {_all_pass_tail(a)}"
    elif len(held) == len(a.workflows):
        title = f"Start with no workflow yet; {counted(len(closing), 'finding', letters=True)} hold all {spelled(len(held))}" if closing else "Start with no workflow yet; too little is measured"
    else:
        started = spelled(len(a.workflows) - len(held)) + (" workflow" if len(a.workflows) - len(held) == 1 else " workflows")
        until = f" until {counted(len(closing), 'finding', letters=True)} {'is' if len(closing) == 1 else 'are'} closed" if closing else " until it is measured"
        title = f"Start with {started}; hold {listed([_title(w).lower() for w in held], 3)}{until}"
    data = {"verdict": verdict(a), "figures": _key_figures(a), "bar": _gate_bar(a), "unit": _volume_note(a), "gates": _gate_rows(a), "decisions": a.decisions, "notes": a.notes[:3]}
    fillers = (replace(to_measure(a), least=2), _to_close(a), *reading(a))
    lede = "Each workflow is judged on its own systems, articles and limits; its weakest dimension decides."
    return Section("answer", "1 · The answer on one page", line(title, 150), lede, "answer", "The answer on one page", "board", data, _if_you_wait(a), fillers)


def _all_pass_tail(a: Assessment) -> str:
    acting = sum(w.gate.autonomy == "act" for w in a.workflows)
    return "all may act within their limits" if acting == len(a.workflows) else f"{spelled(acting)} of them may act alone"


def verdict(a: Assessment) -> str:
    """Two or three sentences: gates by name, and the first reason for each that does not pass."""
    names, said = Names(a), []
    by_gate = {g: [w for w in a.workflows if w.gate.autonomy == g] for g in GATES}
    if act := by_gate["act"]:
        said.append(f"{upper(listed([_title(w).lower() for w in act], 3))} may act alone within proved limits")
    if approve := by_gate["approve"]:
        said.append(f"{upper(listed([_title(w).lower() for w in approve], 3))} may run with a person’s approval")
    sentences = [". ".join(said) + "."] if said else []
    if observe := by_gate["observe"]:
        sentences.append(f"{upper(listed([_title(w).lower() for w in observe], 3))} may only be observed{_because(observe, names)}.")
    if blocked := by_gate["blocked"]:
        sentences.append(f"{upper(listed([_title(w).lower() for w in blocked], 3))} {'stays' if len(blocked) == 1 else 'stay'} blocked{_because(blocked, names)}.")
    return " ".join(sentences) or "No workflow is named in goals.yaml, so there is nothing that could be opened."


def _because(workflows: list[Workflow], names: Names) -> str:
    found = next((f for w in workflows for e in w.gate.held_by if (f := names.finding(e))), None)
    return f": {line(found.title, 90).rstrip('.')[:1].lower()}{line(found.title, 90).rstrip('.')[1:]} ({found.number})" if found else ""


def _key_figures(a: Assessment) -> list[tuple[str, str, str, str]]:
    """Value, unit, name, explanation."""
    own = f"; own view {a.overall.self_assessed}" if a.overall.self_assessed else ""
    level = (str(a.overall.confirmed), "of 5", f"overall level, {LEVEL_NAMES[a.overall.confirmed]}", f"confirmed {a.overall.confirmed}, possible {a.overall.possible}{own}, target {a.overall.target}")
    whole, passing = _volumes(a), [w for w in a.workflows if w.passes]
    if whole:
        part = sum(w.tickets_per_month or 0 for w in passing)
        piloted = (share(part, whole).replace("\u00a0%", ""), "%", "of tickets may be piloted", f"{number(part)} of {number(whole)} a month, {len(passing)} of {counted(len(a.workflows), 'workflow')}")
    else:
        piloted = (str(len(passing)), f"of {len(a.workflows)}", "workflows may be piloted", "no ticket volumes were given")
    essential = sum(f.essential for f in a.findings)
    found = (str(len(a.findings)), "", "findings to close" if len(a.findings) != 1 else "finding to close", f"{essential} essential, of {counted(len(a.cells), 'check')}")
    return [level, piloted, _time_figure(a), found]


def target_milestone(a: Assessment) -> Milestone | None:
    """The milestone at which the target level is reached, if the roadmap holds it."""
    asked = f"level {a.overall.target}"
    fitting = [m for m in a.roadmap.milestones if asked in m.what.lower()]
    return next((m for m in fitting if "overall" in m.what.lower()), fitting[0] if fitting else None)


def _time_figure(a: Assessment) -> tuple[str, str, str, str]:
    found, target = target_milestone(a), a.overall.target
    if a.overall.confirmed >= target:
        return ("0", "weeks", f"to level {target}", "reached today, confirmed")
    if found is None:
        return ("–", "", f"weeks to level {target}", "not known before more is measured")
    days = f"{number(round(found.person_days))} person-days"
    return (weeks(found.p50_weeks, found.p80_weeks), "weeks", f"to level {target}", f"P50 to P80, {counted(len(a.roadmap.tasks), 'remedy')}, {days}")


def _volumes(a: Assessment) -> int:
    return sum(w.tickets_per_month or 0 for w in a.workflows)


def _gate_counts(a: Assessment) -> dict[Autonomy, int]:
    whole = _volumes(a)
    return {g: sum((w.tickets_per_month or 0) if whole else 1 for w in a.workflows if w.gate.autonomy == g) for g in GATES}


def _gate_bar(a: Assessment) -> Any:
    return gate_bar(_gate_counts(a), "tickets a month" if _volumes(a) else "workflows") if a.workflows else ""


def _volume_note(a: Assessment) -> str:
    return f"{number(_volumes(a))} tickets a month, by gate" if _volumes(a) else f"{counted(len(a.workflows), 'workflow')}, by gate; no ticket volumes given"


def _gate_rows(a: Assessment) -> list[dict[str, Any]]:
    names, rows = Names(a), []
    for gate in GATES:
        own = [w for w in a.workflows if w.gate.autonomy == gate]
        if own:
            entries = list(dict.fromkeys(e for w in own for e in w.gate.held_by))
            held = names.held(entries) if entries else ("Nothing: limits proved, routes staffed." if gate == "act" else "No reason recorded.")
            tickets = sum(w.tickets_per_month or 0 for w in own)
            rows.append({"gate": gate, "workflows": listed([_title(w) for w in own], 5), "tickets": number(tickets) if _volumes(a) else "–", "held": held})
    return rows


def _to_close(a: Assessment) -> Filler:
    ordered = sorted(by_number(a.findings), key=lambda f: (not f.essential, -f.tickets_per_month, f.level))
    rows = tuple((f.number, line(f.title, 160), str(f.level), number(f.tickets_per_month) if f.tickets_per_month else "–") for f in ordered[:30])
    return Filler("Findings by urgency", ("Finding", "What was found", "Holds level", "Tickets"), (10, 66, 13, 11), rows)


def _if_you_wait(a: Assessment) -> tuple[str, str]:
    held = [w for w in a.workflows if not w.passes and w.tickets_per_month]
    hours = sum((w.tickets_per_month or 0) * (w.minutes_today or 0) for w in held) / 60
    if held and hours:
        return ("If you wait", f"Each month leaves {number(sum(w.tickets_per_month or 0 for w in held))} tickets of {listed([_title(w).lower() for w in held], 3)} to people alone: {number(round(hours))} hours at today’s handling time.")
    if a.next and a.overall.possible > a.overall.confirmed:
        return ("So what", f"The next step is a measurement, not a decision: {line(a.next[0].do, 150).rstrip('.')}. It could move: {line(a.next[0].could_move, 100).rstrip('.')}.")
    return ("So what", "Nothing that was measured speaks against starting; keep the limits as proved and measure again before the gates expire." if a.workflows else "Write goals.yaml, then assess again: a gate belongs to a workflow.")


def coverages(a: Assessment) -> dict[Dimension, Coverage]:
    return {d: a.levels[d].coverage if d in a.levels else Coverage() for d in DIMENSIONS}


def known(c: Coverage) -> int:
    return c.applicable - c.not_measured


def coverage(a: Assessment) -> Section:
    found = coverages(a)
    whole, seen = sum(c.applicable for c in found.values()), sum(known(c) for c in found.values())
    skipped, later = sum(c.not_applicable for c in found.values()), sum(c.later for c in found.values())
    gaps = [DIMENSION_NAMES[d].split()[0] if d == "crm" else DIMENSION_NAMES[d].split()[0].lower().replace("api", "API") for d, c in found.items() if c.applicable and c.not_measured / c.applicable > 0.2]
    if not seen:
        title = f"None of {counted(whole, 'check')} could be answered yet"
    elif seen == whole:
        title = f"Every one of {counted(whole, 'check')} was answered"
    else:
        title = f"{seen} of {counted(whole, 'check')} were answered" + (f"; the gaps lie in {listed(gaps, 3)}" if gaps else "")
    lede = f"{counted(whole + skipped + later, 'check')} in the catalogue touch this estate; {skipped} do not apply and {later} need history. Of the other {whole}, {seen} were answered ({share(seen, whole)}). What was not measured never counts as passed."
    data = {"bars": coverage_bars(found), "systems": _system_rows(a), "why": _why_not(a), "missing": whole - seen, "left": a.left_behind, "reversed": a.reversed, "requests": a.requests, "gone": a.gone}
    fillers = (checks(a, "Answered checks, the most demanding first", lambda c: c.state is State.MET), to_measure(a), *reading(a))
    return Section("coverage", "2 · What was measured and what was not", title, lede, "coverage", "What was measured and what was not", "board", data, _coverage_bar(a), fillers)


def _system_rows(a: Assessment) -> list[dict[str, Any]]:
    rows = []
    for system in a.systems:
        own = [c for c in a.cells if c.dimension in ("crm", "api") and c.subject.unit == system.name and c.state is not State.NOT_APPLICABLE and not c.later]
        kinds = Counter("not_measured" if c.state is State.NOT_MEASURED else c.grade for c in own)
        seen = len(own) - kinds["not_measured"]
        rows.append({"system": system, "kinds": kinds, "applicable": len(own), "share": share(seen, len(own)), "requests": a.requests.get(system.name, system.requests)})
    return rows


def _why_not(a: Assessment) -> list[dict[str, Any]]:
    """Causes of gaps, most frequent first, with the most frequent way to close each."""
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in a.cells:
        if cell.state is State.NOT_MEASURED and not cell.later:
            groups[cell.cause or "unknown"].append(cell)
    rows = []
    for cause, cells in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        closes = Counter(c.would_measure for c in cells if c.would_measure).most_common(1)
        where = listed(sorted({line(c.subject.unit, 40) for c in cells} - {"*"}), 4)
        rows.append({"count": len(cells), "reason": CAUSE_WORDS.get(cause, upper(line(cause, 90))), "where": where, "closes": line(closes[0][0], 150) if closes else ""})
    return rows[:9]


def _coverage_bar(a: Assessment) -> tuple[str, str]:
    if a.next:
        first = a.next[0]
        return ("So what", f"Measure {first.probe} of {line(first.subject, 50)} first: {line(first.do, 140).rstrip('.')}. It could move {line(first.could_move, 110).rstrip('.')}.")
    left = "nothing was left behind" if not a.left_behind else f"{counted(len(a.left_behind), 'record')} stayed behind and must be removed by hand"
    return ("So what", f"No open measurement would change a level. {upper(counted(len(a.reversed), 'trial record', letters=True))} {'was' if len(a.reversed) == 1 else 'were'} reversed and {left}.")


def workflows(a: Assessment) -> Section:
    names = Names(a)
    acting = sum(w.gate.autonomy == "act" for w in a.workflows)
    weakest = Counter(d for w in a.workflows for d, v in w.levels.items() if v and w.gate.autonomy != "act" and v.confirmed == min(x.confirmed for x in w.levels.values() if x))
    holders = [_short(d) for d, _ in weakest.most_common(2)]
    if not a.workflows:
        title = "No workflow is named, so no gate can open"
    else:
        title = f"{upper(spelled(acting))} {'workflow' if acting == 1 else 'workflows'} may act alone" + (f"; {listed(holders)} hold{'s' if len(holders) == 1 else ''} the others" if holders and acting < len(a.workflows) else "")
    data = {"rows": [_heat_row(a, w, names) for w in a.workflows], "paths": _paths(a), "could": [(w, [names.words(e) for e in w.gate.could_be]) for w in a.workflows if w.gate.could_be], "dimensions": _dimension_rows(a, names)}
    lede = "Confirmed level of each dimension over what the workflow touches. The gate is the lowest of them, then lowered by caps such as high stakes."
    fillers = (checks(a, "What holds the next level, check by check", lambda c: c.state in (State.NOT_MET, State.NOT_MEASURED) and not c.later), *reading(a)[1:], reading(a)[0])
    return Section("workflows", "3 · Workflows and gates", title, lede, "workflows", "Workflows and gates", "board", data, _workflow_bar(a, names), fillers)


def _short(d: Dimension) -> str:
    return {"crm": "the CRM", "api": "APIs", "knowledge": "knowledge", "guardrails": "guardrails", "escalation": "escalation"}[d]


def _heat_row(a: Assessment, w: Workflow, names: Names) -> dict[str, Any]:
    cells = [(d, w.levels.get(d), w.gate.by_dimension.get(d)) for d in DIMENSIONS]
    held = list(dict.fromkeys(names.number(e) for e in sorted(w.gate.held_by, key=lambda e: names.finding(e) is None)))
    shown = [h for h in held if h.startswith("F-")][:3] or held[:1]
    more = len(held) - len(shown)
    return {"name": _title(w), "tickets": number(w.tickets_per_month) if w.tickets_per_month else "–", "cells": cells, "gate": w.gate.autonomy, "held": shown, "more": more}


def _paths(a: Assessment) -> Any:
    """Weeks until all findings that hold a workflow are closed."""
    done = {f: t for t in a.roadmap.tasks for f in t.findings}
    rows = []
    for w in a.workflows:
        own = [done[f.number] for f in a.findings if w.name in f.workflows and f.level <= 4 and f.number in done]
        if own and w.gate.autonomy != "act":
            rows.append((line(_title(w), 24), max(t.finish_p50 for t in own), max(t.finish_p80 for t in own)))
    return path_rows(rows[:10], float(int(max(r[2] for r in rows)) + 2)) if rows else ""


def _dimension_rows(a: Assessment, names: Names) -> list[dict[str, Any]]:
    rows = []
    for d in DIMENSIONS:
        counts = Counter(g for w in a.workflows if (g := w.gate.by_dimension.get(d)))
        worst = sorted((f for f in a.findings if f.dimension == d), key=lambda f: (not f.essential, f.level, -f.tickets_per_month))
        gap = next((c for c in a.cells if c.dimension == d and c.state is State.NOT_MEASURED and not c.later), None)
        reason = f"{line(worst[0].title, 100)} ({worst[0].number})" if worst else f"{gap.probe.split('.')[1]} not measured" if gap else "nothing"
        level = a.levels.get(d)
        rows.append({"name": DIMENSION_NAMES[d], "counts": counts, "reason": reason, "level": interval(level.confirmed, level.possible) if level else "–"})
    return rows


def _workflow_bar(a: Assessment, names: Names) -> tuple[str, str]:
    held = [w for w in a.workflows if w.gate.autonomy != "act"]
    if not held:
        return ("So what", "Start with the largest workflow in shadow, read its decisions for a week, then let it act: the gates allow more than a careful pilot takes." if a.workflows else "Name a workflow with its steps in goals.yaml: its systems, limits and articles follow from them.")
    first = max(held, key=lambda w: w.tickets_per_month or 0)
    numbers = list(dict.fromkeys(f.number for e in first.gate.held_by if (f := names.finding(e))))
    volume = f", {number(first.tickets_per_month)} tickets a month," if first.tickets_per_month else ""
    if numbers:
        return ("So what", f"Closing {listed(numbers, 5)} moves {_title(first).lower()}{volume} beyond “{GATE_LABELS[first.gate.autonomy].lower()}”. Possible levels open no gate: only a new measurement does.")
    return ("So what", f"{_title(first)}{volume} is held by what nobody has measured: {len(first.gate.could_be) or 'more'} checks decide. Possible levels open no gate.")


def _title(w: Workflow) -> str:
    title = line(w.title or human(w.name), 200)
    return upper(title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1].rstrip() + "…")

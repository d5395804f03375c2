"""Chapter 3: workflows by dimension, their gates, what holds them, and how long that takes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from assess.assessment import Assessment, Workflow
from assess.outputs.figures_bars import path_rows
from assess.outputs.html_fill import checks, reading
from assess.outputs.html_view import Names, Section, titled
from assess.outputs.html_words import (
    DIMENSION_NAMES,
    GATE_LABELS,
    counted,
    interval,
    line,
    listed,
    number,
    spelled,
    upper,
)
from probes.finding import DIMENSIONS, Dimension, State


def workflows(a: Assessment) -> Section:
    names = Names(a)
    acting = sum(w.gate.autonomy == "act" for w in a.workflows)
    weakest = Counter(
        d
        for w in a.workflows
        for d, v in w.levels.items()
        if v and w.gate.autonomy != "act" and v.confirmed == min(x.confirmed for x in w.levels.values() if x)
    )
    holders = [_short(d) for d, _ in weakest.most_common(2)]
    if not a.workflows:
        title = "No workflow is named, so no gate can open"
    else:
        title = f"{upper(spelled(acting))} {'workflow' if acting == 1 else 'workflows'} may act alone" + (
            f"; {listed(holders)} hold{'s' if len(holders) == 1 else ''} {'the others' if acting else 'them back'}"
            if holders and acting < len(a.workflows)
            else ""
        )
    data = {
        "rows": [_heat_row(a, w, names) for w in a.workflows],
        "paths": _paths(a),
        "could": [(w, [names.words(e) for e in w.gate.could_be]) for w in a.workflows if w.gate.could_be],
        "dimensions": _dimension_rows(a, names),
    }
    lede = (
        "Confirmed level of each dimension over what the workflow touches. The gate is the lowest of them, then lowered"
        " by caps such as high stakes."
    )
    fillers = (
        checks(
            a,
            "What holds the next level, check by check",
            lambda c: c.state in (State.NOT_MET, State.NOT_MEASURED) and not c.later,
        ),
        *reading(a)[1:],
        reading(a)[0],
    )
    return Section(
        "workflows",
        "3 · Workflows and gates",
        title,
        lede,
        "workflows",
        "Workflows and gates",
        "board",
        data,
        _workflow_bar(a, names),
        fillers,
    )


def _short(d: Dimension) -> str:
    return {
        "crm": "the CRM",
        "api": "APIs",
        "knowledge": "knowledge",
        "guardrails": "guardrails",
        "escalation": "escalation",
    }[d]


def _heat_row(a: Assessment, w: Workflow, names: Names) -> dict[str, Any]:
    cells = [(d, w.levels.get(d), w.gate.by_dimension.get(d)) for d in DIMENSIONS]
    held = list(dict.fromkeys(names.number(e) for e in sorted(w.gate.held_by, key=lambda e: names.finding(e) is None)))
    shown = [h for h in held if h.startswith("F-")][:3] or ([f"{len(held)} open"] if held else [])
    more = len(held) - len(shown) if shown and shown[0].startswith("F-") else 0
    return {
        "name": titled(w),
        "tickets": number(w.tickets_per_month) if w.tickets_per_month else "–",
        "cells": cells,
        "gate": w.gate.autonomy,
        "held": shown,
        "more": more,
    }


def _paths(a: Assessment) -> Any:
    """Weeks until all findings that hold a workflow are closed."""
    done = {f: t for t in a.roadmap.tasks for f in t.findings}
    rows = []
    for w in a.workflows:
        own = [done[f.number] for f in a.findings if w.name in f.workflows and f.level <= 4 and f.number in done]
        if own and w.gate.autonomy != "act":
            rows.append((line(titled(w), 24), max(t.finish_p50 for t in own), max(t.finish_p80 for t in own)))
    return path_rows(rows[:10], float(int(max(r[2] for r in rows)) + 2)) if rows else ""


def _dimension_rows(a: Assessment, names: Names) -> list[dict[str, Any]]:
    rows = []
    for d in DIMENSIONS:
        counts = Counter(g for w in a.workflows if (g := w.gate.by_dimension.get(d)))
        worst = sorted(
            (f for f in a.findings if f.dimension == d), key=lambda f: (not f.essential, f.level, -f.tickets_per_month)
        )
        gap = next((c for c in a.cells if c.dimension == d and c.state is State.NOT_MEASURED and not c.later), None)
        reason = (
            f"{line(worst[0].title, 100)} ({worst[0].number})"
            if worst
            else f"{gap.probe.split('.')[1]} not measured"
            if gap
            else "nothing"
        )
        level = a.levels.get(d)
        rows.append(
            {
                "name": DIMENSION_NAMES[d],
                "counts": counts,
                "reason": reason,
                "level": interval(level.confirmed, level.possible) if level else "–",
            }
        )
    return rows


def _workflow_bar(a: Assessment, names: Names) -> tuple[str, str]:
    held = [w for w in a.workflows if w.gate.autonomy != "act"]
    if not held:
        return (
            "So what",
            (
                "Start with the largest workflow in shadow, read its decisions for a week, then let it act: the gates"
                " allow more than a careful pilot takes."
                if a.workflows
                else "Name a workflow with its steps in goals.yaml: its systems, limits and articles follow from them."
            ),
        )
    first = max(held, key=lambda w: w.tickets_per_month or 0)
    numbers = list(dict.fromkeys(f.number for e in first.gate.held_by if (f := names.finding(e))))
    volume = f", {number(first.tickets_per_month)} tickets a month," if first.tickets_per_month else ""
    if numbers:
        return (
            "So what",
            (
                f"Closing {listed(numbers, 5)} moves {titled(first).lower()}{volume} beyond"
                f" “{GATE_LABELS[first.gate.autonomy].lower()}”. Possible levels open no gate: only a new measurement"
                " does."
            ),
        )
    return (
        "So what",
        (
            f"{titled(first)}{volume} is held by what nobody has measured:"
            f" {counted(len(first.gate.could_be), 'check') if first.gate.could_be else 'more checks'} to run. Possible"
            " levels open no gate."
        ),
    )

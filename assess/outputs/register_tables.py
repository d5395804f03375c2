"""The register as tables: findings, plan, gates, every question with its answer, what to measure next, what it stands on.

Rows are plain values; `register_xlsx` and `csv_register` write them.
"""

from __future__ import annotations

from assess.assessment import GATE_WORDS, Assessment, Finding, Task, Workflow
from assess.demand_figures import ClientComment
from assess.judge import interval_words
from assess.outputs.html_words import DIMENSION_NAMES, STATE_WORDS
from assess.outputs.register_more import case_inputs, frameworks, selection
from assess.outputs.table import Table, Value, columns_of
from probes.finding import DIMENSIONS


def tables(assessment: Assessment) -> list[Table]:
    """All tables of one assessment, each in the order that it is read in."""
    a = assessment
    return [
        findings_table(a),
        _plan(a),
        _workflows(a),
        selection(a),
        _cells(a),
        _next(a),
        _inputs(a),
        frameworks(a),
        _about(a),
    ]


def findings_table(a: Assessment) -> Table:
    """One row a finding, with its task and empty columns for those who mend it."""
    columns = columns_of(
        "Number:8 Finding:60 Dimension:22 Subject:24 Level:7 Essential:10 Probe:28 Cause:20 Evidence:12 Consequence:50"
        " Remedy:60 Owner:22 Role:20 Days optimistic:10 Days likely:10 Days pessimistic:10 Waiting days:10 Task:7"
        " Finish P50 (weeks):10 Finish P80 (weeks):10 Holds back:34 Tickets a month:10 Relates to:30 Client says:40"
        " Risk:20 Status:14 Due:12 Note:40"
    )
    tasks = {number: task for task in a.roadmap.tasks for number in task.findings}
    said = {c.finding: c for c in a.comments}
    rows = [
        _finding(f, tasks.get(f.number), said.get(f.number))
        for f in sorted(a.findings, key=lambda f: int(f.number[2:]))
    ]
    return Table("Findings", columns, tuple(rows))


def _finding(f: Finding, task: Task | None, said: ClientComment | None) -> tuple[Value, ...]:
    return (
        f.number,
        f.title,
        DIMENSION_NAMES[f.dimension],
        str(f.subject),
        f.level,
        "yes" if f.essential else "no",
        f.probe,
        f.cause,
        f.grade,
        f.consequence,
        "\n".join(f.remedy),
        f.owner,
        f.effort.role,
        *f.effort.days,
        f.effort.wait_days,
        task.id if task else "",
        task.finish_p50 if task else None,
        task.finish_p80 if task else None,
        ", ".join(f.workflows),
        f.tickets_per_month,
        ", ".join(f.relates),
        f"{said.says} ({said.by})" if said else "",
        f"accepted{f' until {said.until}' if said.until else ''}" if said and said.accepted_risk else "",
        "open",
        "",
        "",
    )


def _plan(a: Assessment) -> Table:
    columns = columns_of(
        "Task:7 What:70 Findings:20 Role:22 Days likely:10 Waiting days:10 Start P50 (weeks):10 Finish P50 (weeks):10"
        " Finish P80 (weeks):10 Needs:14 Opens:34 Days saved without it:12"
    )
    rows = [
        (
            t.id,
            t.title,
            ", ".join(t.findings),
            t.role,
            t.effort.days[1],
            t.effort.wait_days,
            t.start_p50,
            t.finish_p50,
            t.finish_p80,
            ", ".join(t.needs),
            ", ".join(t.lifts),
            t.gain_days,
        )
        for t in a.roadmap.tasks
    ]
    return Table("Plan", columns, tuple(rows))


def _workflows(a: Assessment) -> Table:
    columns = columns_of(
        "Workflow:28 Gate:16 Passes:8 CRM:8 API:8 Knowledge:10 Guardrails:10 Escalation:10 Held by:50"
        " Could be more if met:50 Category:16 Tickets a month:10 Minutes today:10 Systems toggled:10"
    )
    return Table("Workflows", columns, tuple(_workflow(w) for w in a.workflows))


def _workflow(w: Workflow) -> tuple[Value, ...]:
    return (
        w.title,
        GATE_WORDS[w.gate.autonomy],
        "yes" if w.passes else "no",
        *(interval_words(w.levels.get(d)) for d in DIMENSIONS),
        ", ".join(w.gate.held_by),
        ", ".join(w.gate.could_be),
        w.category,
        w.tickets_per_month,
        w.minutes_today,
        w.systems_toggled,
    )


def _cells(a: Assessment) -> Table:
    columns = columns_of(
        "Probe:32 Subject:28 Level:7 Essential:10 Weight:8 Answer:16 Evidence:12 Later:8 Title:80 Cause:20"
        " Would be measured by:70 Workflows:40"
    )
    rows = [
        (
            c.probe,
            str(c.subject),
            c.level,
            "yes" if c.essential else "no",
            c.weight,
            STATE_WORDS[c.state],
            c.grade,
            "yes" if c.later else "no",
            c.title,
            c.cause,
            c.would_measure,
            ", ".join(c.workflows),
        )
        for c in a.cells
    ]
    return Table("Questions", columns, tuple(rows))


def _next(a: Assessment) -> Table:
    columns = columns_of("Order:8 Do:90 Probe:32 Subject:28 Could move:50")
    rows = [(n, m.do, m.probe, str(m.subject), m.could_move) for n, m in enumerate(a.next, start=1)]
    return Table("Measure next", columns, tuple(rows))


def _inputs(a: Assessment) -> Table:
    """Figures that people handed in; an empty one stays empty."""
    columns = columns_of("Of:28 Figure:26 Value:12 Unit:18 Source:28 As of:14")
    day = a.as_of.date().isoformat()
    rows = [
        (w.title, figure, value, unit, f"engagement.yaml: workflows.{w.name}", day)
        for w in a.workflows
        for figure, value, unit in (
            ("tickets per month", w.tickets_per_month, "tickets"),
            ("handling time today", w.minutes_today, "minutes a ticket"),
            ("systems toggled", w.systems_toggled, "systems a ticket"),
        )
    ]
    return Table("Inputs", columns, (*rows, *case_inputs(a)))


def _about(a: Assessment) -> Table:
    rows: list[tuple[Value, ...]] = [
        ("Organisation", a.organisation),
        ("As of", a.as_of.date().isoformat() + (" (moved)" if a.moved else "")),
        ("Overall level, confirmed", a.overall.confirmed),
        ("Overall level, possible", a.overall.possible),
        ("Target level", a.overall.target),
        *((f"{DIMENSION_NAMES[d]}, confirmed to possible", interval_words_of(a, d)) for d in DIMENSIONS),
        ("Gates expire", a.expires),
        ("Tool", a.tool),
        ("Catalogue", a.catalogue),
        ("Profile", a.profile),
        ("Evidence", a.bundle),
        ("Collection", a.run),
        *((f"Requests to {name}", count) for name, count in a.requests.items()),
        *((f"Knowledge, {name}", count) for name, count in a.knowledge.items()),
        ("Records left behind", len(a.left_behind)),
    ]
    return Table("About", columns_of("What:40 Value:60"), tuple(rows))


def interval_words_of(a: Assessment, dimension: str) -> str:
    """`3` or `2–4` for one dimension."""
    level = next(v for d, v in a.levels.items() if d == dimension)
    return str(level.confirmed) if level.confirmed == level.possible else f"{level.confirmed}–{level.possible}"

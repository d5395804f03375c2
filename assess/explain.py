"""How a level, gate, probe, finding or the overall figure came about, line by line."""

from __future__ import annotations

from assess.assessment import Assessment, Cell, Finding
from assess.claim_lines import claim_lines
from assess.judge import Verdict
from assess.matrices import matrix_lines
from assess.rows import could_words, level_lines, word
from assess.trace.figures import figure_lines
from probes.finding import DIMENSIONS, Dimension
from runtime.errors import BadInput, did_you_mean


def explain_lines(verdict: Verdict, thing: str) -> list[str]:
    """Lines that derive `thing` from evidence.

    Raises:
        BadInput: nothing of that name was judged; the message suggests one.
    """
    a = verdict.assessment
    if thing == "overall":
        return _overall(a)
    if thing in DIMENSIONS:
        return _dimension(a, next(d for d in DIMENSIONS if d == thing))
    if thing in a.gates:
        return _gate(a, thing)
    finding = next((f for f in a.findings if thing in (f.number, f.id)), None)
    if finding:
        return _finding(finding)
    matrix = next((m for m in a.matrices if thing in (m.system, f"matrices[{m.system}]")), None)
    if matrix:
        return matrix_lines(matrix)
    cells = [c for c in a.cells if thing in (c.probe, f"{c.probe}({c.subject})", c.probe.split(".", 1)[1])]
    if cells:
        return _probe(verdict, cells)
    other = figure_lines(verdict, thing) or claim_lines(verdict, thing)
    if other:
        return other
    known = [
        *DIMENSIONS,
        *a.gates,
        *(m.system for m in a.matrices),
        *(c.probe for c in a.cells),
        *(f.number for f in a.findings),
    ]
    raise BadInput(
        f"nothing called `{thing}` was judged{did_you_mean(thing, known)}",
        "explain",
        "name a probe, finding, dimension, workflow, system, article, `overall`, or a figure like roadmap.milestones[0].p80_weeks",
    )


def _overall(a: Assessment) -> list[str]:
    lines = [
        f"overall: confirmed {a.overall.confirmed}, possible {a.overall.possible}: the minimum of the five dimensions"
    ]
    return lines + [f"   {d}: confirmed {a.levels[d].confirmed}, possible {a.levels[d].possible}" for d in DIMENSIONS]


def _dimension(a: Assessment, dimension: Dimension) -> list[str]:
    level = a.levels[dimension]
    lines = [f"{dimension}: confirmed {level.confirmed}, possible {level.possible}: the lowest of its units"]
    for unit in level.units:
        lines += ["", f"unit {unit}", *(f"  {line}" for line in level_lines(dimension, unit, a.levels, a.cells))]
    return lines


def _gate(a: Assessment, name: str) -> list[str]:
    gate = a.gates[name]
    workflow = next(w for w in a.workflows if w.name == name)
    lines = [f"{name}: {gate.autonomy}: the least of its dimensions over its own cells, then the caps"]
    for dimension in DIMENSIONS:
        interval, autonomy = workflow.levels.get(dimension), gate.by_dimension.get(dimension)
        lines.append(
            f"   {dimension}: "
            + (f"confirmed {interval.confirmed} → {autonomy}" if interval else "touches nothing of it")
        )
    lines += [f"   held by {held}" for held in gate.held_by]
    lines += [f"   capped: {cap}" for cap in workflow.caps]
    for could in workflow.could:
        lines.append(f"   could be {could.autonomy}, if {could_words(could)}")
    for operation, repeat in gate.writes.items():
        lines.append(f"   {operation}: repeat_safe by {repeat.by}" + (f" ({repeat.header})" if repeat.header else ""))
    return lines


def _finding(finding: Finding) -> list[str]:
    lines = [
        f"{finding.number} {finding.title}",
        f"{finding.probe} of {finding.subject}: {finding.cause} ({finding.grade})",
    ]
    for evidence in finding.evidence:
        lines.append(f"   {evidence.says}" + (f"  [{evidence.source}]" if evidence.source else ""))
        lines += [f"      {part}" for block in (evidence.request, evidence.response) for part in block.splitlines()]
    lines += [f"   why: {finding.why}", f"   how: {finding.how}"]
    return lines + [f"   remedy {n}: {step}" for n, step in enumerate(finding.remedy, start=1)]


def _probe(verdict: Verdict, cells: list[Cell]) -> list[str]:
    probe = next(a.probe for a in verdict.answered if a.cell.probe == cells[0].probe)
    page = probe.page()
    essential = ", essential" if cells[0].essential else ""
    lines = [f"{cells[0].probe}: {page['statement']}", f"level {cells[0].level}{essential}, weight {cells[0].weight}"]
    lines += [f"{part}: {page[part]}" for part in ("why", "how", "remedy") if page[part]]
    for cell in cells:
        cause = f" ({cell.cause})" if cell.cause else ""
        lines.append(f"   {cell.subject}: {word(cell)}{cause}: {cell.title}{_grade(cell, verdict)}")
        lines += [f"      → {cell.would_measure}"] if cell.would_measure else []
    return lines


def _grade(cell: Cell, verdict: Verdict) -> str:
    """How good the evidence is and how old: shown, never multiplied in."""
    if cell.grade == "none":
        return ""
    days = (verdict.assessment.as_of.date() - cell.seen).days if cell.seen else None
    age = f", {days} day{'s' if days != 1 else ''} old" if days is not None and days >= 0 else ""
    weightless = "; carries no weight from level 3 on" if cell.grade == "attested" and cell.level >= 3 else ""
    later = "; counts from the next assessment on" if cell.later else ""
    return f" ({cell.grade}{age}{weightless}{later})"

"""The assessment in a screenful of Markdown: for a terminal, a merge request or a chat."""

from __future__ import annotations

import re

from assess.assessment import LEVEL_NAMES, Assessment
from assess.outputs.html_desk import desk_title, desk_verdict, is_desk
from assess.outputs.html_verdict import headline, verdict
from assess.outputs.html_view import Names, by_number
from assess.outputs.html_words import DIMENSION_NAMES, GATE_LABELS, counted, day, digest, human, interval, line
from probes.finding import DIMENSIONS


def summary(assessment: Assessment) -> str:
    """Headline, gates, levels, findings and the next measurements; text from outside cannot become markup."""
    a, names = assessment, Names(assessment)
    gates = [
        f"| {_cell(w.title or human(w.name))} | {GATE_LABELS[w.gate.autonomy]} |"
        f" {_cell(names.held(w.gate.held_by, 1)) if w.gate.held_by else '–'} |"
        for w in a.workflows
    ]
    levels = [
        f"| {DIMENSION_NAMES[d]} | {interval(a.levels[d].confirmed, a.levels[d].possible)} | {_coverage(a, d)} |"
        for d in DIMENSIONS
        if d in a.levels
    ]
    found = [
        f"- **{f.number}** {_cell(f.title)} ({'essential, ' if f.essential else ''}level {f.level})"
        for f in by_number(a.findings)[:15]
    ]
    more = [f"- … {counted(len(a.findings) - 15, 'more finding')}"] if len(a.findings) > 15 else []
    ahead = [f"{i}. {_cell(m.do)}" for i, m in enumerate(a.next[:3], 1)]
    blocks = [
        [f"# {_cell(a.organisation)}: {headline(a)}"],
        [_cell(f"{desk_title(a)}. {desk_verdict(a)}" if is_desk(a) else verdict(a))],
        [
            f"Overall level {interval(a.overall.confirmed, a.overall.possible)} of 5"
            f" ({LEVEL_NAMES[a.overall.confirmed]}), target {a.overall.target}. Assessed {day(a.as_of)}, evidence"
            f" sha256 {digest(a.bundle)}."
        ],
        ["| Workflow | Gate | Held by |", "|---|---|---|", *gates] if gates else [],
        ["| Dimension | Level | Answered |", "|---|---|---|", *levels] if levels else [],
        ["## Findings", "", *found, *more] if found else [],
        ["## Measure first", "", *ahead] if ahead else [],
    ]
    return "\n\n".join("\n".join(b) for b in blocks if b) + "\n"


def _coverage(a: Assessment, dimension: str) -> str:
    found = next(v.coverage for k, v in a.levels.items() if k == dimension)
    return f"{found.applicable - found.not_measured} of {found.applicable}"


def _cell(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line(text, 300))

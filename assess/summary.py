"""The assessment in a terminal: levels, workflows, findings, what to measure next."""

from __future__ import annotations

from assess.assessment import GATE_WORDS, LEVEL_NAMES, Assessment
from assess.judge import interval_words
from assess.outputs.html_desk import desk_title, is_desk
from assess.rows import could_words
from probes.finding import DIMENSIONS, Dimension

DIMENSION_WORDS: dict[Dimension, str] = {
    "crm": "CRM readiness",
    "api": "API maturity",
    "knowledge": "Knowledge quality",
    "guardrails": "Guardrail framework",
    "escalation": "Escalation architecture",
}


def summary_lines(assessment: Assessment) -> list[str]:
    """Plain lines, at most 110 columns wide."""
    return [
        *_head(assessment),
        "",
        *_levels(assessment),
        "",
        *_workflows(assessment),
        *_first(assessment),
        *_findings(assessment),
        *_gone(assessment),
        *_roadmap(assessment),
        *_worth(assessment),
        *_next(assessment),
        *_since(assessment),
    ]


def _head(a: Assessment) -> list[str]:
    overall = a.overall
    own = f"; self-assessed {overall.self_assessed}" if overall.self_assessed else ""
    span = (
        str(overall.confirmed)
        if overall.confirmed == overall.possible
        else f"{overall.confirmed} (possible {overall.possible})"
    )
    return [
        f"{a.organisation}: level {span}, {LEVEL_NAMES[overall.confirmed]}; target {overall.target}{own}",
        f"as of {a.as_of:%Y-%m-%d}{' (moved)' if a.moved else ''} · catalogue {a.catalogue} · profile {a.profile} · evidence {a.bundle[:19]}…",
    ]


def _levels(a: Assessment) -> list[str]:
    rows = [f"{'dimension':<26}{'confirmed':>10}{'possible':>10}{'own view':>10}   measured of applicable   held by"]
    for dimension in DIMENSIONS:
        level = a.levels[dimension]
        seen = level.coverage.applicable - level.coverage.not_measured
        held = ", ".join(level.held_by[:4]) + (f" +{len(level.held_by) - 4}" if len(level.held_by) > 4 else "")
        way = f" ({level.confirmed + 1} under way)" if level.under_way else ""
        rows.append(
            f"{DIMENSION_WORDS[dimension]:<26}{level.confirmed:>10}{level.possible:>10}{level.self_assessed or '–':>10}"
            f"   {f'{seen} of {level.coverage.applicable}':<23}  {held}{way}"
        )
    return rows


def _workflows(a: Assessment) -> list[str]:
    rows = [f"{'workflow':<26}{'gate':<17}{'crm':>5}{'api':>5}{'know':>6}{'guard':>6}{'escal':>6}   held by"]
    for w in a.workflows:
        levels = [interval_words(w.levels.get(d)) for d in DIMENSIONS]
        held = ", ".join(w.gate.held_by[:3]) + (f" +{len(w.gate.held_by) - 3}" if len(w.gate.held_by) > 3 else "")
        rows.append(
            f"{w.name:<26}{GATE_WORDS[w.gate.autonomy]:<17}{levels[0]:>5}{levels[1]:>5}{levels[2]:>6}{levels[3]:>6}{levels[4]:>6}   {held}"
        )
    passing = sum(w.passes for w in a.workflows)
    desk = [desk_title(a)] if is_desk(a) else []
    could = [
        f"  {w.name} could be {w.could[-1].autonomy}, if {could_words(w.could[-1])}" for w in a.workflows if w.could
    ]
    return [*rows, f"{passing} of {len(a.workflows)} workflows pass", *could, *desk]


def _first(a: Assessment) -> list[str]:
    """Which workflow to start with, each place explained; and how the ticket export was read."""
    ranked = [c for c in a.candidates if c.score is not None]
    rows = [f"  {n}. {c.title}: {c.says}" for n, c in enumerate(ranked[:5], 1)]
    read = [f"  tickets: {a.tickets.accounting}"] if a.tickets else []
    return ["", "Start with (hours × what may be automated × checks that hold):", *rows, *read] if rows or read else []


def _findings(a: Assessment) -> list[str]:
    if not a.findings:
        return ["", "No finding: everything that was measured is met."]
    rows = [f"{f.number}  level {f.level}{' essential' if f.essential else '':<10}  {f.title}" for f in a.findings[:10]]
    more = [f"… and {len(a.findings) - 10} more"] if len(a.findings) > 10 else []
    return ["", f"{len(a.findings)} findings", *rows, *more]


def _gone(a: Assessment) -> list[str]:
    return ["", f"Gone since the bundle before: {', '.join(a.gone)}"] if a.gone else []


def _roadmap(a: Assessment) -> list[str]:
    """The levels' dates and what would shorten them."""
    levels = [m for m in a.roadmap.milestones if m.what.startswith("Level ")]
    if not levels:
        return []
    rows = [f"  {m.what}: {m.p50_weeks:g} weeks (P50), {m.p80_weeks:g} (P80)" for m in levels]
    kept = [
        f"{h.hits} of {h.of} dates at P{h.percentile} kept{'' if h.calibrated else ', not yet calibrated'}"
        for h in a.roadmap.hit_rates
    ]
    return ["", "Roadmap:", *rows, *(f"  {said}" for said in (a.roadmap.one_more, *kept) if said)]


def _worth(a: Assessment) -> list[str]:
    """Hours a month and money over the period, for today's gates and after the roadmap; below zero is printed as it is."""
    case = a.business_case
    if case is None:
        return []
    rows = [
        f"  {s.name}: {s.hours.p50:,.0f} hours a month set free ({s.hours.p10:,.0f} to {s.hours.p90:,.0f})"
        + (
            f"; {s.value.p50:,.0f} {case.currency} in {case.months} months ({s.value.p10:,.0f} to {s.value.p90:,.0f})"
            if s.value
            else ""
        )
        for s in case.scenarios
    ]
    missing = [f"  no money without: {', '.join(case.missing)} (business_case.yaml)"] if case.missing else []
    return ["", "Business case (P50, P10 to P90):", *rows, *missing]


def _since(a: Assessment) -> list[str]:
    """What moved against the version that was issued last."""
    since = a.since
    if since is None:
        return []
    moved = [f"  {line}" for line in since.moved] or ["  no level and no gate moved"]
    return ["", f"Since version {since.version} of {since.issued}: {len(since.inputs)} written values changed", *moved]


def _next(a: Assessment) -> list[str]:
    if not a.next:
        return []
    return ["", "Measure first:", *(f"  {n}. {m.do}  [{m.could_move}]" for n, m in enumerate(a.next[:3], start=1))]

"""Chapter 2: what was measured and what was not, by dimension and system, and what stays in staging."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from assess.assessment import Assessment, Cell, Coverage
from assess.outputs.figures_bars import coverage_bars
from assess.outputs.html_fill import checks, reading, to_measure
from assess.outputs.html_view import Section
from assess.outputs.html_words import (
    CAUSE_WORDS,
    DIMENSION_NAMES,
    counted,
    line,
    listed,
    share,
    upper,
)
from probes.finding import DIMENSIONS, Dimension, State


def coverages(a: Assessment) -> dict[Dimension, Coverage]:
    return {d: a.levels[d].coverage if d in a.levels else Coverage() for d in DIMENSIONS}


def known(c: Coverage) -> int:
    return c.applicable - c.not_measured


def coverage(a: Assessment) -> Section:
    found = coverages(a)
    whole, seen = sum(c.applicable for c in found.values()), sum(known(c) for c in found.values())
    skipped, later = sum(c.not_applicable for c in found.values()), sum(c.later for c in found.values())
    gaps = [
        DIMENSION_NAMES[d].split()[0] if d == "crm" else DIMENSION_NAMES[d].split()[0].lower().replace("api", "API")
        for d, c in found.items()
        if c.applicable and c.not_measured / c.applicable > 0.2
    ]
    if not seen:
        title = f"None of {counted(whole, 'check')} could be answered yet"
    elif seen == whole:
        title = f"Every one of {counted(whole, 'check')} was answered"
    else:
        title = f"{seen} of {counted(whole, 'check')} were answered" + (
            f"; the gaps lie in {listed(gaps, 3)}" if gaps else ""
        )
    lede = (
        f"{counted(whole + skipped + later, 'check')} in the catalogue touch this estate; {skipped} do not apply and"
        f" {later} need history. Of the other {whole}, {seen} were answered ({share(seen, whole)}). What was not"
        " measured never counts as passed."
    )
    data = {
        "bars": coverage_bars(found),
        "systems": _system_rows(a),
        "why": _why_not(a),
        "missing": whole - seen,
        "left": a.left_behind,
        "reversed": a.reversed,
        "requests": a.requests,
        "gone": a.gone,
    }
    fillers = (
        checks(a, "Answered checks, the most demanding first", lambda c: c.state is State.MET),
        to_measure(a),
        *reading(a),
    )
    return Section(
        "coverage",
        "2 · What was measured and what was not",
        title,
        lede,
        "coverage",
        "What was measured and what was not",
        "board",
        data,
        _coverage_bar(a),
        fillers,
    )


def _system_rows(a: Assessment) -> list[dict[str, Any]]:
    rows = []
    for system in a.systems:
        own = [
            c
            for c in a.cells
            if c.dimension in ("crm", "api")
            and c.subject.unit == system.name
            and c.state is not State.NOT_APPLICABLE
            and not c.later
        ]
        kinds = Counter("not_measured" if c.state is State.NOT_MEASURED else c.grade for c in own)
        seen = len(own) - kinds["not_measured"]
        rows.append(
            {
                "system": system,
                "kinds": kinds,
                "applicable": len(own),
                "share": share(seen, len(own)),
                "requests": a.requests.get(system.name, system.requests),
            }
        )
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
        rows.append(
            {
                "count": len(cells),
                "reason": CAUSE_WORDS.get(cause, upper(line(cause, 90))),
                "where": where,
                "closes": line(closes[0][0], 150) if closes else "",
            }
        )
    return rows[:9]


def _coverage_bar(a: Assessment) -> tuple[str, str]:
    if a.next:
        first = a.next[0]
        return (
            "So what",
            (
                f"Measure {first.probe} of {line(first.subject, 50)} first: {line(first.do, 140).rstrip('.')}. It could"
                f" move {line(first.could_move, 110).rstrip('.')}."
            ),
        )
    left = (
        "nothing was left behind"
        if not a.left_behind
        else f"{counted(len(a.left_behind), 'record')} stayed behind and must be removed by hand"
    )
    return (
        "So what",
        (
            f"No open measurement would change a level. {upper(counted(len(a.reversed), 'trial record', letters=True))}"
            f" {'was' if len(a.reversed) == 1 else 'were'} reversed and {left}."
        ),
    )

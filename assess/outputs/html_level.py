"""The appendices: how a level came about, every check with its outcome, digests and inventory."""

from __future__ import annotations

from assess.assessment import LEVEL_NAMES, Assessment, Cell, Step, UnitLevel
from assess.outputs.figures_bars import weight_bars
from assess.outputs.html_fill import reading
from assess.outputs.html_view import Section, paragraph
from assess.outputs.html_words import (
    DIMENSION_NAMES,
    SHORT_NAMES,
    counted,
    day,
    grouped,
    human,
    interval,
    line,
    listed,
    number,
)
from probes.finding import DIMENSIONS

MOST_CELLS = 11


def level(a: Assessment) -> Section:
    example = a.worked_example
    dimension = (
        example.dimension if example else min(DIMENSIONS, key=lambda d: a.levels[d].confirmed if d in a.levels else 9)
    )
    found = a.levels[dimension]
    unit = (
        example.unit
        if example and example.unit in found.units
        else min(found.units, key=lambda u: found.units[u].confirmed, default="")
    )
    own: UnitLevel | None = found.units.get(unit)
    cells = sorted(
        (c for c in a.cells if c.dimension == dimension and c.subject.unit in (unit, "*") and not c.later),
        key=lambda c: (c.level, c.probe, str(c.subject)),
    )
    title = (
        f"{DIMENSION_NAMES[dimension]} is at confirmed {found.confirmed}, possible {found.possible}: how"
        f" {counted(len(cells), 'check')} become that interval"
    )
    lede = (
        f"The example is {line(human(unit), 60) or 'the whole dimension'}. A level holds when more than 85 % of its"
        " weight is met in each unit, every lower level holds too, and no essential check is missed."
    )
    data = {
        "cells": cells[:MOST_CELLS],
        "left_out": max(0, len(cells) - MOST_CELLS),
        "bars": weight_bars(own.steps) if own and own.steps else "",
        "own": own,
        "lines": [paragraph(x, 240) for x in (example.lines if example else [])][-6:],
        "units": _units(a),
        "reading": _read_off(own) if not example else [],
        "dimension": DIMENSION_NAMES[dimension],
        "unit": line(human(unit), 60),
    }
    bar = ("So what", _level_words(a))
    return Section(
        "level",
        "A · How a level comes about",
        line(title, 150),
        lede,
        "level",
        "How a level comes about",
        "appendix",
        data,
        bar,
        reading(a)[3:] + reading(a)[:3],
    )


def _read_off(own: UnitLevel | None) -> list[tuple[str, str]]:
    if own is None:
        return []
    rows = []
    for name, value in (("Confirmed", own.confirmed), ("Possible", own.possible)):
        stop = next((s for s in own.steps if s.level == value + 1), None)
        rows.append(
            (f"{name} {value}", _stops(stop, name == "Possible") if stop else "Every level that is asked for holds.")
        )
    return rows


def _stops(step: Step, unknown_counts: bool) -> str:
    met = step.met + (step.unknown if unknown_counts else 0)
    veto = (
        f"; essential and missing: {listed([line(e, 50) for e in step.essential_missing], 2)}"
        if step.essential_missing
        else ""
    )
    return (
        f"Level {step.level} has {met} of {step.weight} met{', gaps counted as met' if unknown_counts else ''}; it may"
        f" miss {step.may_miss}{veto}."
    )


def _units(a: Assessment) -> list[tuple[str, str, str]]:
    """Each dimension's units that stand at its minimum."""
    rows = []
    for d in DIMENSIONS:
        found = a.levels.get(d)
        lowest = [line(human(u), 40) for u, v in found.units.items() if v.confirmed == found.confirmed] if found else []
        rows.append(
            (
                DIMENSION_NAMES[d],
                interval(found.confirmed, found.possible) if found else "–",
                listed(lowest, 4) or "no unit",
            )
        )
    return rows


def _level_words(a: Assessment) -> str:
    lowest = [SHORT_NAMES[d] for d in DIMENSIONS if d in a.levels and a.levels[d].confirmed == a.overall.confirmed]
    own = f" {line(a.organisation, 60)} rated itself {a.overall.self_assessed}." if a.overall.self_assessed else ""
    return (
        f"The overall level is the minimum: {a.overall.confirmed} ({LEVEL_NAMES[a.overall.confirmed]}), set by"
        f" {listed(lowest, 5)}.{own} Only measurements and remedies move it, not weights."
    )


def catalogue(a: Assessment) -> Section:
    groups: list[tuple[str, list[Cell]]] = []
    for d in DIMENSIONS:
        cells = sorted((c for c in a.cells if c.dimension == d), key=lambda c: (c.level, c.probe, str(c.subject)))
        if cells:
            groups.append((DIMENSION_NAMES[d], cells))
    lede = (
        f"Catalogue {line(a.catalogue, 40)}, profile {line(a.profile, 40)}. Bold: essential. Checks that need history"
        " are marked “later” and stay outside the share."
    )
    return Section(
        "catalogue",
        "C · Every check",
        f"{counted(len(a.cells), 'check')}, each with its outcome",
        lede,
        "catalogue",
        "Every check and its outcome",
        "appendix",
        {"groups": groups},
    )


def digests(a: Assessment) -> Section:
    facts = [
        ("Evidence bundle", grouped(a.bundle), "what was gathered; sha256"),
        ("Run", line(a.run, 90), "the collection it comes from"),
        (
            "Judged as of",
            f"{day(a.as_of)}{', moved by hand' if a.moved else ''}",
            f"gates valid until {day(a.expires)}" if a.expires else "gates carry their own date",
        ),
        ("Catalogue, profile", f"{line(a.catalogue, 40)}, {line(a.profile, 40)}", "which questions, which weights"),
        ("Tool", line(a.tool, 60), "judgement is pure: no clock, no model, no network"),
        (
            "Agent, enforcement",
            f"{human(a.agent)}, {human(a.enforcement)}",
            "whose agent was measured, and who enforces limits",
        ),
    ]
    counts = [
        (human(k), number(v))
        for k, v in {**a.inventory, **{f"knowledge: {k}": v for k, v in a.knowledge.items()}}.items()
    ]
    data = {
        "facts": facts,
        "counts": counts,
        "proved": [line(x, 200) for x in a.limits_proved],
        "gone": [line(x, 120) for x in a.gone],
        "notes": [paragraph(x, 500) for x in a.notes],
        "left": [line(x, 160) for x in a.left_behind],
        "reversed": [line(x, 160) for x in a.reversed],
    }
    return Section(
        "digests",
        "D · Digests and inventory",
        "What this report stands on, to the byte",
        "Whoever holds the bundle can recompute every figure; a different digest is a different report.",
        "digests",
        "Digests and inventory",
        "appendix",
        data,
    )

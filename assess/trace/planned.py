"""Roadmap, measurements and business case: worked out again with the same draws, and what went in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assess.assessment import Roadmap
from assess.case_figures import BusinessCase, CaseInput
from assess.catalogue import catalogue
from assess.consequences import kinds_of, roadmap_of, worth_of
from assess.judge import Verdict
from assess.next_measurements import CHANCES, HOURS, next_measurements
from assess.profile import load_profile
from assess.timeline import DRAWS, SEED
from assess.trace.path import Path
from assess.trace.rule import Rule, Traced, traced
from probes.finding import DIMENSIONS

_AGAIN: dict[int, tuple[Verdict, Roadmap, BusinessCase | None]] = {}


def of_roadmap(verdict: Verdict, path: Path) -> Traced:
    roadmap = _again(verdict)[0]
    value = _at(roadmap.model_dump(mode="json"), path[1:])
    return traced(value, *_how(roadmap, path), "from the findings' estimates in the catalogue and report.yaml: team")


def of_next(verdict: Verdict, path: Path) -> Traced:
    found = verdict.assessment.next[int(path[1])]
    if path[-1] == "hours":
        kinds = {
            a.probe.kind for a in verdict.answered if a.cell.would_measure == found.do or a.cell.probe == found.probe
        }
        hours = f"hours by kind of question: {', '.join(f'{k} {h:g}' for k, h in HOURS.items())}"
        return traced(found.hours if found.hours in {HOURS[k] for k in kinds} else None, hours, "from our estimate")
    chances = ", ".join(f"level {level} {chance:g}" for level, chance in CHANCES.items())
    return traced(
        _next_again(verdict).get(found.do),
        f"expected narrowing from confirmed to possible over the five dimensions when this is done: {found.do}",
        f"starting chances of being met: {chances}; shifted by what was found in the dimension",
        "from the cells and our estimates of these chances",
    )


def of_case(verdict: Verdict, path: Path) -> Traced:
    case = _again(verdict)[1]
    if case is None:
        return traced(None, "no workflow has a volume and a handling time")
    value = _at(case.model_dump(mode="json"), path[1:])
    return traced(value, *_case_lines(case, path))


def _case_lines(case: BusinessCase, path: Path) -> list[str]:
    if path[1] == "inputs":
        found = case.inputs[int(path[2])]
        return [_input(found), f"from {found.origin}: {found.says}"]
    if path[1] == "months":
        return ["from business_case.yaml: months"]
    if path[1] == "vendor_value":
        return [f"the likely values with {case.vendor_says}", "from a vendor's figure: a warning, never the case"]
    workflow = case.scenarios[int(path[2])].workflows[int(path[4])].workflow if path[3:4] == ("workflows",) else ""
    used = [i for i in case.inputs if not workflow or i.workflow in ("", workflow)]
    how = {
        "loss_share": "share of draws in which the period ends below zero",
        "break_even_month": "first month in which the median of all draws stays at or above zero",
        "break_even_tickets": "the value is linear in the volumes: where the line through 0 and today's volumes crosses zero",
        "tornado": "all inputs likely, this one at its low or high end; share: squared rank correlation of draws and value",
        "distribution": "share of draws in this column",
        "people": "hours at P50 by the productive hours of one person (business_case.yaml: hours_per_person)",
    }
    said = next(
        (words for key, words in how.items() if key in path), f"percentiles of {case.draws:,} draws of the inputs below"
    )
    return [
        said,
        *case.definitions,
        *(_input(i) for i in used),
        "from business_case.yaml, the ticket export and benchmarks as said",
    ]


def _input(found: CaseInput) -> str:
    whose = f" of {found.workflow}" if found.workflow else ""
    vendor = "; upper end is a vendor's" if found.vendor else ""
    return f"   {found.title}{whose}: {found.low:g} / {found.likely:g} / {found.high:g} {found.unit} ({found.origin}: {found.says}{vendor})"


def _how(roadmap: Roadmap, path: Path) -> list[str]:
    tasks = [
        f"   {t.id} {t.title}: {t.effort.days[0]:g}/{t.effort.days[1]:g}/{t.effort.days[2]:g} days by {t.role}, waits {t.effort.wait_days:g}"
        + (f", after {', '.join(t.needs)}" if t.needs else "")
        for t in roadmap.tasks
    ]
    if path[1] in ("pace", "hit_rates"):
        return [
            "posterior of the common factor and dates kept",
            "finished tasks in report.yaml, first promises in register.yaml",
        ]
    return [
        f"{DRAWS:,} draws (seed {SEED}) of the tasks below, scheduled by longest remaining path",
        *roadmap.assumptions,
        *tasks,
    ]


def _again(verdict: Verdict) -> tuple[Roadmap, BusinessCase | None]:
    """Worked out again from the cells' findings and the files, once a verdict."""
    key = id(verdict)
    if key not in _AGAIN:
        _AGAIN.clear()
        _AGAIN[key] = (verdict, _roadmap(verdict), _worth(verdict))
    return _AGAIN[key][1], _AGAIN[key][2]


def _roadmap(verdict: Verdict) -> Roadmap:
    a = verdict.assessment
    return roadmap_of(verdict.folder, verdict.register, a.findings, a.levels, a.workflows)


def _worth(verdict: Verdict) -> BusinessCase | None:
    profile = load_profile(verdict.folder.engagement.value.profile)
    return worth_of(verdict.folder, verdict.assessment.workflows, verdict.artifacts, profile)


def _next_again(verdict: Verdict) -> dict[str, float]:
    a = verdict.assessment
    units = {d: list(a.levels[d].units) for d in DIMENSIONS}
    found = next_measurements(a.cells, units, catalogue().highest, kinds_of(verdict.answered))
    return {m.do: m.closes for m in found}


def _at(tree: Any, path: Sequence[str]) -> float | None:
    for step in path:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return float(tree) if isinstance(tree, int | float) else None


RULES: dict[Path, Rule] = {
    ("roadmap", "**"): of_roadmap,
    ("next", "*", "closes"): of_next,
    ("next", "*", "hours"): of_next,
    ("business_case", "**"): of_case,
}

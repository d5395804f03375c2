"""Figures of the ticket export and the order of candidates: worked out again from the artifact that the bundle holds."""

from __future__ import annotations

from typing import Any

from assess.candidates import candidates, demand_of, ticket_figures
from assess.judge import Verdict
from assess.matrices import fitness
from assess.staffing import staffing
from assess.trace.path import Path
from assess.trace.rule import Rule, Traced, traced


def of_tickets(verdict: Verdict, path: Path) -> Traced:
    found = ticket_figures(verdict.artifacts)
    if found is None:
        return traced(None, "no ticket export was read")
    low_high = ("95 % interval after Wilson",) if path[-1] in ("low", "high") else ()
    return traced(
        _at(found.model_dump(mode="json"), path[1:]),
        f"{found.file}: {found.accounting}",
        *low_high,
        *found.assumed,
        f"counted by {found.counted_by}",
        "from the artifact demand of the bundle",
    )


def of_candidate(verdict: Verdict, path: Path) -> Traced:
    """hours × (1 - high stakes) × checks met of asked, and what they are."""
    a = verdict.assessment
    rows = candidates(verdict.folder, a.workflows, a.cells, verdict.artifacts)
    row = rows[int(path[1])]
    demand = demand_of(verdict.artifacts)
    return traced(
        _at(row.model_dump(mode="json"), path[2:]),
        f"{row.workflow}: {row.says}",
        f"tickets: {row.tickets_from or 'not known'}; minutes: {row.minutes_from or 'not known'}",
        f"from the artifact demand ({demand.file}) and the cells" if demand else "from engagement.yaml and the cells",
    )


def of_staff(verdict: Verdict, path: Path) -> Traced:
    rows = staffing(verdict.folder, verdict.artifacts)
    row = rows[int(path[1])]
    return traced(
        _at(row.model_dump(mode="json"), path[2:]),
        f"route {row.route}: {row.minutes_each:g} minutes each ({row.minutes_source}), promised {row.promised}",
        "worked off hour by hour by the people in escalation.yaml; live routes after Erlang A",
        "from the artifact capacity of the bundle",
    )


def of_fitness(verdict: Verdict, path: Path) -> Traced:
    rows = fitness(verdict.folder, verdict.artifacts)
    row = rows[int(path[1])]
    return traced(
        _at(row.model_dump(mode="json"), path[2:]),
        f"{row.system}: definitions and measured answers as compact JSON, four characters a token",
        "alike: cosine of names and descriptions, and the share of parameters that both take",
        f"from the artifact surface_census of {row.system} in the bundle",
    )


def _at(tree: Any, path: Path) -> float | None:
    for step in path:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return float(tree) if isinstance(tree, int | float) else None


RULES: dict[Path, Rule] = {
    ("tickets", "**"): of_tickets,
    ("candidates", "*", "**"): of_candidate,
    ("staffing", "*", "**"): of_staff,
    ("fitness", "*", "**"): of_fitness,
}

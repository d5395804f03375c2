"""The catalogue as rows and as docs/probes.md: generated from the probes' own docstrings, checked by a test."""

from __future__ import annotations

from typing import Any

from assess.catalogue import Catalogue
from probes.finding import DIMENSIONS
from probes.probe import BY_ROLE


def rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row an id, by dimension, level and name."""
    found = []
    for probe in catalogue.probes:
        page = probe.page()
        for probe_id in probe.ids():
            found.append(
                {
                    "id": probe_id,
                    "dimension": probe_id.split(".", 1)[0],
                    "level": probe.level,
                    "essential": probe.essential,
                    "later": probe.later,
                    "kind": probe.kind,
                    "twin": probe.dimension == BY_ROLE,
                    "effort": list(probe.effort.days),
                    "role": probe.effort.role,
                    **page,
                }
            )
    return sorted(found, key=lambda r: (DIMENSIONS.index(r["dimension"]), r["level"], r["id"]))


def markdown(catalogue: Catalogue) -> str:
    """docs/probes.md."""
    lines = [
        "# Probes",
        "",
        f"Catalogue {catalogue.version}. Generated from the probes themselves by `make docs`; do not edit.",
        "Ids are stable: added or retired, never reused. **Essential**: no weight buys it off. *Later*: asked from the second assessment on.",
        "",
    ]
    for dimension in DIMENSIONS:
        own = [row for row in rows(catalogue) if row["dimension"] == dimension]
        lines += [f"## {dimension}", "", "| id | level | kind | met means |", "|---|---|---|---|"]
        lines += [
            f"| [{r['id']}](#{r['id'].replace('.', '')}) | {r['level']} | {r['kind']} | {_marked(r)} |" for r in own
        ]
        lines.append("")
        for row in own:
            lines += _page(row)
    return "\n".join(lines).rstrip() + "\n"


def _marked(row: dict[str, Any]) -> str:
    if row["essential"]:
        return f"**{row['statement']}**"
    return f"*Later.* {row['statement']}" if row["later"] else str(row["statement"])


def _page(row: dict[str, Any]) -> list[str]:
    low, likely, high = row["effort"]
    lines = [f"### {row['id']}", "", row["statement"], ""]
    lines += [f"{part.capitalize()}: {row[part]}\n" for part in ("why", "how", "remedy") if row[part]]
    return [*lines, f"Effort: {low:g}–{likely:g}–{high:g} person-days, {row['role']}.", ""]

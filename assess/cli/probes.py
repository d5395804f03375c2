"""`cxready probes list`."""

from __future__ import annotations

import json

import click


@click.group()
def probes() -> None:
    """The catalogue of questions."""


@probes.command("list", epilog="Example:  cxready probes list --dimension api")
@click.option("--dimension", help="Only one of crm, api, knowledge, guardrails, escalation.")
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def list_probes(dimension: str | None, as_json: bool) -> None:
    """List every probe: id, level, essential, what it says when it is met."""
    from assess.catalogue import catalogue
    from assess.catalogue_page import rows

    found = [row for row in rows(catalogue()) if dimension in (None, row["dimension"])]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in found:
        mark = "essential" if row["essential"] else "later" if row["later"] else ""
        click.echo(f"{row['id']:<36} L{row['level']} {row['kind']:<4}{mark:<10} {row['statement']}")

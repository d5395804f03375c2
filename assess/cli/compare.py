"""`cxready compare`: two bundles, or two versions of what people wrote, judged by the rules of today."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from assess.comparing import compare_targets
from assess.comparison_lines import comparison_lines


@click.command(epilog="Example:  cxready compare northwind/bundles/2026-10-01T0900Z northwind")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--system", help="NEW is another version of this system's description; the folder OLD has the present one."
)
@click.option("--fail-on", type=click.Choice(["worse"]), help="Exit 1 when a level or gate fell, or something broke.")
@click.option("--all", "whole", is_flag=True, help="Print every line; otherwise at most twelve a list.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(old: Path, new: Path, system: str | None, fail_on: str | None, whole: bool, as_json: bool) -> None:
    """Show what changed from OLD to NEW: mended, broken, first measured, gone; levels and gates that moved.

    Each is a folder (its newest bundle with the folder's files), a bundle (with its own copies of the files) or an issued
    version. A bundle and the folder that it came from show what later answers moved. OLD is judged again with the
    catalogue of today. With --system, what a new version of a description would break, and which workflows it hits:
    cxready compare northwind next/billing.yaml --system billing
    """
    if system is not None:
        _description(old, new, system, fail_on, whole, as_json)
        return
    comparison = compare_targets(old, new)
    if as_json:
        click.echo(json.dumps(comparison.model_dump(mode="json"), ensure_ascii=False))
    else:
        click.echo("\n".join(comparison_lines(comparison, most=None if whole else 12)))
    if fail_on and comparison.worse:
        click.echo("\n".join(["worse:", *(f"  {said}" for said in comparison.worse)]), err=True)
        sys.exit(1)


def _description(folder: Path, new: Path, system: str, fail_on: str | None, whole: bool, as_json: bool) -> None:
    from assess.engagement import load_folder
    from assess.next_description import next_description

    found = next_description(load_folder(folder), system, new)
    if as_json:
        changes = [change.model_dump() for change in found.changes]
        click.echo(json.dumps({"system": system, "hit": dict(found.hit), "changes": changes}, ensure_ascii=False))
    else:
        click.echo("\n".join(found.lines(None if whole else 12)))
    if fail_on and found.hit:
        sys.exit(1)

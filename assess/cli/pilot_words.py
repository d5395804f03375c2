"""What the pilot's commands share: their arguments, and how a result is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from runtime.piloting.pilot_figures import Figures

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BY = click.option("--by", required=True, metavar="PERSON", help="Who does it: an id, not a name.")


def say(value: Any, as_json: bool, lines: list[str]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def figure_lines(found: Figures, currency: str) -> list[str]:
    """One workflow's figures, a line each; what too few cases cannot say is said so."""
    reasons = ", ".join(f"{name} {n}" for name, n in found.reasons.items())
    young = f"; {found.too_young} younger than 7 days are not counted yet" if found.too_young else ""
    seconds = "-" if found.median_s is None else f"median {found.median_s} s, 90 % within {found.p90_s} s"
    cost = f"{found.cost_per_resolution} {currency}" if found.cost_per_resolution else "- (business_case.yaml)"
    lines = [
        f"{found.workflow}: {found.cases} cases",
        f"  resolved, no repeat in 7 days   {found.resolution}{young}",
        f"  resolved at the first contact   {found.first_contact}",
        f"  handed to people                {found.to_people}{f'  [{reasons}]' if reasons else ''}",
        f"  wrong, of reviewed              {found.wrong}",
        f"  time                            {seconds}",
        f"  cost of a resolution            {cost}",
    ]
    return [*lines, f"  as people did, in shadow        {found.beside_people}"] if found.beside_people.n else lines

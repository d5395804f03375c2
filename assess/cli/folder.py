"""`cxready init` and `cxready schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assess.schemas import NAMES, schema_of


@click.command(epilog="Example:  cxready init northwind --organisation 'Northwind Telecom'")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--organisation", default="Example Company", show_default=True, help="Name on the cover.")
@click.option(
    "--from",
    "inbox",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of descriptions (OpenAPI, WSDL) and articles to draft from.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the files written as a JSON list.")
def init(folder: Path, organisation: str, inbox: Path | None, as_json: bool) -> None:
    """Write a commented folder to start from. Nothing that exists is overwritten."""
    from assess.starting import start_folder

    started = start_folder(folder, organisation, inbox)
    if as_json:
        click.echo(json.dumps([str(path) for path in started.written]))
        return
    for path in started.written:
        click.echo(f"written: {path}")
    for line in started.remarks:
        click.echo(line)
    click.echo(
        f"next: fill in {folder / 'engagement.yaml'}, then `cxready doctor {folder}` and `cxready collect {folder} --dry-run`"
    )


@click.command(epilog="Example:  cxready schema engagement")
@click.argument("name", type=click.Choice(NAMES))
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case; kept for uniformity.")
def schema(name: str, as_json: bool) -> None:
    """Print the JSON Schema of a file."""
    click.echo(json.dumps(schema_of(name), indent=1, ensure_ascii=False))

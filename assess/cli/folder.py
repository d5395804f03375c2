"""`cxready init` and `cxready schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assess.inbox import Found
from assess.schemas import NAMES, schema_of


@click.command(epilog="Example:  cxready init northwind --organisation 'Northwind Telecom'")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--organisation", default="Example Company", show_default=True, help="Name on the cover.")
@click.option(
    "--from",
    "inbox",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of descriptions (OpenAPI, WSDL, GraphQL), Postman collections, HAR recordings, articles and ticket exports.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the files written as a JSON list.")
def init(folder: Path, organisation: str, inbox: Path | None, as_json: bool) -> None:
    """Write a commented folder to start from. Nothing that exists is overwritten."""
    from assess.starting import start_folder

    started = start_folder(folder, organisation, inbox)
    if as_json:
        click.echo(json.dumps([str(path) for path in started.written]))
        return
    for line in _inbox_lines(started.recognised, inbox):
        click.echo(line)
    for line in started.remarks:
        click.echo(f"  {line}")
    click.echo(f"{len(started.written)} files written to {folder}")
    click.echo(
        f"next: fill in {folder / 'engagement.yaml'}, then `cxready doctor {folder}` and `cxready collect {folder} --dry-run`"
    )


def _inbox_lines(recognised: list[Found], inbox: Path | None) -> list[str]:
    """Kinds with their files; articles in one line, what is of no use with its reason."""
    if inbox is None:
        return []
    usable = [f for f in recognised if f.kind not in ("unknown", "article")]
    unknown = [f for f in recognised if f.kind == "unknown"]
    articles = sum(f.kind == "article" for f in recognised)
    lines = [f"{inbox}: {len(recognised) - len(unknown)} of {len(recognised)} files are of use"]
    lines += [f"  {f.file.relative_to(inbox).as_posix():<40} {f.says}" for f in usable]
    lines += [f"  {articles} articles"] if articles else []
    lines += [f"not used: {f.file.relative_to(inbox).as_posix():<30} {f.says}" for f in unknown[:40]]
    return [*lines, *([f"not used: {len(unknown) - 40} more"] if len(unknown) > 40 else [])]


@click.command(epilog="Example:  cxready schema engagement")
@click.argument("name", type=click.Choice(NAMES))
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case; kept for uniformity.")
def schema(name: str, as_json: bool) -> None:
    """Print the JSON Schema of a file."""
    click.echo(json.dumps(schema_of(name), indent=1, ensure_ascii=False))

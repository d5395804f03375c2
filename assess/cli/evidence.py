"""`cxready evidence log`: what was sent, and what came back."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from runtime.errors import BadInput

COLUMNS = ("n", "at", "system", "holder", "method", "path_template", "purpose", "probe", "status", "seen")


@click.group()
def evidence() -> None:
    """What was sent, and what came back."""


@evidence.command("log", epilog="Example:  cxready evidence log northwind --csv > sent.csv")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--run", help="Only this run.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, for a spreadsheet.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def evidence_log(folder: Path, run: str | None, as_csv: bool, as_json: bool) -> None:
    """Every request of FOLDER's collections: time, system, method, path, purpose, status. Redacted."""
    from runtime.systems.trace import Trace

    place = folder / ".cxready" / "trace.sqlite"
    if not place.is_file():
        raise BadInput("nothing was sent from this folder yet", str(folder), f"`cxready collect {folder}`")
    rows = Trace(place).rows(run)
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        writer.writerows([_safe(row[name]) for name in COLUMNS] for row in rows)
    else:
        click.echo("\n".join([*map(_line, rows), f"{len(rows)} requests"]))


def _line(row: Mapping[str, Any]) -> str:
    who = f"{row['system']:<12}{row['holder']:<9}"
    what = f"{row['method']:<7}{row['path_template']:<38} {row['status'] or '–'!s:<5}{row['seen']:<10}"
    return f"{row['n']:>5} {str(row['at'])[:19]} {who}{what} {row['purpose']}"


def _safe(value: object) -> object:
    """Text that a spreadsheet would run as a formula is led by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value

"""`cxready doctor`: the machine, and each setting with its origin."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command(epilog="Example:  cxready doctor northwind")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(folder: Path | None, as_json: bool) -> None:
    """Check machine and configuration; print each value with its origin. Exit 1 when something needed is missing."""
    from assess.checkup import checkup

    found = checkup(folder)
    if as_json:
        click.echo(json.dumps([vars(check) for check in found], ensure_ascii=False))
    else:
        for check in found:
            click.echo(
                f"{ {'ok': 'ok     ', 'missing': 'MISSING', 'note': 'note   '}[check.state] } {check.what:<28} {check.value}"
                + (f"  ({check.origin})" if check.origin else "")
            )
            if check.do:
                click.echo(f"        → {check.do}")
    sys.exit(1 if any(check.state == "missing" for check in found) else 0)

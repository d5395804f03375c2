"""What the pilot's commands share: their arguments, and how a result is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BY = click.option("--by", required=True, metavar="PERSON", help="Who does it: an id, not a name.")


def say(value: Any, as_json: bool, lines: list[str]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))

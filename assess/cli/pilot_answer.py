"""`cxready pilot answer`: what the customer said to the question of a case that waits for it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assess.cli.pilot_words import AS_JSON, FOLDER
from assess.engagement import load_folder


@click.command(epilog="Example:  cxready pilot answer kiosk resolving --customer C-101 --message 'Yes, please.'")
@FOLDER
@click.argument("case")
@click.option("--message", required=True, help="The customer's words; only a clear yes is one.")
@click.option("--customer", required=True, help="Whom the message is from.")
@AS_JSON
def answer(folder: Path, case: str, message: str, customer: str, as_json: bool) -> None:
    """Give a case the answer of its customer, and go on with it."""
    from assess.cli.pilot_cases import line_of
    from assess.pilot_answers import answer_case

    result = answer_case(load_folder(folder), case, message, customer)
    click.echo(json.dumps(result.line(), ensure_ascii=False) if as_json else line_of(result))

"""`cxready pilot try`: a bundled use case from end to end on this machine, without any model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from assess.cli.pilot_words import AS_JSON

if TYPE_CHECKING:
    from assess.demo.use_cases.trial import Tried


@click.command("try", epilog="Example:  cxready pilot try returns")
@click.argument("use_case", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@AS_JSON
def try_(use_case: str | None, folder: Path | None, as_json: bool) -> None:
    """Run a bundled use case, or `all`: systems on loopback ports, the enforcing proxy, no model. Without a name: which there are.

    With FOLDER the engagement, its gate and the pilot's log stay there. Exit 1 when a case came out otherwise than expected.
    """
    from assess.cli.demo import claim
    from assess.demo.use_cases import trial

    if use_case is None:
        _list(as_json)
        return
    if folder is not None:
        claim(folder)
    from assess.measuring import default_encoder

    wanted = trial.names() if use_case == "all" else [trial.known(use_case)]
    encode, wrong = default_encoder(), 0
    with TemporaryDirectory() as scratch:
        for name in wanted:
            if not as_json:
                click.secho(f"\n{name}", bold=True)
            place = (folder / name if use_case == "all" else folder) if folder else Path(scratch) / name
            done = trial.try_use_case(name, place, encode, progress=lambda tried: _show(tried, as_json))
            wrong += sum(bool(tried.wrong) for tried in done)
            if not as_json:
                click.echo(_summed(done, place if folder else None))
    sys.exit(1 if wrong else 0)


def _list(as_json: bool) -> None:
    from assess.demo.use_cases.trial import about

    found = about()
    click.echo(json.dumps(found) if as_json else "\n".join(f"{name:<18}{says}" for name, says in found.items()))


def _show(tried: Tried, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(tried.line(), ensure_ascii=False))
        return
    writes = "; ".join(written(w) for w in tried.result.writes)
    click.echo(f"{tried.name:<28}{tried.result.outcome:<12}{tried.result.reason}{f'  [{writes}]' if writes else ''}")
    if tried.result.reply:
        click.secho(f"    “{tried.result.reply}”", dim=True)
    for sentence in tried.wrong:
        click.secho(f"    {sentence}", fg="red")


def written(write: Any) -> str:
    """A write in a line: operation and amount."""
    arguments = write["arguments"]
    money = f" {arguments['amount']} {arguments.get('currency', '')}".rstrip() if "amount" in arguments else ""
    return f"{write['operation']}{money}"


def _summed(done: list[Tried], folder: Path | None) -> str:
    wrong = sum(bool(tried.wrong) for tried in done)
    said = f"{len(done)} cases, {'all as expected' if not wrong else f'{wrong} otherwise than expected'}"
    return f"{said}; each step: cxready pilot log {folder} {done[0].result.run}" if folder else said

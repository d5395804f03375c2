"""`cxready request` and `cxready take`: the package for IT, and what comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from assess.engagement import Folder, load_folder
from runtime.errors import BadInput, did_you_mean


@click.command(epilog="Example:  cxready request northwind -o northwind-request.zip")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The zip to write; an .xlsx: the questionnaire for people instead.",
)
@click.option("--system", "only_system", help="Only this system.")
@click.option(
    "--max-requests", default=100, show_default=True, type=click.IntRange(1, 1000), help="Requests a system at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was packed as JSON.")
def request(folder: Path, output: Path, only_system: str | None, max_requests: int, as_json: bool) -> None:
    """Pack what IT needs to measure the estate of FOLDER: engagement without confidential files, plan, names of the
    secrets to set, hosts, and a letter of one page with the one command."""
    from assess.requesting import make_request

    loaded = load_folder(folder)
    if only_system and only_system not in loaded.estate.systems:
        near = did_you_mean(only_system, loaded.estate.systems)
        do = f"use one of: {', '.join(loaded.estate.systems)}"
        raise BadInput(f"there is no system `{only_system}`{near}", "--system", do)
    if output.suffix == ".xlsx":
        _questionnaire(loaded, output, as_json)
        return
    if output.suffix != ".zip":
        raise BadInput("the package is a zip", str(output), f"name it {output.name}.zip")
    at = datetime.now(UTC).replace(microsecond=0)
    made = make_request(loaded, output, at, only_system=only_system, max_requests=max_requests)
    if as_json:
        said = {
            "archive": str(made.archive),
            "digest": made.digest,
            "plan": made.plan.digest,
            "requests": {name: made.plan.most(name) for name in made.plan.totals()},
            "secrets": [one.name for one in made.needed if one.secret],
            "others": [one.name for one in made.needed if not one.secret],
            "hosts": [f"{one.host}:{one.port}" if one.port else one.host for one in made.hosts],
            "left_out": list(made.left_out),
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    most = ", ".join(f"{name} {made.plan.most(name)}" for name in made.plan.totals())
    click.echo(f"written: {made.archive}  {made.digest}\nplan: {made.plan.digest}\nrequests at most: {most}")
    click.echo(f"IT sets {sum(n.secret for n in made.needed)} secrets and lets {len(made.hosts)} hosts through")
    click.echo(f"not in the package: {', '.join(made.left_out) or 'nothing was held back'}")
    click.echo(f"when a bundle comes back: cxready take BUNDLE.zip --into {folder}")


@click.command(epilog="Example:  cxready take 2026-11-23T0915Z.zip --into northwind")
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The engagement's folder; default: here.",
)
@click.option("--accept-differences", is_flag=True, help="Take bundles that were collected with other files.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def take(bundles: tuple[Path, ...], folder: Path, accept_differences: bool, as_json: bool) -> None:
    """Check BUNDLES against the engagement and keep them; several are put together, system by system. Prints what is
    missing, each with the line that collects only that."""
    from assess.taking import take_in

    loaded = load_folder(folder)
    if filled := [path for path in bundles if path.suffix.lower() == ".xlsx"]:
        _answers(loaded, filled, as_json)
        bundles = tuple(path for path in bundles if path not in filled)
        if not bundles:
            return
        loaded = load_folder(folder)
    taken = take_in(loaded, bundles, accept_differences=accept_differences)
    if as_json:
        click.echo(json.dumps(taken.as_dict(), ensure_ascii=False))
        return
    click.echo("\n".join(taken.lines()))


def _questionnaire(folder: Folder, output: Path, as_json: bool) -> None:
    from assess.questionnaire import write_questionnaire

    count = write_questionnaire(folder, output)
    said = f"written: {output}: {count} questions that only people can answer\nwhen it comes back: cxready take {output} --into {folder.path}"
    click.echo(json.dumps({"workbook": str(output), "questions": count}) if as_json else said)


def _answers(folder: Folder, filled: list[Path], as_json: bool) -> None:
    from assess.answers_taken import take_answers

    today = datetime.now(UTC).date()
    lines = [line for path in filled for line in take_answers(path, folder, today)]
    click.echo(json.dumps({"answers": lines}, ensure_ascii=False) if as_json else "\n".join(lines))

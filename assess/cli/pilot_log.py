"""`cxready pilot log|verify|replay|export`: what was decided, whether the record is whole, and what other limits would have made of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli.pilot_words import AS_JSON, FOLDER, say
from assess.engagement import load_folder

if TYPE_CHECKING:
    from runtime.log.replay import Replayed


@click.command(epilog="Example:  cxready pilot log northwind case-1 --json")
@click.argument("where", nargs=-1, required=True, metavar="[FOLDER] [RUN]")
@AS_JSON
def log(where: tuple[str, ...], as_json: bool) -> None:
    """The decision log of a run, a line a step; without a run the names of all. Exit 1 when a chain is broken."""
    from runtime import decision_log
    from runtime.errors import BadInput
    from runtime.piloting.pilot_state import open_log

    folder, name = _where(where)
    connection = open_log(folder / ".cxready")
    rows = decision_log.rows(connection, name)
    broken = decision_log.verify(connection, name)
    connection.close()
    if name is not None and not rows:
        raise BadInput(f"there is no run {name!r}", str(folder), f"`cxready pilot log {folder}` lists them")
    if name is None and not as_json:
        for run_name in dict.fromkeys(row.run for row in rows):
            click.echo(run_name)
    else:
        for row in rows:
            text = f"{row.seq:>3}  {row.at[11:19]}  {row.step:<34} {row.operation:<28} {row.decision:<9} {row.effect:<9} {row.hash[:12]}"
            click.echo(json.dumps(row.line(), ensure_ascii=False) if as_json else text)
    if broken:
        click.echo("\n".join(broken), err=True)
        sys.exit(1)


@click.command(epilog="Example:  cxready pilot verify northwind --against kept-elsewhere.jsonl")
@FOLDER
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An earlier `pilot export`: shows also an end that was cut off together with its anchors.",
)
@AS_JSON
def verify(folder: Path, against: Path | None, as_json: bool) -> None:
    """Check every chain of the decision log; exit 1 when a row was changed, left out or cut off."""
    from runtime import decision_log
    from runtime.log.log_export import read_anchors
    from runtime.piloting.pilot_state import open_log

    folder, _ = _where((str(folder),))
    anchors = read_anchors(against) if against else []
    connection = open_log(folder / ".cxready")
    rows = decision_log.rows(connection)
    broken = decision_log.verify(connection, anchors=anchors)
    connection.close()
    runs = len({row.run for row in rows})
    kept = f", {len(anchors)} anchors that were kept elsewhere" if against else ""
    found = {"rows": len(rows), "runs": runs, "anchors": len(anchors), "broken": broken}
    say(found, as_json, broken or [f"every chain is whole: {len(rows)} rows in {runs} runs{kept}"])
    sys.exit(1 if broken else 0)


@click.command(epilog="Example:  cxready pilot replay northwind case-1 --guardrails stricter.yaml")
@FOLDER
@click.argument("run", required=False)
@click.option(
    "--guardrails",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Decide by this file in place of the folder's own.",
)
@AS_JSON
def replay(folder: Path, run: str | None, guardrails: Path | None, as_json: bool) -> None:
    """Take recorded decisions again: what would have happened. Asks no system, writes nothing; exit 1 when one would differ."""
    from runtime import decision_log
    from runtime.errors import BadInput
    from runtime.log.replay import replay as replayed
    from runtime.piloting.pilot_state import open_log

    folder, _ = _where((str(folder),))
    estate = load_folder(folder, guardrails=guardrails).estate
    connection = open_log(folder / ".cxready")
    rows = decision_log.rows(connection, run)
    connection.close()
    if run is not None and not rows:
        raise BadInput(f"there is no run {run!r}", str(folder), f"`cxready pilot log {folder}` lists them")
    found = list(replayed(rows, estate))
    for one in found:
        click.echo(json.dumps(one.plain(), ensure_ascii=False) if as_json else _replayed_line(one))
    changed = sum(one.changed for one in found)
    unknown = sum(one.now == "unknown" for one in found)
    if not as_json:
        click.echo(f"{len(found)} decisions: {changed} would be another one, {unknown} cannot be told")
    sys.exit(1 if changed else 0)


@click.command(epilog="Example:  cxready pilot export northwind -o pilot-log.jsonl")
@FOLDER
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "otlp"]),
    default="jsonl",
    help="jsonl: rows and anchors, for `verify --against`; otlp: OpenTelemetry spans as an OTLP/JSON request.",
)
@AS_JSON
def export(folder: Path, output: Path, kind: str, as_json: bool) -> None:
    """Write the whole decision log, for an auditor or a tracing tool; kept elsewhere, it proves that nothing was cut off."""
    from runtime.log.log_export import export_log, export_spans

    load_folder(folder)
    home = folder / ".cxready"
    if kind == "otlp":
        spans = export_spans(home, output)
        say({"file": str(output), "spans": spans}, as_json, [f"written: {output} ({spans} spans)"])
        return
    rows, anchors = export_log(home, output)
    counted = {"file": str(output), "rows": rows, "anchors": anchors}
    say(counted, as_json, [f"written: {output} ({rows} rows, {anchors} anchors)"])


def _replayed_line(one: Replayed) -> str:
    arrow = f"{one.was} → {one.now}" if one.now != one.was else one.was
    why = one.because if one.now != one.was else one.was_because
    return f"{one.run:<20} {one.seq:>3}  {one.operation:<26} {one.moved:<12} {arrow:<20} {why}"


def _where(words: tuple[str, ...]) -> tuple[Path, str | None]:
    """FOLDER RUN, FOLDER alone, or RUN alone in the present folder."""
    from runtime.errors import BadInput
    from runtime.storage.database import is_made, place_of

    folder, name = (words[0], words[1] if len(words) > 1 else None) if Path(words[0]).is_dir() else (".", words[0])
    if not is_made(place_of(Path(folder) / ".cxready")):
        raise BadInput(
            "there is no pilot's log here", str(Path(folder) / ".cxready"), "run `cxready pilot run DIR` first"
        )
    return Path(folder), name

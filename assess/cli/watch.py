"""`cxready watch`: measured again, compared with the last time; exit 1 when a gate would change."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from assess.engagement import load_folder


@click.command(
    epilog="Example, every night at three:  0 3 * * *  cxready watch /srv/northwind || mail -s readiness it@…"
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Send only what this approved plan holds.",
)
@click.option(
    "--max-requests", default=100, show_default=True, type=click.IntRange(1, 1000), help="Requests a system at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def watch(folder: Path, plan_file: Path | None, max_requests: int, as_json: bool) -> None:
    """Measure FOLDER again and compare with its last bundle; gates are told, never written.

    Exit 1 when a gate would change, 3 when a system was not reached (its gates are not called changed by that), 0 else.
    """
    from assess.checkup import required
    from assess.live import Live
    from assess.measuring import read_plan
    from assess.watching import look_again

    loaded = load_folder(folder)
    required("[collect]", "measure")
    with Live(quiet=as_json or not sys.stderr.isatty()) as live:
        plan = read_plan(plan_file, loaded) if plan_file else None
        seen = look_again(loaded, plan=plan, max_requests=max_requests, progress=live.say)
    if as_json:
        shown = seen.comparison.model_dump(mode="json") if seen.comparison else None
        click.echo(json.dumps({"bundle": str(seen.result.bundle_path), "comparison": shown}, ensure_ascii=False))
    else:
        click.echo("\n".join(seen.lines()))
    if seen.result.unreachable:
        click.echo(f"cxready: not reached: {', '.join(seen.result.unreachable)}", err=True)
        sys.exit(3)
    if seen.moved:
        sys.exit(1)

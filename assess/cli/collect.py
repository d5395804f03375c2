"""`cxready collect`: plan, plan-bound runs, live progress, one bundle."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from assess.engagement import Folder, load_folder
from assess.opening import write_text
from runtime.errors import BadInput, did_you_mean


@click.command(epilog="Example:  cxready collect northwind --dry-run -o plan.json")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Look at the way to each system and at each credential; print whom to ask.")
@click.option("--dry-run", is_flag=True, help="Send nothing; print the plan.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the plan, and a page beside it (with --dry-run), or the firewall request (with --check).",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Send only what this approved plan holds.",
)
@click.option("--approved-by", default="", help="Who approved the plan; stands in the bundle.")
@click.option("--system", "only_system", help="Only this system.")
@click.option("--probe", "only_probe", help="Only what this probe needs, like api.writes_stick.")
@click.option(
    "--max-requests", default=100, show_default=True, type=click.IntRange(1, 1000), help="Requests a system at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def collect(
    folder: Path,
    check: bool,
    dry_run: bool,
    output: Path | None,
    plan_file: Path | None,
    approved_by: str,
    only_system: str | None,
    only_probe: str | None,
    max_requests: int,
    as_json: bool,
) -> None:
    """Measure the staging estate of FOLDER: plan, gather, derive, and write one bundle.

    Interrupted with Ctrl-C or killed, the same command first takes back what was left, then goes on.
    """
    loaded = load_folder(folder)
    _check_names(loaded.estate.systems, only_system, only_probe)
    if output and not (dry_run or check):
        raise BadInput("-o writes a plan and needs --dry-run", "collect", "add --dry-run, or --check")
    if approved_by and not plan_file:
        raise BadInput("--approved-by names who approved a plan", "collect", "give the plan too: --plan plan.json")
    if check:
        _check(loaded, only_system, output, as_json)
        return
    if dry_run:
        _dry_run(loaded, only_system, only_probe, max_requests, output, as_json)
        return
    _measure(loaded, plan_file, approved_by, only_system, only_probe, max_requests, as_json)


def _check(loaded: Folder, only_system: str | None, output: Path | None, as_json: bool) -> None:
    from assess.checkup import required
    from assess.cli.collect_check import check

    required("[collect]", "reach systems")
    check(loaded, only_system=only_system, output=output, as_json=as_json)


def _dry_run(
    loaded: Folder,
    only_system: str | None,
    only_probe: str | None,
    max_requests: int,
    output: Path | None,
    as_json: bool,
) -> None:
    from assess.measuring import plan_of
    from probes.gather.plan_file import as_text

    plan = plan_of(loaded, only_system=only_system, only_probe=only_probe, max_requests=max_requests)
    if output:
        from assess.outputs.plan_html import plan_page

        page = output.with_suffix(".html")
        write_text(output, as_text(plan))
        write_text(page, plan_page(plan, loaded.estate, output.name))
    click.echo(as_text(plan) if as_json else plan.as_table())
    if output and not as_json:
        click.echo(f"written: {output}, and {page} for those who approve it")
        click.echo(f"once it is approved: cxready collect {loaded.path} --plan {output} --approved-by NAME")


def _measure(
    loaded: Folder,
    plan_file: Path | None,
    approved_by: str,
    only_system: str | None,
    only_probe: str | None,
    max_requests: int,
    as_json: bool,
) -> None:
    from assess.checkup import required
    from assess.live import Live
    from assess.measuring import measure, read_plan

    required("[collect]", "measure")
    plan = read_plan(plan_file, loaded) if plan_file else None
    with Live(quiet=as_json) as live:

        def ask(system: str, secret: str) -> str:
            """A person's session is over: whoever sits here signs in again, or the run pauses."""
            live.clear()
            what = f"The session for {system} is over. Sign in again and paste the new value of {secret} (empty: pause)"
            return str(click.prompt(what, default="", hide_input=True, show_default=False, err=True))

        result = measure(
            loaded,
            plan=plan,
            only_system=only_system,
            only_probe=only_probe,
            max_requests=max_requests,
            progress=live.say,
            approved_by=approved_by,
            ask=ask if sys.stdin.isatty() and not as_json else None,
        )
    shown = {
        "bundle": str(result.bundle_path),
        "zip": str(result.zip_path),
        "requests": dict(result.requests),
        "reversed": result.reversed,
        "left_behind": result.left_behind,
        "unreachable": result.unreachable,
        "resumed": result.resumed,
        "not_measured": result.missing,
        "paused": list(result.paused),
        "notes": list(result.notes),
    }
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        _print(shown)
    if result.unreachable:
        click.echo(
            f"cxready: not reached: {', '.join(result.unreachable)}; not measured, the rest stands in the bundle\n"
            f"  → cxready collect {loaded.path} --check shows where the way ends, and whom to ask",
            err=True,
        )
        sys.exit(3)


def _print(shown: dict[str, Any]) -> None:
    sent = shown["requests"]
    click.echo(f"bundle: {shown['bundle']}{'  (went on where an earlier run stopped)' if shown['resumed'] else ''}")
    click.echo(
        f"requests: {', '.join(f'{name} {count}' for name, count in sent.items())}; together {sum(sent.values())}"
    )
    removed = sum(line.endswith(": removed") for line in shown["reversed"])
    others = len(shown["reversed"]) - removed
    click.echo(f"taken back: {removed} removed, {others} reversed; left behind: {len(shown['left_behind']) or 'none'}")
    for line in shown["left_behind"]:
        click.echo(f"  left behind: {line}")
    for line in shown["notes"]:
        click.echo(f"note: {line}")
    for line in shown["paused"]:
        click.echo(f"paused: {line}")
    if shown["not_measured"]:
        click.echo(f"not measured: {shown['not_measured']} artifacts; `cxready assess` names what would measure them")


def _check_names(systems: Collection[str], only_system: str | None, only_probe: str | None) -> None:
    if only_system and only_system not in systems:
        raise BadInput(
            f"there is no system `{only_system}`{did_you_mean(only_system, systems)}",
            "--system",
            f"use one of: {', '.join(systems)}",
        )
    if only_probe:
        from assess.catalogue import catalogue

        ids = [i for probe in catalogue().probes for i in probe.ids()]
        if only_probe not in ids and only_probe not in {i.split(".", 1)[1] for i in ids}:
            raise BadInput(
                f"there is no probe `{only_probe}`{did_you_mean(only_probe, ids)}",
                "--probe",
                "`cxready probes list` shows them",
            )

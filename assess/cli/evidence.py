"""`cxready evidence`: what was sent, what leaves the house, taking a value out, and erasing it all."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from assess.opening import newest_bundle, write_text
from runtime.errors import BadInput


@click.group()
def evidence() -> None:
    """What was sent, what leaves the house, and taking it out again."""


@evidence.command("log", epilog="Example:  cxready evidence log northwind --har -o sent.har")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--run", help="Only this run.")
@click.option("--system", help="Only this system.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, for a spreadsheet.")
@click.option("--har", "as_har", is_flag=True, help="HAR 1.2, for network tools.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
def evidence_log(
    folder: Path, run: str | None, system: str | None, as_csv: bool, as_har: bool, as_json: bool, output: Path | None
) -> None:
    """Every request of FOLDER's collections, in the order sent: time, host, method, path, status, probe, line of the
    plan, and when a write was taken back. Redacted; bodies stand in CSV, HAR and JSON."""
    from assess.evidence_log import read_log
    from assess.outputs import evidence_log as written

    if as_csv + as_har + as_json > 1:
        raise BadInput("these are three formats", "--csv, --har, --json", "ask for one of them")
    form = written.as_csv if as_csv else written.as_har if as_har else written.as_json_lines if as_json else None
    found = read_log(folder, run, system)
    if form:
        _out(form(found), output)
    else:
        _out(written.as_text(found) + "\n", output)


@evidence.command("review", epilog="Example:  cxready evidence review northwind")
@click.argument("target", type=click.Path(path_type=Path, exists=True))
@click.option("--kind", help="Only this kind of file, like write_round_trip, inputs or manifest.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def evidence_review(target: Path, kind: str | None, as_json: bool) -> None:
    """Every field that leaves with a bundle (TARGET: a folder's newest, or a bundle): by kind, how often something was
    redacted, samples of free text with the path that `strike` takes."""
    from assess.evidence_review import review
    from assess.outputs.evidence_review import as_text
    from probes.bundle import Bundle

    bundle = Bundle.open(_bundle(target))
    try:
        found = review(bundle, kind)
    finally:
        bundle.close()
    if kind and not found.files:
        raise BadInput(f"the bundle holds nothing of the kind {kind}", str(target), "leave --kind out to see the kinds")
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else as_text(found))


@evidence.command(
    "strike", epilog="Example:  cxready evidence strike northwind 'manifest.json#/left_behind/0' --reason 'a name'"
)
@click.argument("target", type=click.Path(path_type=Path, exists=True))
@click.argument("path")
@click.option("--reason", required=True, help="Why; stands in the manifest.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def evidence_strike(target: Path, path: str, reason: str, as_json: bool) -> None:
    """Take the value at PATH out of a bundle and seal it again, in place. What needed it is not measured any more."""
    from probes.bundle_strike import strike

    place = _bundle(target)
    done = strike(place, path, reason, datetime.now(UTC).replace(microsecond=0))
    if as_json:
        said = {**done.entry.model_dump(mode="json"), "bundle_after": done.digest}
        click.echo(json.dumps({**said, "not_measured": done.not_measured, "also_in": done.also_in}, ensure_ascii=False))
        return
    click.echo(f"struck: {path}\nbundle before: {done.entry.bundle_before}\nbundle now:    {done.digest}")
    for lost in done.not_measured:
        click.echo(f"not measured any more: {lost}")
    for other in done.also_in:
        click.echo(f"the same text also stands in: {other}")
    click.echo(f"judge again: cxready assess {target}")


@evidence.command("erase", epilog="Example:  cxready evidence erase northwind --reason 'end of the engagement' --yes")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--reason", required=True, help="Why; stands in the receipt.")
@click.option("--bundles", is_flag=True, help="Bundles and assessments too.")
@click.option("--whatever-is-left", is_flag=True, help="Even when records of ours are not taken back yet.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt.")
def evidence_erase(folder: Path, reason: str, bundles: bool, whatever_is_left: bool, yes: bool, as_json: bool) -> None:
    """Delete what this machine keeps of FOLDER's collections: evidence log, state, write ledger. Leaves a receipt."""
    from assess.evidence_erase import erase

    what = "evidence log, state and write ledger" + (", bundles and assessments" if bundles else "")
    if not yes and not (sys.stdin.isatty() and click.confirm(f"delete {what} of {folder}?")):
        raise BadInput("nothing was erased", str(folder), "answer yes, or give --yes")
    at = datetime.now(UTC).replace(microsecond=0)
    receipt = erase(folder, at, reason, bundles=bundles, whatever_is_left=whatever_is_left)
    click.echo(receipt.read_text(encoding="utf-8") if as_json else f"erased: {what}\nreceipt: {receipt}")


def _out(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    write_text(output, text)
    click.echo(f"written: {output}")


def _bundle(target: Path) -> Path:
    return newest_bundle(target) if (target / "engagement.yaml").is_file() else target

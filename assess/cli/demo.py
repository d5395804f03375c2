"""`cxready demo`: collect → assess → report → pilot on a small telecom estate, offline, on loopback ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runtime.errors import BadInput

if TYPE_CHECKING:
    from assess.assessment import Assessment
    from runtime.understanding.encode import Encode

MARK = "This folder was written by a demo of cxready; the next run writes it anew.\n"


@click.command(epilog="Example:  cxready demo northwind-demo")
@click.argument("folder", default="cxready-demo", type=click.Path(path_type=Path, file_okay=False))
@click.option("--flawless", is_flag=True, help="The same estate with its flaws mended: level 4 everywhere.")
@click.option("--no-pilot", is_flag=True, help="Stop after the report.")
def demo(folder: Path, flawless: bool, no_pilot: bool) -> None:
    """Run the whole journey: six systems, 40 articles and 2,000 tickets of Northwind Telecom; nothing leaves this machine."""
    from assess.demo.estate import start
    from assess.demo.folder import write_folder
    from assess.measuring import default_encoder

    claim(folder)
    began = time.monotonic()
    with start(flawless=flawless) as estate:
        write_folder(folder, estate)
        _title(
            "1  What is there",
            f"{len(estate.urls)} systems on loopback ports; the folder that people would write: {folder}",
        )
        secrets, encode = estate.environment(), default_encoder()
        _collect(folder, secrets, encode)
        _report(_assess(folder))
        if not no_pilot:
            _pilot(folder, secrets, encode)
    click.echo(f"\ndone in {time.monotonic() - began:.0f} s. Look at:\n{_look_at(folder)}")


def claim(folder: Path) -> None:
    """Nobody's own folder is written over."""
    mark = folder / ".cxready" / "demo"
    if folder.exists() and any(folder.iterdir()) and not mark.is_file():
        raise BadInput("this folder holds something else", str(folder), "name an empty or a new folder")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(MARK, encoding="utf-8")


def _collect(folder: Path, secrets: dict[str, str], encode: Encode) -> None:
    from assess.engagement import load_folder
    from assess.live import Live
    from assess.measuring import measure

    with _timed() as took, Live() as live:
        result = measure(load_folder(folder), secrets=secrets, encode=encode, progress=live.say)
    sent = ", ".join(f"{name} {count}" for name, count in result.requests.items())
    _title(
        "2  Collect",
        f"{sum(result.requests.values())} requests ({sent}); {len(result.reversed)} records taken back, {len(result.left_behind) or 'none'} left behind; {took()}",
    )


def _assess(folder: Path) -> tuple[Assessment, Path]:
    from assess.opening import judged, opened, write_verdict
    from assess.summary import summary_lines

    with _timed() as took, opened(folder) as at:
        verdict = judged(at)
        write_verdict(at, verdict)
    _title("3  Assess", took())
    click.echo("\n".join(summary_lines(verdict.assessment)))
    return verdict.assessment, at.home


def _report(assessed: tuple[Assessment, Path]) -> None:
    from assess.outputs.html import write_html

    assessment, home = assessed
    with _timed() as took:
        write_html(assessment, home / "report.html")
        try:
            from assess.outputs.pdf import write_pdf

            made = write_pdf(assessment, home / "report.pdf")
            says = f"{made.pages} pages, {made.bytes / 1e6:.1f} MB"
        except BadInput as error:
            says = f"no PDF: {error.what}; {error.do}"
    _title("4  Report", f"{says}; {took()}")


def _pilot(folder: Path, secrets: dict[str, str], encode: Encode) -> None:
    from assess.case_files import read_cases
    from assess.cli.pilot_try import written
    from assess.engagement import load_folder
    from assess.piloting import run_cases

    cases = read_cases(folder / "cases.jsonl")
    with _timed() as took:
        results = run_cases(load_folder(folder), cases, secrets=secrets, encode=encode)
    _title("5  Pilot", f"{len(results)} cases through the enforcing proxy; {took()}")
    for found in results:
        writes = "; ".join(written(w) for w in found.writes)
        shown = f"  [{writes}]" if writes and found.outcome == "resolved" else ""
        click.echo(f"{found.case:<20}{found.outcome:<12}{found.intent or '–':<20}{found.reason}{shown}")
    click.echo(f"each step of a case: cxready pilot log {folder} {cases[0]['case']}")


def _look_at(folder: Path) -> str:
    found = [
        *sorted((folder / "assessments").glob("*/report.*"))[-2:],
        *sorted((folder / "assessments").glob("*/gate.json"))[-1:],
    ]
    return "\n".join(f"  {path}" for path in found)


def _title(what: str, says: str) -> None:
    click.echo(f"\n{click.style(what, bold=True)}  {says}")


@contextmanager
def _timed() -> Iterator[Callable[[], str]]:
    began = time.monotonic()
    yield lambda: f"{time.monotonic() - began:.1f} s"

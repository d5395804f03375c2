"""`cxready report`: outputs of one assessment."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from assess.assessment import Assessment
from assess.engagement import Folder
from assess.issuing import issue_version, numbered
from assess.opening import opened, write_bytes, write_text, write_verdict
from assess.since import judged_with_history
from runtime.errors import BadInput

FILES = {
    "pdf": "report.pdf",
    "html": "report.html",
    "json": "assessment.json",
    "md": "report.md",
    "sarif": "report.sarif",
    "junit": "junit.xml",
    "xlsx": "register.xlsx",
    "csv": "register.csv",
}


@dataclass(frozen=True)
class Job:
    """What a writer gets: the assessment, the files behind it, and what was asked for."""

    assessment: Assessment
    folder: Folder
    prefix: str
    coverage: int


@click.command(epilog="Example:  cxready report northwind -f pdf,html")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "formats",
    default="pdf,html,json",
    show_default=True,
    help=f"Comma-separated: {', '.join(FILES)}.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the outputs; default: beside the assessment.",
)
@click.option(
    "--coverage",
    type=click.IntRange(0, 100),
    default=80,
    show_default=True,
    metavar="PERCENT",
    help="junit: a dimension of which less is measured fails its case `coverage`.",
)
@click.option("--issue", is_flag=True, help="Freeze this report with its inputs as the next version under issued/.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def report(target: Path, formats: str, output: Path | None, coverage: int, issue: bool, as_json: bool) -> None:
    """Write the report of TARGET (a folder, a bundle or an issued version)."""
    wanted = list(dict.fromkeys(part.strip() for part in formats.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FILES]
    if unknown or not wanted:
        raise BadInput(f"unknown format: {', '.join(unknown) or 'none given'}", "--format", f"use {', '.join(FILES)}")
    with opened(target) as at:
        verdict = judged_with_history(at)
        if issue:
            verdict = numbered(verdict, target)
        write_verdict(at, verdict)
        job = Job(verdict.assessment, at.folder, _prefix(target), coverage)
        if issue:
            home = issue_version(at, verdict, lambda home: _write(job, home, wanted))
            made = {name: _made("", home / FILES[name]) for name in wanted}
        else:
            home = output or at.home
            home.mkdir(parents=True, exist_ok=True)
            made = _write(job, home, wanted)
    click.echo(json.dumps(made) if as_json else "\n".join(f"{info['path']}  {info['says']}" for info in made.values()))


def _write(job: Job, home: Path, wanted: list[str]) -> dict[str, dict[str, str]]:
    return {name: _made(WRITERS[name](job, home / FILES[name]), home / FILES[name]) for name in wanted}


def _made(says: str, path: Path) -> dict[str, str]:
    return {"path": str(path), "says": says or f"{path.stat().st_size / 1e3:.0f} kB"}


def _prefix(target: Path) -> str:
    """The folder as seen from here, where a repository's root is assumed; a bundle's files have no place in it."""
    if not (target / "engagement.yaml").is_file():
        return ""
    try:
        return target.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return ""


def _pdf(job: Job, path: Path) -> str:
    from assess.outputs.pdf import write_pdf

    made = write_pdf(job.assessment, path)
    return f"{made.pages} pages, {made.bytes / 1e6:.1f} MB, {made.seconds:.1f} s"


def _html(job: Job, path: Path) -> str:
    from assess.outputs.html import write_html

    write_html(job.assessment, path)
    return ""


def _json(job: Job, path: Path) -> str:
    write_text(path, json.dumps(job.assessment.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    return ""


def _md(job: Job, path: Path) -> str:
    from assess.outputs.markdown import summary

    write_text(path, summary(job.assessment))
    return ""


def _sarif(job: Job, path: Path) -> str:
    from assess.catalogue import catalogue
    from assess.outputs.sarif import sarif

    found = sarif(job.assessment, job.folder, catalogue(), job.prefix)
    write_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return ""


def _junit(job: Job, path: Path) -> str:
    from assess.outputs.junit import junit

    write_bytes(path, junit(job.assessment, job.coverage))
    return ""


def _xlsx(job: Job, path: Path) -> str:
    from assess.outputs.register_xlsx import write_xlsx

    write_xlsx(job.assessment, path)
    return ""


def _csv(job: Job, path: Path) -> str:
    from assess.outputs.csv_register import csv_register

    write_bytes(path, csv_register(job.assessment))
    return ""


WRITERS: dict[str, Callable[[Job, Path], str]] = {
    "pdf": _pdf,
    "html": _html,
    "json": _json,
    "md": _md,
    "sarif": _sarif,
    "junit": _junit,
    "xlsx": _xlsx,
    "csv": _csv,
}

"""`cxready report`: outputs of one assessment."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assess.opening import judged, opened, write_text, write_verdict
from runtime.errors import BadInput

FORMATS = ("pdf", "html", "json", "md")


@click.command(epilog="Example:  cxready report northwind -f pdf,html")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "formats",
    default="pdf,html,json",
    show_default=True,
    help="Comma-separated: pdf, html, json, md.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the outputs; default: beside the assessment.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def report(target: Path, formats: str, output: Path | None, as_json: bool) -> None:
    """Write the report of TARGET (a folder or a bundle)."""
    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        raise BadInput(f"unknown format: {', '.join(unknown) or 'none given'}", "--format", f"use {', '.join(FORMATS)}")
    with opened(target) as at:
        verdict = judged(at)
        write_verdict(at, verdict)
        home = output or at.home
        home.mkdir(parents=True, exist_ok=True)
        theme = at.folder.report.value.theme
        made = {
            name: _write(
                name, verdict.assessment, home / f"{'assessment' if name == 'json' else 'report'}.{name}", theme
            )
            for name in wanted
        }
    click.echo(json.dumps(made) if as_json else "\n".join(f"{info['path']}  {info['says']}" for info in made.values()))


def _write(name: str, assessment, path: Path, theme) -> dict[str, str]:  # type: ignore[no-untyped-def]
    if name == "pdf":
        from assess.outputs.pdf import write_pdf

        made = write_pdf(assessment, path)
        return {"path": str(path), "says": f"{made.pages} pages, {made.bytes / 1e6:.1f} MB, {made.seconds:.1f} s"}
    if name == "html":
        from assess.outputs.html import write_html

        write_html(assessment, path)
    elif name == "md":
        from assess.outputs.markdown import summary

        write_text(path, summary(assessment))
    else:
        write_text(path, json.dumps(assessment.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    return {"path": str(path), "says": f"{path.stat().st_size / 1e3:.0f} kB"}

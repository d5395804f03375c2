"""`cxready assess` and `cxready explain`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from assess.assessment import Assessment
from assess.explain import explain_lines
from assess.judge import interval_words
from assess.opening import Opened, judged, opened, write_verdict
from assess.since import judged_with_history
from assess.summary import summary_lines
from runtime.errors import BadInput


@click.command(epilog="Example:  cxready assess northwind --fail-on level:4")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--as-of", metavar="DATE", help="Judge as of this day (YYYY-MM-DD) instead of the bundle's; printed on the cover."
)
@click.option(
    "--fail-on",
    multiple=True,
    metavar="CONDITION",
    help="Exit 1 unless it holds: level:4, gate:act, finding:essential.",
)
@click.option(
    "--what-if",
    "supposed",
    multiple=True,
    metavar="KEY=VALUE",
    help="Suppose something (F-04=met, answers.api.owner_named(billing)=yes, guardrails.actions.NAME.autonomy=act) and "
    "print what it moves; writes nothing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON.")
def assess(target: Path, as_of: str | None, fail_on: tuple[str, ...], supposed: tuple[str, ...], as_json: bool) -> None:
    """Judge a bundle: levels, gates, findings.

    TARGET is a folder (its newest bundle is judged with the folder's files), a bundle (judged with its own copies) or an
    issued version.
    """
    conditions = [_condition(text) for text in fail_on]
    with opened(target) as found:
        at = replace(found, as_of=_date(as_of) or found.as_of)
        judgement = _supposed(at, supposed, as_json) if supposed else _judged(at, as_json)
    failed = [said for kind, value in conditions if (said := _fails(judgement, kind, value))]
    if failed:
        click.echo("\n".join(failed), err=True)
        sys.exit(1)


def _judged(at: Opened, as_json: bool) -> Assessment:
    """Judges, writes and prints."""
    verdict = judged_with_history(at)
    written = write_verdict(at, verdict)
    if as_json:
        click.echo(json.dumps(verdict.assessment.model_dump(mode="json"), ensure_ascii=False))
    else:
        click.echo("\n".join([*summary_lines(verdict.assessment), "", *(f"written: {path}" for path in written)]))
    return verdict.assessment


def _supposed(at: Opened, supposed: tuple[str, ...], as_json: bool) -> Assessment:
    """Judges what is supposed and prints what it moves; nothing is written, conditions are held against it."""
    from assess.what_if import what_if

    assessment, moved = what_if(at, judged(at), supposed)
    if as_json:
        said = {
            "format": 1,
            "what_if": list(supposed),
            "moves": moved,
            "assessment": assessment.model_dump(mode="json"),
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return assessment
    moved_lines = [f"  {line}" for line in moved] or ["  moves no level and no gate"]
    click.echo("\n".join([f"What if {', '.join(supposed)} (nothing is written):", *moved_lines]))
    return assessment


@click.command(epilog="Example:  cxready explain northwind api.repeat_safe")
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("thing")
@click.option("--as-of", metavar="DATE", help="Derive as of this day (YYYY-MM-DD) instead of the bundle's.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as a JSON list.")
def explain(target: Path, thing: str, as_of: str | None, as_json: bool) -> None:
    """Derive a probe, a level, a gate, a finding or any figure line by line.

    THING: a probe (api.writes_stick), a finding (F-03), a dimension (api), a workflow, a system's matrix of declared
    against measured (billing, matrices[crm]), an article and what its claims were compared with (return-a-device.md),
    `overall`, or the path of a figure in assessment.json (roadmap.milestones[0].p80_weeks,
    business_case.scenarios[today].value.p50).
    """
    with opened(target) as found:
        lines = explain_lines(judged_with_history(replace(found, as_of=_date(as_of) or found.as_of)), thing)
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no date", "--as-of", "write it like 2026-11-20") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _condition(text: str) -> tuple[str, str]:
    kind, _, value = text.partition(":")
    allowed = {"level": {"2", "3", "4", "5"}, "gate": {"act", "approve", "observe"}, "finding": {"essential", "any"}}
    if value not in allowed.get(kind, set()):
        raise BadInput(f"{text!r} is no condition", "--fail-on", "use level:4, gate:act or finding:essential")
    return kind, value


def _fails(assessment: Assessment, kind: str, value: str) -> str:
    from runtime.gate import ORDER

    if kind == "level" and assessment.overall.confirmed < int(value):
        return f"level {value} is not confirmed: overall {assessment.overall.confirmed}"
    if kind == "gate":
        below = [n for n, g in assessment.gates.items() if ORDER.index(g.autonomy) < ORDER.index(value)]
        return f"below {value}: {', '.join(below)}" if below else ""
    if kind == "finding":
        held = [f.number for f in assessment.findings if value == "any" or f.essential]
        return f"open {'essential ' if value == 'essential' else ''}findings: {', '.join(held)}" if held else ""
    return ""


__all__ = ["assess", "explain", "interval_words"]

"""`cxready guardrails draft|check|prove|diff|compile|test|serve`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assess.cli.guardrail_serve import serve
from assess.engagement import Folder, load_folder
from assess.opening import write_text
from runtime.errors import BadInput
from runtime.estate import Estate

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def guardrails() -> None:
    """Limits: draft, check, prove, compare, compile, test and enforce."""


@guardrails.command(epilog="Example:  cxready guardrails draft northwind --system billing > effects/billing.yaml")
@FOLDER
@click.option("--system", required=True, help="The system whose description is read.")
@JSON
def draft(folder: Path, system: str, as_json: bool) -> None:
    """Draft what each operation of a system does. Unconfirmed, so denied, until a person confirms it."""
    from runtime.systems.draft import draft_effects
    from runtime.systems.surface_reader import load_surface

    estate = load_folder(folder).estate
    if system not in estate.systems:
        raise BadInput(f"there is no system `{system}`", "--system", f"use one of: {', '.join(estate.systems)}")
    text = draft_effects(load_surface(system, estate.systems[system], estate.folder))
    click.echo(json.dumps({"system": system, "effects": text}) if as_json else text, nl=not text.endswith("\n"))


@guardrails.command(epilog="Example:  cxready guardrails check northwind")
@FOLDER
@JSON
def check(folder: Path, as_json: bool) -> None:
    """Check goals, effects and limits against each other; exit 1 when a step of a goal could not be done as written."""
    from probes.derive.guardrails import surfaces_of
    from runtime.goal_lint import lint
    from runtime.guardrails.lint import suggestions
    from runtime.rules import installed

    loaded = load_folder(folder)
    wrong = [f"{loaded.goals.place(*fault.keys)}: {fault}" for fault in lint(loaded.estate, installed())]
    found = list(suggestions(loaded.guardrails, loaded.estate, surfaces_of(loaded.estate)))
    denying = [one for one in found if one.denies]
    if as_json:
        lines = [{"place": s.place, "says": s.says, "do": s.do, "denies": s.denies} for s in found]
        click.echo(json.dumps({"wrong": wrong, "suggestions": lines}, ensure_ascii=False))
    else:
        said = [*wrong, *map(str, denying), *(f"{one}  (suggestion)" for one in found if not one.denies)]
        click.echo("\n".join(said) or "goals, effects and limits fit together")
    sys.exit(1 if wrong or denying else 0)


@guardrails.command(epilog="Example:  cxready guardrails prove northwind")
@FOLDER
@click.option("--all", "every", is_flag=True, help="Print every claim and the table of conditions left out in turn.")
@JSON
def prove(folder: Path, every: bool, as_json: bool) -> None:
    """Prove the limits for every request of the modelled operations; exit 1 with a counterexample when one does not hold."""
    from assess.cli.guardrail_words import proof_words
    from probes.derive.guardrails import surfaces_of
    from probes.derive.proof import prove as prove_estate

    estate = load_folder(folder).estate
    certificate = prove_estate(estate, surfaces=surfaces_of(estate)).certificate
    if as_json:
        click.echo(json.dumps(certificate.model_dump(mode="json"), ensure_ascii=False))
    else:
        click.echo("\n".join(proof_words(certificate, every=every)))
    sys.exit(0 if certificate.holds else 1)


@guardrails.command(epilog="Example:  cxready guardrails diff northwind-approved northwind")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@JSON
def diff(old: Path, new: Path, as_json: bool) -> None:
    """What the folder NEW allows and OLD did not, each with a call that shows it; exit 1 when there is any such thing."""
    from probes.derive.policy_diff import compare

    found = list(compare(load_folder(old).estate, load_folder(new).estate))
    for change in found:
        if as_json:
            line = {"kind": change.kind, "subject": change.subject, "says": change.says, "example": change.example}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            shown = f"{change.example}\n{'':22}until now: {change.says}" if change.example else change.says
            shown = (
                shown
                if change.kind != "newly refused" or not change.example
                else f"{change.example}\n{'':22}from now on: {change.says}"
            )
            click.echo(f"{change.kind:<21} {shown}")
    if not found and not as_json:
        click.echo("both versions allow exactly the same")
    sys.exit(1 if any(change.loosens for change in found) else 0)


@guardrails.command("compile", epilog="Example:  cxready guardrails compile northwind -o policy.cedar")
@FOLDER
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of printing."
)
@JSON
def compile_(folder: Path, output: Path | None, as_json: bool) -> None:
    """Print the limits as a Cedar policy set."""
    from runtime.guardrails.cedar import schema_text
    from runtime.guardrails.readable import policy_text

    estate = load_folder(folder).estate
    if as_json:
        click.echo(json.dumps({"policies": policy_text(estate), "schema": schema_text(estate)}))
    elif output:
        write_text(output, policy_text(estate))
        click.echo(f"written: {output}")
    else:
        click.echo(policy_text(estate))


@guardrails.command(epilog="Example:  cxready guardrails test northwind --calls calls.jsonl --json")
@FOLDER
@click.option(
    "--calls",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Own cases, JSON lines: workflow, operation, arguments, facts, expect …; `-` reads stdin. Nothing is sent.",
)
@click.option("--staging", is_flag=True, help="Also: can the agent's own credential write past the proxy on staging?")
@JSON
def test(folder: Path, calls: Path | None, staging: bool, as_json: bool) -> None:
    """Try the limits: the catalogue of known bypasses, or own calls; exit 1 when one passes or an expectation fails."""
    loaded = load_folder(folder)
    if calls is not None:
        _test_calls(loaded.estate, calls, as_json)
    else:
        _test_bypasses(loaded, staging, as_json)


guardrails.add_command(serve)


def _test_calls(estate: Estate, calls: Path, as_json: bool) -> None:
    from probes.derive.guardrails import surfaces_of
    from runtime.guardrails.testing import decide_lines

    failed = 0
    for line in decide_lines(estate, _calls(calls), surfaces=surfaces_of(estate), source=f"{calls}:"):
        as_expected = line.get("as_expected", True)
        failed += not as_expected
        wrong = "" if as_expected else f"  ← expected {line['expect']}"
        said = f"{line['decision']:<9} {line['reason']}  [{line['rule']}]{wrong}"
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else said)
    sys.exit(1 if failed else 0)


def _test_bypasses(loaded: Folder, staging: bool, as_json: bool) -> None:
    from assess.limit_trials import on_bypasses, on_staging

    found = list(on_bypasses(loaded.estate))
    if staging:
        found += on_staging(loaded, lambda said: click.echo(said, err=True))
    for one in found:
        word = {True: "held", False: "PASSED", None: "not tried"}[one.held]
        said = f"{word:<9} {one.to}: {one.name}" + ("" if one.held else f" – {one.says}")
        click.echo(json.dumps(one.as_json(), ensure_ascii=False) if as_json else said)
    if not as_json:
        held = sum(one.held is True for one in found)
        click.echo(f"{held} of {len(found)} held")
    sys.exit(1 if any(one.held is False for one in found) else 0)


def _calls(path: Path) -> Iterator[Any]:
    """A value a line; None for an empty one, so that numbers stay those of the file."""
    from runtime.written import read_text

    text = sys.stdin.read() if str(path) == "-" else read_text(path)
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            yield json.loads(line, object_pairs_hook=_pairs) if line.strip() else None
        except ValueError:
            raise BadInput("this line is not JSON", f"{path}:{number}", "write one JSON object a line") from None


class StandsTwice:
    """In place of the value of a key that stands twice: no plain data, so the call is refused as it would be on its way."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = StandsTwice() if name in found else value
    return found

"""`cxready guardrails draft|check|prove|compile|test|serve`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from assess.engagement import load_folder
from assess.opening import write_text
from runtime.errors import BadInput

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def guardrails() -> None:
    """Limits: draft, check, prove, compile, test and enforce."""


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
    """Check goals, effects and limits against each other; exit 1 when something does not fit."""
    from runtime.plan import lint
    from runtime.rules import installed

    said = lint(load_folder(folder).estate, installed())
    click.echo(json.dumps(said) if as_json else "\n".join(said) or "goals, effects and limits fit together")
    sys.exit(1 if said else 0)


@guardrails.command(epilog="Example:  cxready guardrails prove northwind")
@FOLDER
@JSON
def prove(folder: Path, as_json: bool) -> None:
    """Prove the limits for every request of the modelled operations; exit 1 with a counterexample when one does not hold."""
    from probes.derive.proof import prove as prove_estate

    proof = prove_estate(load_folder(folder).estate)
    certificate = proof.certificate
    if as_json:
        click.echo(json.dumps(certificate.model_dump(mode="json"), ensure_ascii=False))
    else:
        for claim in certificate.claims:
            click.echo(f"{'proved    ' if claim.proved else 'NOT PROVED'}  {claim.says}")
            if not claim.proved:
                click.echo(
                    f"            {claim.counterexample or claim.unsupported or 'the solver did not decide in time'}"
                )
        redundant = [d for d in certificate.dropped if d.refuted_by is None]
        click.echo(
            f"{len(certificate.dropped)} conditions left out in turn: {len(certificate.dropped) - len(redundant)} refuted, {len(redundant)} redundant"
        )
        click.echo(certificate.wording)
    sys.exit(0 if certificate.holds else 1)


@guardrails.command("compile", epilog="Example:  cxready guardrails compile northwind -o policy.cedar")
@FOLDER
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of printing."
)
@JSON
def compile_(folder: Path, output: Path | None, as_json: bool) -> None:
    """Print the limits as a Cedar policy set."""
    from runtime.guardrails.cedar import policy_text, schema_text

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
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="JSON lines: operation, arguments, facts …; `-` reads stdin.",
)
@JSON
def test(folder: Path, calls: Path, as_json: bool) -> None:
    """Decide calls from a file without sending anything: one line a call."""
    from runtime.guardrails.testing import decide_lines

    for line in decide_lines(load_folder(folder).estate, _calls(calls)):
        click.echo(
            json.dumps(line, ensure_ascii=False)
            if as_json
            else f"{line['decision']:<9} {line['reason']}  [{line['rule']}]"
        )


@guardrails.command(epilog="Example:  cxready guardrails serve northwind --port 8443")
@FOLDER
@click.option("--port", default=0, help="Loopback port; 0 chooses one.")
def serve(folder: Path, port: int) -> None:
    """Run the enforcing proxy until Ctrl-C: the only holder of a credential that can write."""
    import threading

    from runtime.guardrails.proxy import serve as serve_proxy

    estate = load_folder(folder).estate
    running = serve_proxy(estate, folder=estate.folder / ".cxready", secrets=os.environ, port=port)
    try:
        click.echo(json.dumps({"url": running.url, "token": running.token, "secret": running.secret}))
        threading.Event().wait()
    finally:
        running.close()


def _calls(path: Path) -> list[dict]:  # type: ignore[type-arg]
    from runtime.written import read_text

    text = sys.stdin.read() if str(path) == "-" else read_text(path)
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError:
                raise BadInput("this line is not JSON", f"{path}:{number}", "write one JSON object a line") from None
    return found

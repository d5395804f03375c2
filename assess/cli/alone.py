"""Stand-alone uses: `cxready kb audit PATH…` and `cxready handoff score FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.group()
def kb() -> None:
    """Knowledge base audit without an engagement."""


@kb.command("audit", epilog="Example:  cxready kb audit docs/help --json")
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the audit as JSON.")
def audit(paths: tuple[str, ...], as_json: bool) -> None:
    """Audit articles under PATHS: conflicts with both sentences, stale articles, duplicates, injected text."""
    from assess.auditing import audit_paths
    from assess.checkup import required
    from kb_audit.summary import as_json as audit_json
    from kb_audit.summary import summary

    required("[collect]", "audit articles")
    found = audit_paths(paths, quiet=as_json or not sys.stderr.isatty())
    click.echo(json.dumps(audit_json(found), ensure_ascii=False) if as_json else summary(found))


@click.group()
def handoff() -> None:
    """Handoffs to people."""


@handoff.command("score", epilog="Example:  cxready handoff score ticket.txt --json")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print the score as JSON.")
def score(file: Path, as_json: bool) -> None:
    """Score how readable a handoff is: 0 to 100, with reasons and the same sentences in a better order. FILE may be `-`."""
    from runtime.escalation.readability import PASS
    from runtime.escalation.readability import score as score_text
    from runtime.escalation.rewriting import rewritten
    from runtime.written import read_text

    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    found = score_text(text)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    click.echo(f"{found.score} of 100 ({found.mode} mode)")
    for reason in found.reasons:
        points = "   cap" if reason.feature == "cap" else f"{reason.points:>3g}/{reason.of:<2}"
        click.echo(f"  {points}  {'' if reason.feature == 'cap' else reason.feature:<17} {reason.says}")
    if not found.measured:
        click.echo(f"\nThere is no word list for this language ({found.language}): the score is no measurement.")
    elif found.score < PASS[found.mode][0] and (better := rewritten(text, found.language)):
        click.echo(
            f"\nThe same sentences sorted by what they say – an example of the form, not a text to send:\n\n{better}"
        )

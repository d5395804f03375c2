"""Stand-alone uses: `cxready kb audit PATH…` and `cxready handoff score FILE`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click


@click.group()
def kb() -> None:
    """Knowledge base audit without an engagement."""


@kb.command("audit", epilog="Example:  cxready kb audit docs/help -o register.xlsx -o fixes.diff")
@click.argument("sources", metavar="PATH…", nargs=-1, required=True)
@click.option(
    "-o",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Also write a register: .xlsx .json .html .txt, or .diff.",
)
@click.option(
    "--questions", type=click.Path(path_type=Path), help="What customers ask: one a line, `# name` above a workflow's."
)
@click.option("--retired", metavar="NAME", multiple=True, help="A product, plan or menu that is gone.")
@click.option(
    "--review-days",
    metavar="KIND=DAYS",
    multiple=True,
    help="How often articles of a kind need a look, as in prices=60.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today.")
@click.option("--online", type=click.IntRange(0), default=0, metavar="N", help="Follow at most N links to other hosts.")
@click.option(
    "--max-requests", type=click.IntRange(1), default=200, show_default=True, help="Requests to each live source."
)
@click.option(
    "--second-judge",
    is_flag=True,
    help="Have a language model (CXREADY_MODEL, CXREADY_MODEL_URL) look at conflicts once more; sends those sentences to it.",
)
@click.option("--show", type=click.IntRange(0), default=3, show_default=True, help="Examples of each kind of finding.")
@click.option("--json", "as_json", is_flag=True, help="Print the audit as JSON.")
def audit(
    sources: tuple[str, ...],
    outputs: tuple[Path, ...],
    questions: Path | None,
    retired: tuple[str, ...],
    review_days: tuple[str, ...],
    as_of: datetime | None,
    online: int,
    max_requests: int,
    second_judge: bool,
    show: int,
    as_json: bool,
) -> None:
    """Audit articles: conflicts with both sentences, stale articles, duplicates, injected text, what nobody finds.

    PATH is a folder or file (Markdown, HTML, reStructuredText, Word, PDF, an export), or an address: https://host/sitemap.xml,
    zendesk:https://…, intercom:, confluence:, salesforce:, freshdesk:, mediawiki:https://…/api.php.
    """
    from assess.auditing import AuditSettings, audit_paths, read_days, read_questions
    from assess.checkup import required
    from kb_audit.audit_json import as_json as audit_json
    from kb_audit.summary import summary

    required("[collect]", "audit articles")
    for path in outputs:
        from assess.outputs.knowledge_register import check

        check(path)
    settings = AuditSettings(
        as_of=as_of.date() if as_of else None,
        questions=read_questions(questions) if questions else {},
        retired=retired,
        review_days=read_days(review_days),
        online=online,
        most_requests=max_requests,
        second_judge=second_judge,
    )
    found = audit_paths(sources, quiet=as_json or not sys.stderr.isatty(), settings=settings)
    for path in outputs:
        from assess.outputs.knowledge_register import write

        write(found, path)
    click.echo(json.dumps(audit_json(found), ensure_ascii=False) if as_json else summary(found, show=show), nl=as_json)
    for path in () if as_json else outputs:
        click.echo(f"Written: {path}")


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

"""`cxready pilot deliver|give-back|metrics`: what goes to people, what comes back from them, and what came of it by team."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from assess.cli.pilot_words import AS_JSON, FOLDER, figure_lines, say
from assess.engagement import load_folder

if TYPE_CHECKING:
    from runtime.escalation.feedback import Feedback


@click.command(epilog="Example:  cxready pilot deliver northwind")
@FOLDER
@click.option("--retry", "again", metavar="HANDOFF", help="Send a dead letter on its way again.")
@AS_JSON
def deliver(folder: Path, again: str | None, as_json: bool) -> None:
    """Send what is due, remind people, take answers in. For cron, where no console runs; harmless beside one that does."""
    from assess.delivering import deliver_due

    found = deliver_due(load_folder(folder), again=again)
    lines = [
        f"{found['delivered']} handoffs delivered, {found['told']} people or teams told, {found['notes']} notes written"
    ]
    lines += [f"decided: {case}; the pilot goes on with it at its next run" for case in found["decided"]]
    lines += [f"problem: {said}" for said in found["problems"]]
    say(found, as_json, lines)


@click.command(name="give-back", epilog="Example:  cxready pilot give-back northwind case-6")
@FOLDER
@click.argument("case")
@AS_JSON
def give_back(folder: Path, case: str, as_json: bool) -> None:
    """End a person's hold on a conversation: the agent answers this customer again."""
    from assess.delivering import give_back_conversation

    give_back_conversation(load_folder(folder), case)
    say({"case": case, "given_back": True}, as_json, [f"the agent answers in the conversation of {case} again"])


@click.command(epilog="Example:  cxready pilot metrics northwind")
@FOLDER
@AS_JSON
def metrics(folder: Path, as_json: bool) -> None:
    """What the pilot achieved, by workflow with 95 % intervals; and what came of handoffs, by team only."""
    from assess.delivering import pilot_figures, team_metrics

    loaded = load_folder(folder)
    flows, teams = pilot_figures(loaded), team_metrics(loaded)
    currency = loaded.estate.currency
    found = {"workflows": [one.plain() for one in flows], **teams.plain()}
    say(found, as_json, [*(line for one in flows for line in figure_lines(one, currency)), *_metric_lines(teams)])


@click.command(epilog="Example:  cxready pilot review northwind case-1 right --by person-12")
@FOLDER
@click.argument("case", required=False)
@click.argument("verdict", required=False, type=click.Choice(["right", "wrong"]))
@click.option("--by", default="", metavar="PERSON", help="Who looked at the case: an id, not a name.")
@click.option("--note", default="", help="What was wrong with it.")
@click.option("--workflow", help="Draw from one workflow only.")
@click.option("--count", default=10, show_default=True, help="How many cases are drawn.")
@click.option("--seed", default=0, show_default=True, help="Another seed, another order.")
@AS_JSON
def review(
    folder: Path,
    case: str | None,
    verdict: Literal["right", "wrong"] | None,
    by: str,
    note: str,
    workflow: str | None,
    count: int,
    seed: int,
    as_json: bool,
) -> None:
    """Draw finished cases to look at, or record a verdict about one: the share of wrong actions comes from these."""
    from assess.delivering import record_review, review_sample
    from runtime.errors import BadInput

    loaded = load_folder(folder)
    if case is not None:
        if verdict is None or not by:
            raise BadInput("a verdict says right or wrong, and by whom", case, f"{case} right --by person-12")
        record_review(loaded, case, verdict, by, note)
        say({"case": case, "verdict": verdict}, as_json, [f"{case}: {verdict}"])
        return
    drawn = review_sample(loaded, count, seed, workflow)
    lines = [f"{one.run:<24} {one.workflow:<20} {one.outcome:<11} {', '.join(one.writes)}" for one in drawn]
    say(
        [vars(one) for one in drawn],
        as_json,
        lines or ["every finished case in which something was written is reviewed"],
    )


def _metric_lines(found: Feedback) -> list[str]:
    from runtime.escalation.feedback import FEWEST_DECISIONS, FEWEST_PERSONS

    lines = [
        f"{c.team:<20} {c.decisions:>4} decisions; from handoff to decision median {c.median_waited_s} s, 90 % within {c.p90_waited_s} s;"
        f" from opening median {'-' if c.median_opened_s is None else f'{c.median_opened_s} s'};"
        f" asked the customer again {c.asked_again:.0%} ({c.asked_again_low:.0%}–{c.asked_again_high:.0%}); readability {c.median_score},"
        f" rank correlation with seconds {'-' if c.score_against_seconds is None else c.score_against_seconds}"
        for c in found.cells
    ]
    if found.hidden or not lines:
        lines.append(
            f"{found.hidden} teams are not shown: fewer than {FEWEST_PERSONS} persons or {FEWEST_DECISIONS} decisions before"
            f" {found.until:%Y-%m-%d}, or one person has most of them"
        )
    return lines

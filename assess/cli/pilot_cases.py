"""`cxready pilot init|plan|run|approve|serve`: cases, and the people who decide about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assess.cli.pilot_model import models_of
from assess.cli.pilot_words import AS_JSON, BY, FOLDER, say
from assess.engagement import load_folder

if TYPE_CHECKING:
    from assess.piloting import CaseResult


@click.command(epilog="Example:  cxready pilot init northwind --workflow billing-dispute --approver person-11")
@FOLDER
@click.option("--workflow", required=True, help="A goal of goals.yaml.")
@click.option("--approver", "approvers", multiple=True, help="Id of a person who may approve; repeatable.")
@AS_JSON
def init(folder: Path, workflow: str, approvers: tuple[str, ...], as_json: bool) -> None:
    """Add a workflow to pilot.yaml, in shadow."""
    from runtime.errors import BadInput
    from runtime.piloting.pilot_file import add_workflow

    loaded = load_folder(folder)
    if workflow not in loaded.estate.goals:
        raise BadInput(
            f"there is no goal {workflow!r}", str(folder / "goals.yaml"), f"one of: {', '.join(loaded.estate.goals)}"
        )
    added = add_workflow(folder, workflow, list(approvers))
    said = (
        f"{workflow} starts in shadow: it plans and decides, and writes nothing"
        if added
        else f"{workflow} is in pilot.yaml already"
    )
    say({"workflow": workflow, "added": added}, as_json, [said])


@click.command(epilog="Example:  cxready pilot plan northwind --message 'my bill is wrong'")
@FOLDER
@click.option("--message", help="A customer's message; without one every workflow is shown.")
@click.option(
    "--session", "session", multiple=True, metavar="NAME=VALUE", help="What the channel vouches for; repeatable."
)
@AS_JSON
def plan(folder: Path, message: str | None, session: tuple[str, ...], as_json: bool) -> None:
    """Show intent, slots, every path, limits and gate. Runs nothing."""
    from assess.pilot_plan import plan_lines, plan_of_message, plan_of_workflow

    loaded = load_folder(folder)
    if message is None:
        found = {name: plan_of_workflow(loaded, name) for name in loaded.estate.goals}
        say(
            found,
            as_json,
            [line for name, said in found.items() for line in (name, *(f"  {text}" for text in plan_lines(said)[:-1]))],
        )
        return
    from assess.measuring import default_encoder

    said = plan_of_message(loaded, message, _session(session), default_encoder())
    say(said, as_json, plan_lines(said))


@click.command(epilog="Example:  cxready pilot run northwind --cases cases.jsonl --at-most observe")
@FOLDER
@click.option("--message", help="One customer's message.")
@click.option("--customer", help="Whom the message is from.")
@click.option(
    "--session",
    "session",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the channel vouches for, like account_id=A-1; repeatable.",
)
@click.option("--channel", default="", help="Where it came from: chat, email …")
@click.option(
    "--cases",
    "cases_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON lines: case, customer, session, channel, message.",
)
@click.option(
    "--at-most",
    type=click.Choice(["act", "approve", "observe"]),
    default="act",
    show_default=True,
    help="Never more than this; observe writes nothing.",
)
@click.option(
    "--model", help="A model that may name a goal when the words are not clear; what it proposes waits for approval."
)
@click.option(
    "--model-url",
    help="Its OpenAI-compatible address, like http://localhost:8000/v1; its key is taken from CXREADY_MODEL_KEY.",
)
@click.option("--enqueue", is_flag=True, help="Leave the cases to workers (`pilot work`) and wait for nothing.")
@click.option(
    "--model-words",
    is_flag=True,
    help="The model may also put finished replies into other words; every figure is checked.",
)
@AS_JSON
def run(
    folder: Path, message: str | None, customer: str | None, session: tuple[str, ...], channel: str, cases_file: Path | None, at_most: Any,
    model: str | None, model_url: str | None, model_words: bool, enqueue: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run cases; one line each. Without any, go on with what an earlier run left unfinished."""
    from assess.case_files import read_cases
    from assess.piloting import run_cases, take_up

    loaded = load_folder(folder)
    found = read_cases(cases_file) if cases_file else []
    if message is not None:
        given = _session(session)
        found.append(
            {
                "case": _new_name(),
                "customer": customer or given.get("account_id", ""),
                "session": given,
                "channel": channel,
                "message": message,
            }
        )

    if enqueue:
        from runtime.engine.queue_client import enqueue_cases

        if not found:
            raise click.UsageError("--enqueue needs --message or --cases")
        names = enqueue_cases(loaded.estate, found)
        say({"enqueued": names}, as_json, [f"{len(names)} cases wait for a worker"])
        return

    def show(result: CaseResult) -> None:
        click.echo(json.dumps(result.line(), ensure_ascii=False) if as_json else line_of(result))

    models = models_of(model, model_url, model_words)
    done = (
        run_cases(loaded, found, at_most=at_most, **models, progress=show)
        if found
        else take_up(loaded, at_most=at_most, model=models.get("model"), progress=show)
    )
    if not done and not as_json:
        click.echo("nothing is unfinished; give --message or --cases")


@click.command(epilog="Example:  cxready pilot approve northwind case-6 --by person-11")
@FOLDER
@click.argument("case")
@click.option("--option", type=click.Choice(["approve", "refuse"]), default="approve", show_default=True)
@BY
@AS_JSON
def approve(folder: Path, case: str, option: str, by: str, as_json: bool) -> None:
    """Decide about a case that waits, and go on with it."""
    from assess.piloting import decide

    result = decide(load_folder(folder), case, option, by)
    click.echo(json.dumps(result.line(), ensure_ascii=False) if as_json else line_of(result))


@click.command(epilog="Example:  cxready pilot serve northwind --by person-11")
@FOLDER
@BY
@click.option("--port", default=8377, show_default=True, help="Loopback port of the console.")
@click.option(
    "--links-port",
    type=int,
    help="Loopback port of the page for decision links (`answers.address`); without it none is served.",
)
@click.option(
    "--address",
    default="",
    help="What browsers reach it under, with a reverse proxy in front: https://pilot.example.org",
)
@AS_JSON
def serve(folder: Path, by: str, port: int, links_port: int | None, address: str, as_json: bool) -> None:
    """Open the console: what waits, each case's decision path, the stop button. Ctrl-C ends it."""
    from assess.piloting import running
    from runtime.console.serve import serve as serve_console

    with running(load_folder(folder)) as engine:
        serve_console(
            engine,
            by,
            port,
            ready=lambda link: say({"link": link}, as_json, [f"open once: {link}"]),
            links_port=links_port,
            address=address,
        )


@click.command(epilog="Example:  cxready pilot token northwind --for person-12 --role approver")
@FOLDER
@click.option("--for", "person", required=True, metavar="PERSON", help="Whom it is for: an id, not a name.")
@click.option(
    "--role", type=click.Choice(["viewer", "approver", "owner", "intake"]), default="viewer", show_default=True
)
@click.option("--days", default=90, show_default=True, help="How long it opens the console.")
@click.option("--revoke", "take_back", is_flag=True, help="Take back every token of this person instead.")
@AS_JSON
def token(folder: Path, person: str, role: Any, days: int, take_back: bool, as_json: bool) -> None:
    """Make a token for the console (intake: for a program that hands cases in). It is shown once and kept as its hash."""
    from contextlib import closing

    from runtime.console import access
    from runtime.piloting.pilot_state import open_log

    load_folder(folder)
    with closing(open_log(folder / ".cxready")) as connection:
        access.prepare(connection)
        if take_back:
            n = access.revoke(connection, person)
            say({"person": person, "revoked": n}, as_json, [f"{n} tokens of {person} open nothing any more"])
        else:
            made = access.grant(connection, person, role, days)
            say({"person": person, "role": role, "token": made}, as_json, [made])


def line_of(result: CaseResult) -> str:
    return f"{result.case:<24} {result.outcome:<11} {result.intent or '-':<20} {result.reason}"


def _session(pairs: tuple[str, ...]) -> dict[str, str]:
    from runtime.errors import BadInput

    for pair in pairs:
        if "=" not in pair:
            raise BadInput(f"{pair!r} is no NAME=VALUE", "--session", "write --session account_id=A-1")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def _new_name() -> str:
    import secrets
    from datetime import UTC, datetime

    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"

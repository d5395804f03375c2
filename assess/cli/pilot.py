"""`cxready pilot`: one workflow at a time, in shadow first."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from assess.engagement import Folder
    from assess.piloting import CaseResult

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
BY = click.option("--by", required=True, metavar="PERSON", help="Who does it: an id, not a name.")


@click.group()
def pilot() -> None:
    """Run workflows that passed their gate: shadow, then approve, then act."""


@pilot.command(epilog="Example:  cxready pilot init northwind --workflow billing-dispute --approver person-11")
@FOLDER
@click.option("--workflow", required=True, help="A goal of goals.yaml.")
@click.option("--approver", "approvers", multiple=True, help="Id of a person who may approve; repeatable.")
@AS_JSON
def init(folder: Path, workflow: str, approvers: tuple[str, ...], as_json: bool) -> None:
    """Add a workflow to pilot.yaml, in shadow."""
    from runtime.errors import BadInput
    from runtime.pilot_file import add_workflow

    loaded = _loaded(folder)
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
    _say({"workflow": workflow, "added": added}, as_json, [said])


@pilot.command(epilog="Example:  cxready pilot plan northwind --message 'my bill is wrong'")
@FOLDER
@click.option("--message", help="A customer's message; without one every workflow is shown.")
@click.option(
    "--session", "session", multiple=True, metavar="NAME=VALUE", help="What the channel vouches for; repeatable."
)
@AS_JSON
def plan(folder: Path, message: str | None, session: tuple[str, ...], as_json: bool) -> None:
    """Show intent, slots, every path, limits and gate. Runs nothing."""
    from assess.pilot_plan import plan_lines, plan_of_message, plan_of_workflow

    loaded = _loaded(folder)
    if message is None:
        found = {name: plan_of_workflow(loaded, name) for name in loaded.estate.goals}
        _say(
            found,
            as_json,
            [line for name, said in found.items() for line in (name, *(f"  {text}" for text in plan_lines(said)[:-1]))],
        )
        return
    from assess.measuring import default_encoder

    said = plan_of_message(loaded, message, _session(session), default_encoder())
    _say(said, as_json, plan_lines(said))


@pilot.command(epilog="Example:  cxready pilot run northwind --cases cases.jsonl --at-most observe")
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
@AS_JSON
def run(
    folder: Path, message: str | None, customer: str | None, session: tuple[str, ...], channel: str, cases_file: Path | None, at_most: Any,
    model: str | None, model_url: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Run cases; one line each. Without any, go on with what an earlier run left unfinished."""
    from assess.piloting import read_cases, run_cases, take_up

    loaded = _loaded(folder)
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

    def show(result: CaseResult) -> None:
        click.echo(json.dumps(result.line(), ensure_ascii=False) if as_json else _line(result))

    propose = _propose(model, model_url)
    done = (
        run_cases(loaded, found, at_most=at_most, propose=propose, progress=show)
        if found
        else take_up(loaded, at_most=at_most, progress=show)
    )
    if not done and not as_json:
        click.echo("nothing is unfinished; give --message or --cases")


@pilot.command(epilog="Example:  cxready pilot approve northwind case-6 --by person-11")
@FOLDER
@click.argument("case")
@click.option("--option", type=click.Choice(["approve", "refuse"]), default="approve", show_default=True)
@BY
@AS_JSON
def approve(folder: Path, case: str, option: str, by: str, as_json: bool) -> None:
    """Decide about a case that waits, and go on with it."""
    from assess.piloting import decide

    result = decide(_loaded(folder), case, option, by)
    click.echo(json.dumps(result.line(), ensure_ascii=False) if as_json else _line(result))


@pilot.command(epilog="Example:  cxready pilot serve northwind --by person-11")
@FOLDER
@BY
@click.option("--port", default=8377, show_default=True, help="Loopback port of the console.")
@AS_JSON
def serve(folder: Path, by: str, port: int, as_json: bool) -> None:
    """Open the console: what waits, each case's decision path, the stop button. Ctrl-C ends it."""
    from assess.piloting import running
    from runtime.console.serve import serve as serve_console

    with running(_loaded(folder)) as engine:
        serve_console(engine, by, port, ready=lambda link: _say({"link": link}, as_json, [f"open once: {link}"]))


@pilot.command(epilog="Example:  cxready pilot status northwind")
@FOLDER
@AS_JSON
def status(folder: Path, as_json: bool) -> None:
    """Gates, stages, what waits for a person, what is stuck, and whether the log is whole."""
    from datetime import UTC, datetime

    from runtime.gate_check import read_gate
    from runtime.pilot_state import state_of

    loaded = _loaded(folder)
    found = state_of(
        loaded.estate, read_gate(folder), loaded.pilot.value, folder / ".cxready", today=datetime.now(UTC).date()
    )
    lines = ["STOPPED: nothing is written" if found.is_stopped else "running"]
    lines += [
        f"{name:<24} gate {w['gate']:<8} stage {w['stage']:<12} now {w['now']:<8} {w['why']}"
        for name, w in found.workflows.items()
    ]
    lines += [f"outcomes: {', '.join(f'{n} {k}' for k, n in found.outcomes.items()) or 'none yet'}"]
    lines += [f"waits: {w['case']}: {w['question']} (until {w['until'][:16]})" for w in found.waiting]
    lines += [f"stuck: handoff {s['handoff']} to {s['to']}: {s['error'] or 'not delivered yet'}" for s in found.stuck]
    lines += [
        f"open: {o['operation']} of {o['case']}: nobody knows yet whether it was written" for o in found.open_effects
    ]
    lines += [f"tightened: {action} {limits}" for action, limits in found.tightened.items()]
    lines += [f"log broken: {said}" for said in found.broken] or ["log: every chain is whole"]
    _say(found.plain(), as_json, lines)


@pilot.command(epilog="Example:  cxready pilot log northwind case-1 --json")
@click.argument("where", nargs=-1, required=True, metavar="[FOLDER] [RUN]")
@AS_JSON
def log(where: tuple[str, ...], as_json: bool) -> None:
    """The decision log of a run, a line a step; without a run the names of all. Exit 1 when a chain is broken."""
    from runtime import decision_log
    from runtime.errors import BadInput
    from runtime.pilot_state import open_log

    folder, name = _where(where)
    connection = open_log(folder / ".cxready")
    rows = decision_log.rows(connection, name)
    broken = decision_log.verify(connection, name)
    connection.close()
    if name is not None and not rows:
        raise BadInput(f"there is no run {name!r}", str(folder), f"`cxready pilot log {folder}` lists them")
    if name is None and not as_json:
        for run_name in dict.fromkeys(row.run for row in rows):
            click.echo(run_name)
    else:
        for row in rows:
            text = f"{row.seq:>3}  {row.at[11:19]}  {row.step:<34} {row.operation:<28} {row.decision:<9} {row.effect:<9} {row.hash[:12]}"
            click.echo(json.dumps(row.line(), ensure_ascii=False) if as_json else text)
    if broken:
        click.echo("\n".join(broken), err=True)
        sys.exit(1)


@pilot.command(epilog="Example:  cxready pilot export northwind -o pilot-log.jsonl")
@FOLDER
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write, one JSON object a line.",
)
@AS_JSON
def export(folder: Path, output: Path, as_json: bool) -> None:
    """Write the whole decision log with its anchors, for an auditor; kept elsewhere, it proves that nothing was cut off."""
    from runtime.log_export import export_log

    _loaded(folder)
    rows, anchors = export_log(folder / ".cxready", output)
    _say(
        {"file": str(output), "rows": rows, "anchors": anchors},
        as_json,
        [f"written: {output} ({rows} rows, {anchors} anchors)"],
    )


@pilot.command(epilog="Example:  cxready pilot limit northwind issue_credit each 20.00 --by person-11")
@FOLDER
@click.argument("action")
@click.argument("name", metavar="LIMIT")
@click.argument("amount")
@BY
@AS_JSON
def limit(folder: Path, action: str, name: str, amount: str, by: str, as_json: bool) -> None:
    """Tighten a limit; it holds from the next decision on. Loosening goes through guardrails.yaml, prove and assess."""
    from runtime.guardrails.tightened import tighten

    bound = tighten(folder / ".cxready" / "pilot.sqlite", _loaded(folder).estate, action, name, amount, by=by)
    _say({"action": action, "limit": name, "bound": bound}, as_json, [f"{action}: {name} is {amount} from now on"])


@pilot.command(epilog="Example:  cxready pilot stop northwind --by person-11 --why 'wrong credits'")
@FOLDER
@BY
@click.option("--why", default="", help="Kept beside the switch.")
@click.option("--off", is_flag=True, help="Take the stop back.")
@AS_JSON
def stop(folder: Path, by: str, why: str, off: bool, as_json: bool) -> None:
    """Stop every write at once, also of a pilot that is running."""
    from runtime.guardrails.kill_switch import KillSwitch

    _loaded(folder)
    switch = KillSwitch(folder / ".cxready")
    if off:
        switch.turn_off()
    else:
        switch.turn_on(by, why)
    _say(
        {"stopped": switch.is_on()},
        as_json,
        ["every write is refused from now on" if switch.is_on() else "writes are decided on again"],
    )


@pilot.command(epilog="Example:  cxready pilot promote northwind billing-dispute")
@FOLDER
@click.argument("workflow")
@AS_JSON
def promote(folder: Path, workflow: str, as_json: bool) -> None:
    """One stage up, when the gate and enough reviewed cases carry it."""
    from runtime.gate_check import read_gate
    from runtime.pilot_file import set_stage
    from runtime.pilot_state import open_log
    from runtime.stages import check_promotion

    settings = _loaded(folder).pilot.value
    stage = check_promotion(read_gate(folder), open_log(folder / ".cxready"), settings, workflow)
    set_stage(folder, workflow, stage)
    _say({"workflow": workflow, "stage": stage}, as_json, [f"{workflow} is in stage {stage}"])


@pilot.command(epilog="Example:  cxready pilot demote northwind billing-dispute")
@FOLDER
@click.argument("workflow")
@AS_JSON
def demote(folder: Path, workflow: str, as_json: bool) -> None:
    """One stage down, without conditions."""
    from runtime.pilot_file import set_stage
    from runtime.stages import next_stage

    stage = next_stage(_loaded(folder).pilot.value, workflow, up=False)
    set_stage(folder, workflow, stage)
    _say({"workflow": workflow, "stage": stage}, as_json, [f"{workflow} is in stage {stage}"])


@pilot.command(epilog="Example:  cxready pilot forget northwind A-10234")
@FOLDER
@click.argument("customer")
@AS_JSON
def forget(folder: Path, customer: str, as_json: bool) -> None:
    """Erase what is remembered of a customer. The decision log stays: it records what was done."""
    from assess.piloting import forget_customer

    erased = forget_customer(_loaded(folder), customer)
    _say(
        {"customer": customer, **erased}, as_json, [f"erased: {', '.join(f'{n} {what}' for what, n in erased.items())}"]
    )


def _propose(model: str | None, url: str | None) -> Any:
    import os

    from runtime.errors import BadInput

    if not model and not url:
        return None
    if not model or not url:
        raise BadInput("a model needs its name and its address", "--model, --model-url", "give both, or none")
    from runtime.understanding.model import openai_compatible

    return openai_compatible(model, url, os.environ.get("CXREADY_MODEL_KEY", ""))


def _loaded(folder: Path) -> Folder:
    from assess.engagement import load_folder

    return load_folder(folder)


def _say(value: Any, as_json: bool, lines: list[str]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def _line(result: CaseResult) -> str:
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


def _where(words: tuple[str, ...]) -> tuple[Path, str | None]:
    """FOLDER RUN, FOLDER alone, or RUN alone in the present folder."""
    from runtime.errors import BadInput

    folder, name = (words[0], words[1] if len(words) > 1 else None) if Path(words[0]).is_dir() else (".", words[0])
    if not (Path(folder) / ".cxready" / "pilot.sqlite").is_file():
        raise BadInput(
            "there is no pilot's log here", str(Path(folder) / ".cxready"), "run `cxready pilot run DIR` first"
        )
    return Path(folder), name

"""`cxready pilot status|limit|stop|promote|demote|forget`: how it stands, and what may happen next."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from assess.cli.pilot_words import AS_JSON, BY, FOLDER, say
from assess.engagement import load_folder


@click.command(epilog="Example:  cxready pilot status northwind")
@FOLDER
@AS_JSON
def status(folder: Path, as_json: bool) -> None:
    """Gates, stages, what waits for a person, what is stuck, and whether the log is whole."""
    from datetime import UTC, datetime

    from runtime.piloting import delivery_state
    from runtime.piloting.gate_check import read_gate
    from runtime.piloting.pilot_state import state_of

    loaded = load_folder(folder)
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
    lines += delivery_state.lines(found.handoffs, list(found.stuck))
    lines += [
        f"open: {o['operation']} of {o['case']}: nobody knows yet whether it was written" for o in found.open_effects
    ]
    lines += [f"tightened: {action} {limits}" for action, limits in found.tightened.items()]
    lines += list(found.enforcement)
    lines += [f"log broken: {said}" for said in found.broken] or ["log: every chain is whole"]
    say(found.plain(), as_json, lines)


@click.command(epilog="Example:  cxready pilot limit northwind issue_credit 20.00 --until 2026-12-01 --by person-11")
@FOLDER
@click.argument("words", nargs=-1, required=True, metavar="[WORKFLOW] ACTION [LIMIT] AMOUNT")
@click.option(
    "--until", help="A day (held to its end) or a time, like 2026-12-01T18:00; default: until it is assessed again."
)
@BY
@AS_JSON
def limit(folder: Path, words: tuple[str, ...], until: str | None, by: str, as_json: bool) -> None:
    """Tighten a limit: `each` unless another one is named, for one workflow or all. It holds from the next decision on, in every
    process; loosening goes through guardrails.yaml, prove and assess."""
    from runtime.guardrails.tightened import tighten
    from runtime.storage.database import place_of

    estate = load_folder(folder).estate
    workflow, action, name, amount = _limit_words(words, set(estate.goals))
    end = _end(until)
    bound = tighten(place_of(folder / ".cxready"), estate, action, name, amount, workflow=workflow, until=end, by=by)
    what = {"action": action, "limit": name, "bound": bound, "workflow": workflow or None, "until": until}
    holds = f"{' in ' + workflow if workflow else ''}{' until ' + until if until else ''}"
    say(what, as_json, [f"{action}: {name} is at most {amount}{holds} from now on"])


@click.command(epilog="Example:  cxready pilot stop northwind --by person-11 --why 'wrong credits'")
@FOLDER
@BY
@click.option("--why", default="", help="Kept beside the switch.")
@click.option("--off", is_flag=True, help="Take the stop back.")
@AS_JSON
def stop(folder: Path, by: str, why: str, off: bool, as_json: bool) -> None:
    """Stop every write at once, also of a pilot that is running; with CXREADY_DATABASE on every machine that shares the totals."""
    from runtime.guardrails.budgets import shared_ledger
    from runtime.guardrails.kill_switch import KillSwitch

    load_folder(folder)
    switch = KillSwitch(folder / ".cxready")
    shared = shared_ledger(os.environ)
    if off:
        switch.turn_off()
    else:
        switch.turn_on(by, why)
    if shared is not None:
        shared.stop(not off)
    lines = ["every write is refused from now on" if switch.is_on() else "writes are decided on again"]
    said = _stopped(folder / ".cxready") if switch.is_on() else None
    say({"stopped": switch.is_on(), "since": said}, as_json, lines + ([said] if said else []))


@click.command(epilog="Example:  cxready pilot promote northwind billing-dispute")
@FOLDER
@click.argument("workflow")
@AS_JSON
def promote(folder: Path, workflow: str, as_json: bool) -> None:
    """One stage up, when the gate and enough reviewed cases carry it."""
    from runtime.piloting.gate_check import read_gate
    from runtime.piloting.pilot_file import set_stage
    from runtime.piloting.pilot_state import open_log
    from runtime.piloting.stages import check_promotion

    settings = load_folder(folder).pilot.value
    stage = check_promotion(read_gate(folder), open_log(folder / ".cxready"), settings, workflow)
    set_stage(folder, workflow, stage)
    say({"workflow": workflow, "stage": stage}, as_json, [f"{workflow} is in stage {stage}"])


@click.command(epilog="Example:  cxready pilot demote northwind billing-dispute")
@FOLDER
@click.argument("workflow")
@AS_JSON
def demote(folder: Path, workflow: str, as_json: bool) -> None:
    """One stage down, without conditions."""
    from runtime.piloting.pilot_file import set_stage
    from runtime.piloting.stages import next_stage

    stage = next_stage(load_folder(folder).pilot.value, workflow, up=False)
    set_stage(folder, workflow, stage)
    say({"workflow": workflow, "stage": stage}, as_json, [f"{workflow} is in stage {stage}"])


@click.command(epilog="Example:  cxready pilot forget northwind A-10234")
@FOLDER
@click.argument("customer")
@AS_JSON
def forget(folder: Path, customer: str, as_json: bool) -> None:
    """Erase what the pilot keeps of a customer. The decision log stays whole: what it says of them can be read no more."""
    from assess.piloting import forget_customer

    found = forget_customer(load_folder(folder), customer)
    lines = [
        f"erased: {found.cases} finished cases, {found.remembered} lines of memory, {found.handoffs} handoffs, "
        f"{found.answers} answers of systems; {found.sealed_rows} rows of the log can be read no more"
    ]
    lines += (
        [f"{found.plain_rows} rows of an older version were not sealed and stay readable"] if found.plain_rows else []
    )
    lines += [f"still under way, forget again once ended: {', '.join(found.under_way)}"] if found.under_way else []
    lines += [f"a running pilot holds {name}: say it again once it ended" for name in found.busy]
    say({"customer": customer, **found.plain()}, as_json, lines)
    sys.exit(1 if found.under_way or found.busy else 0)


def _stopped(home: Path) -> str | None:
    """What was still under way, where a process of this folder wrote within the last minute: looked at after a second."""
    import time
    from datetime import UTC, datetime, timedelta

    from runtime.guardrails.reading_back import after_stop
    from runtime.piloting.pilot_state import open_log
    from runtime.storage.database import is_made, place_of

    if not is_made(place_of(home)):
        return None
    log = open_log(home)
    try:
        recent = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        if log.execute("SELECT 1 FROM decision_log WHERE at > ? LIMIT 1", (recent,)).fetchone():
            time.sleep(1.0)
        found = after_stop(log, home)
        return found.says() if found else None
    finally:
        log.close()


def _limit_words(words: tuple[str, ...], workflows: set[str]) -> tuple[str, str, str, str]:
    """Workflow (or empty), action, limit and amount of `[WORKFLOW] ACTION [LIMIT] AMOUNT`."""
    from runtime.errors import BadInput

    given = list(words)
    workflow = given.pop(0) if len(given) > 2 and given[0] in workflows else ""
    if len(given) not in (2, 3):
        raise BadInput(
            f"{' '.join(words)!r} does not name a limit", "pilot limit", "write [WORKFLOW] ACTION [LIMIT] AMOUNT"
        )
    return workflow, given[0], given[1] if len(given) == 3 else "each", given[-1]


def _end(until: str | None) -> float | None:
    """UTC seconds; a day ends with its last second, times without a zone are this machine's."""
    from datetime import datetime, timedelta

    from runtime.errors import BadInput

    if until is None:
        return None
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        raise BadInput(f"{until!r} is no time", "--until", "write it like 2026-12-01 or 2026-12-01T18:00") from None
    return (moment + timedelta(days=1) if len(until) == 10 else moment).timestamp()

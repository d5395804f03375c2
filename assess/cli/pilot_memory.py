"""`cxready pilot memory|kept`: what is remembered of a customer, and what they still wait for."""

from __future__ import annotations

from pathlib import Path

import click

from assess.cli.pilot_words import AS_JSON, FOLDER, say
from assess.engagement import load_folder


@click.command(epilog="Example:  cxready pilot memory northwind A-10234")
@FOLDER
@click.argument("customer", required=False)
@AS_JSON
def memory(folder: Path, customer: str | None, as_json: bool) -> None:
    """What is remembered of a customer: cases over all channels, what systems said, open promises; without one all open promises."""
    from contextlib import closing
    from dataclasses import asdict
    from datetime import UTC, datetime

    from runtime import memory as remembered
    from runtime import promises
    from runtime.piloting.pilot_state import open_log

    load_folder(folder)
    now = datetime.now(UTC)
    with closing(open_log(folder / ".cxready")) as connection:
        cases = remembered.timeline(connection, customer) if customer else []
        facts = remembered.facts(connection, customer) if customer else []
        waits = promises.open_promises(connection, customer)
    lines = [f"{m.at:%Y-%m-%d %H:%M}  {m.channel or '-':<8} {m.workflow or '-':<20} {m.outcome}" for m in cases]
    lines += [f"{f.at:%Y-%m-%d %H:%M}  {f.source}: {f.name} {f.value}" for f in facts]
    lines += [
        f"promised until {p.due:%Y-%m-%d %H:%M}{' (OVERDUE)' if p.is_overdue(now) else ''}: {p.says}  [{p.id}]"
        for p in waits
    ]
    found = {
        "cases": [asdict(m) for m in cases],
        "facts": [asdict(f) for f in facts],
        "promises": [{**asdict(p), "overdue": p.is_overdue(now)} for p in waits],
    }
    say(found, as_json, lines or ["nothing is remembered"])


@click.command(epilog="Example:  cxready pilot kept northwind demo-1-resolved")
@FOLDER
@click.argument("promise")
@AS_JSON
def kept(folder: Path, promise: str, as_json: bool) -> None:
    """Mark a promise to a customer as kept."""
    from contextlib import closing
    from datetime import UTC, datetime

    from runtime import promises
    from runtime.errors import BadInput
    from runtime.piloting.pilot_state import open_log

    load_folder(folder)
    with closing(open_log(folder / ".cxready")) as connection:
        done = promises.keep(connection, promise, now=datetime.now(UTC))
    if not done:
        raise BadInput("there is no open promise of this name", promise, f"`cxready pilot memory {folder}` lists them")
    say({"promise": promise, "kept": True}, as_json, [f"kept: {promise}"])

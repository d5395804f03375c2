"""What each page of the console shows; templates/console says how."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader

from runtime import decision_log, promises
from runtime.cases.approval import waiting
from runtime.cases.waiting_cases import waiting_cases
from runtime.console.access import Session
from runtime.engine.engine import Engine
from runtime.escalation import outbox
from runtime.escalation.strange_words import plainly
from runtime.guardrails.kill_switch import KillSwitch
from runtime.piloting import reviews
from runtime.piloting.limits_used import limits_used
from runtime.piloting.pilot_figures import figures
from runtime.piloting.pilot_state import state_of
from runtime.storage.database import Connection

LATEST = 50
SAMPLE = 10


@dataclass(frozen=True)
class Live:
    """A case in the list: what happened last, and its outcome once there is one, or that it waits."""

    run: str
    begun: str
    step: str
    steps: int
    outcome: str


def home(engine: Engine, session: Session, said: str) -> str:
    pilot = engine.pilot
    state = state_of(pilot.estate, pilot.gate, pilot.settings, pilot.home, today=datetime.now(UTC).date())
    waits = promises.open_promises(pilot.connection)[:LATEST]
    return _page(
        "home.html", engine, session, said, waiting=waiting(pilot), state=state, promises=waits, now=datetime.now(UTC)
    )


def cases(engine: Engine, session: Session, said: str) -> str:
    return _page("cases.html", engine, session, said, cases=latest(engine.pilot.connection, LATEST))


def case(engine: Engine, session: Session, run: str) -> str:
    """One case's decision path, with the state of its chain; empty when there is none."""
    connection = engine.pilot.connection
    rows = decision_log.rows(connection, run)
    if not rows:
        return ""
    mine = [h for h in waiting(engine.pilot) if h.case == run]
    broken = decision_log.verify(connection, run)
    return _page("case.html", engine, session, "", run=run, rows=rows, broken=broken, waits=mine)


def handoffs(engine: Engine, session: Session, said: str) -> str:
    rows = sorted(outbox.rows(engine.pilot.connection), key=lambda row: row.created_at, reverse=True)
    return _page("handoffs.html", engine, session, said, rows=rows[:LATEST])


def limits(engine: Engine, session: Session, said: str) -> str:
    pilot = engine.pilot
    return _page("limits.html", engine, session, said, used=limits_used(pilot.estate, pilot.home, os.environ))


def review(engine: Engine, session: Session, said: str) -> str:
    connection = engine.pilot.connection
    drawn = reviews.sample(connection, SAMPLE)
    flows = figures(connection, now=datetime.now(UTC))
    return _page("review.html", engine, session, said, drawn=drawn, flows=flows)


PAGES: Mapping[str, Callable[[Engine, Session, str], str]] = {
    "/": home,
    "/cases": cases,
    "/handoffs": handoffs,
    "/limits": limits,
    "/review": review,
}
NAMES = {"/": "Approvals", "/cases": "Cases", "/handoffs": "Handoffs", "/limits": "Limits", "/review": "Reviews"}


def sign_in(engine: Engine, said: str = "") -> str:
    """The page for a token; what it knows of the engagement is its name."""
    return _pages().get_template("sign_in.html").render(organisation=engine.pilot.estate.organisation, said=said)


def style() -> str:
    return _template("style.css")


def latest(connection: Connection, n: int) -> list[Live]:
    """The cases that were written about last, the newest first."""
    ids = connection.execute(
        "SELECT run, MAX(id) AS last, COUNT(*) AS steps, MIN(at) AS begun FROM decision_log GROUP BY run ORDER BY last DESC LIMIT ?",
        (n,),
    ).fetchall()
    waits = {found.run for found in waiting_cases(connection)}
    return [_live(connection, str(run), int(steps), str(begun), waits) for run, _, steps, begun in ids]


def _live(connection: Connection, run: str, steps: int, begun: str, waits: Collection[str]) -> Live:
    rows = decision_log.rows(connection, run)
    ends = [str(row.detail.get("outcome", "")) for row in rows if row.step == reviews.END]
    last = next((row for row in reversed(rows) if row.step != reviews.STEP), rows[-1])
    return Live(run, begun, last.operation or last.step, steps, ends[-1] if ends else "waiting" if run in waits else "")


def _page(name: str, engine: Engine, session: Session, said: str, **more: Any) -> str:
    pilot = engine.pilot
    return (
        _pages()
        .get_template(name)
        .render(
            organisation=pilot.estate.organisation,
            visitor=session.visitor,
            csrf=session.csrf,
            stopped=KillSwitch(pilot.home).is_on(),
            said=said,
            names=NAMES,
            page=name,
            **more,
        )
    )


@cache
def _pages() -> Environment:
    return Environment(loader=FunctionLoader(_template), autoescape=True, finalize=plainly)


def _template(name: str) -> str:
    return (files("templates") / "console" / name).read_text(encoding="utf-8")

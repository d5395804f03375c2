"""A customer is forgotten (GDPR Art. 17): everywhere the pilot keeps their words and figures, and the pages they stood on.

What stays is pseudonymous: rows of the decision log whose key is erased (sealed.py), totals under a keyed hash
(budget_pseudonyms.py), who decided what. Cases under way and handoffs that nobody has taken yet stay until they end: somebody
waits for them. Tickets in a desk's own system, and backups, are for whoever runs those.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from runtime import decision_log, memory, promises
from runtime.escalation import outbox
from runtime.escalation.destinations.local_queue import LocalQueue
from runtime.escalation.form import Handoff
from runtime.guardrails.budgets import BudgetLedger, shared_ledger
from runtime.log import sealed
from runtime.piloting.pilot_state import open_log
from runtime.storage.database import ENGINE_SCHEMA, Connection, Place, is_address, is_made, place_of, place_of_engine

FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
FORGOTTEN = "forgotten"
BUSY_MS = 5_000
QUEUE = "local_queue.sqlite"


@dataclass(frozen=True)
class Forgotten:
    """What was erased, in counts.

    `plain_rows`: rows of the log that an older version did not seal; `under_way`: cases and handoffs that stay until they end;
    `busy`: files of a running pilot whose old pages could not be overwritten now.
    """

    remembered: int
    cases: int
    sealed_rows: int
    plain_rows: int
    handoffs: int
    answers: int
    under_way: tuple[str, ...]
    busy: tuple[str, ...]

    def plain(self) -> dict[str, int | list[str]]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def forget(home: Path, customer: str, environment: Mapping[str, str]) -> Forgotten:
    """Erases what can be; safe to say again.

    Args:
        home: the folder's `.cxready/`.
    """
    place, engine = place_of(home, environment), place_of_engine(home)
    finished, under_way = _engine_cases(engine, customer)
    with closing(open_log(home)) as connection:
        runs = {*sealed.runs_of(connection, customer), *memory.runs_of(connection, customer), *finished} - under_way
        handoffs, waiting = _forget_handoffs(connection, home, customer, under_way)
        _forget_traces(connection, runs)
        found = Forgotten(
            remembered=memory.forget(connection, customer) + promises.forget(connection, customer),
            cases=len(finished),
            plain_rows=sum(_plain_rows(connection, run) for run in runs),
            sealed_rows=sealed.forget(connection, runs),
            handoffs=handoffs,
            answers=_forget_answers(home, customer, environment),
            under_way=tuple(sorted({*under_way, *waiting})),
            busy=(),
        )
    busy = tuple(name for one in _files(home, place, engine) if (name := _overwritten(one)))
    return Forgotten(**{**vars(found), "busy": busy})


def _engine_cases(place: Place, customer: str) -> tuple[set[str], set[str]]:
    """Erases inputs and step results of finished cases; gives those, and the ones that are under way."""
    if not is_made(place):
        return set(), set()
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    address = str(place) if is_address(place) else f"sqlite:///{Path(place).resolve()}"
    client = DBOSClient(
        system_database_url=address, dbos_system_schema=ENGINE_SCHEMA, serializer=DBOSPortableJSONSerializer()
    )
    try:
        own = [w for w in client.list_workflows() if _customer(w.input) == customer]
        finished = {w.workflow_id for w in own if w.status in FINISHED}
        if finished:
            client.delete_workflows(sorted(finished))
        return finished, {w.workflow_id for w in own} - finished
    finally:
        client.destroy()


def _forget_handoffs(
    connection: Connection, home: Path, customer: str, under_way: Collection[str]
) -> tuple[int, set[str]]:
    """Takes customer, words and facts out of delivered handoffs; who decided what stays. Also those that are still on their way."""
    own = [row for row in outbox.rows(connection) if row.handoff.customer.ref == customer]
    done = [row for row in own if row.state in ("delivered", "accepted") and row.handoff.case not in under_way]
    for row in done:
        form = _without_words(row.handoff)
        connection.execute(
            "UPDATE handoffs SET form = ?, text = '', subject = ? WHERE id = ?",
            (form.model_dump_json(by_alias=True), FORGOTTEN, row.id),
        )
        connection.execute("DELETE FROM ticket_notes WHERE handoff_id = ?", (row.id,))
    if not under_way:
        connection.execute("DELETE FROM with_person WHERE customer = ?", (customer,))
        connection.execute("DELETE FROM confirmations WHERE customer = ?", (customer,))
    if (home / QUEUE).is_file():
        LocalQueue("", home / QUEUE).forget(row.id for row in done)
    return len(done), {row.id for row in own if row.handoff.case not in under_way} - {row.id for row in done}


def _without_words(handoff: Handoff) -> Handoff:
    """Whom it went to and what was asked for stay, by their ids; all else goes."""
    who = handoff.customer.model_copy(update={"ref": FORGOTTEN, "display": FORGOTTEN, "reach": ""})
    options = tuple(option.model_copy(update={"says": FORGOTTEN}) for option in handoff.ask.options)
    return Handoff(
        handoff_id=handoff.handoff_id,
        case=handoff.case,
        workflow=handoff.workflow,
        created=handoff.created,
        ask=handoff.ask.model_copy(update={"question": FORGOTTEN, "options": options}),
        why=handoff.why.model_copy(update={"text": FORGOTTEN}),
        severity=handoff.severity,
        category=handoff.category,
        sensitive=handoff.sensitive,
        customer=who,
        route=handoff.route,
        test=handoff.test,
        return_=handoff.return_,
    )


def _forget_traces(connection: Connection, runs: Collection[str]) -> None:
    for run in runs:
        connection.execute("UPDATE effects SET answer = 'null' WHERE run = ?", (run,))
        connection.execute("DELETE FROM waiting_cases WHERE run = ?", (run,))


def _plain_rows(connection: Connection, run: str) -> int:
    rows = decision_log.rows(connection, run, as_kept=True)
    return sum(bool(row.arguments) and sealed.MARK not in row.arguments for row in rows)


def _forget_answers(home: Path, customer: str, environment: Mapping[str, str]) -> int:
    """What systems answered, in the ledger; copies of a ledger that an older version kept go too."""
    for copy in home.glob("budgets.sqlite.v*"):
        copy.unlink(missing_ok=True)
    ledger = shared_ledger(environment)
    if ledger is None and (home / "budgets.sqlite").is_file():
        ledger = BudgetLedger.create(home / "budgets.sqlite")
    if ledger is None:
        return 0
    try:
        return ledger.forget_answers(customer)
    finally:
        ledger.close()


def _files(home: Path, place: Place, engine: Place) -> list[Path]:
    """Databases that are files of this folder; PostgreSQL overwrites on its own (autovacuum)."""
    candidates = [*(Path(one) for one in (place, engine) if not is_address(one)), *home.glob("*.sqlite")]
    return sorted({one for one in candidates if one.is_file()})


def _overwritten(path: Path) -> str:
    """Writes the file anew, so that no free page and no write-ahead log keeps what was erased; its name where others are at work."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        try:
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            busy = 1
    return path.name if busy else ""


def _customer(inputs: object) -> str:
    try:
        return str(inputs["args"][0]["customer"])  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return ""

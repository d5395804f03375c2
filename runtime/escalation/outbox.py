"""Handoffs on their way: a row in the caller's transaction, then exactly one ticket, whatever fails on the way.

Each attempt: lease the row, and if an earlier one left a doubt, settle and search by key before creating; then read
back key and body. The retry times are those of Standard Webhooks (https://www.standardwebhooks.com, 5 s … 10 h); the deputy destination
takes over long before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic as clock

from runtime.errors import BadInput
from runtime.escalation.delivery import Result, attempt, settle_doubts
from runtime.escalation.destinations.destination import Destination, digest_of
from runtime.escalation.form import Handoff
from runtime.escalation.outbox_rows import COLUMNS, Row, State, prepare, row_of, text_of
from runtime.escalation.rendering import render
from runtime.escalation.routes import EscalationFile, shows_words
from runtime.storage.database import Connection, begin

__all__ = [
    "LEASE_S",
    "RETRY_S",
    "Row",
    "State",
    "dead_letters",
    "deliver",
    "enqueue",
    "prepare",
    "retry",
    "row",
    "rows",
]
RETRY_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000)
LEASE_S = 120
DEPUTY_AFTER = 3  # failed attempts
LAST_LOOK_S = 3_600  # after delivery: late duplicates are looked for after two minutes and after an hour
SILENT_S = 15.0  # an attempt that took longer: the destination hangs


def enqueue(
    connection: Connection, handoff: Handoff, escalation: EscalationFile, *, now: datetime, language: str = ""
) -> bool:
    """Puts a handoff on its way, inside the caller's transaction; commits nothing.

    Args:
        language: of the people who receive it; default: the route's.

    Returns:
        False when a handoff with this id is there already: it is the same one.

    Raises:
        BadInput: its route or the route's destination is not in escalation.yaml.
    """
    route = escalation.routes.get(handoff.route.id)
    if route is None or route.destination not in escalation.destinations:
        raise BadInput(
            f"no destination for the route {handoff.route.id!r}",
            "escalation.yaml",
            "name a route with a destination that is defined there",
        )
    destination = escalation.destinations[route.destination]
    rendered = render(
        handoff, language or route.language, with_words=shows_words(escalation, route), zone=escalation.zone
    )
    deputy_at = now + timedelta(seconds=handoff.route.budget_s / 4)
    values = (
        handoff.handoff_id,
        handoff.model_dump_json(by_alias=True),
        rendered.subject,
        rendered.text,
        digest_of(rendered.text),
        handoff.route.queue or destination.queue or "",
        handoff.severity,
        route.destination,
        route.deputy or "",
        "waiting",
        0,
        text_of(now),
        "",
        "",
        "",
        "",
        "",
        text_of(now),
        text_of(deputy_at),
        None,
    )
    marks = ", ".join("?" for _ in values)
    cursor = connection.execute(
        f"insert into handoffs ({COLUMNS}) values ({marks}) on conflict (id) do nothing",  # noqa: S608
        values,
    )
    return cursor.rowcount == 1


def deliver(
    connection: Connection,
    destinations: Mapping[str, Destination],
    *,
    now: Callable[[], datetime],
    settle: float = 2.0,
    worker: str = "outbox",
    most: int = 50,
    look_again: bool = False,
) -> list[Row]:
    """Delivers what is due, and returns the rows that were touched as they are afterwards. Safe in several processes
    at once.

    Args:
        destinations: by the names of escalation.yaml.
        settle: seconds after a doubt before searching: more than the longest request and the destination's index lag.
        look_again: searches once more, two minutes after each delivery: gateways on the way repeat requests, too.
    """
    touched: list[str] = []
    silent: set[str] = set()  # did not answer in this run: those behind it in the line are not to wait as long again
    while len(touched) < most and (leased := _lease(connection, now(), worker, touched)):
        row, targets = leased
        touched.append(row.id)
        for target in targets:
            begun = clock()
            result = attempt(row, destinations, use=target) if target not in silent else _passed_over(row, target)
            silent |= {target} if clock() - begun > SILENT_S else set()
            if result.done:
                break
            row = replace(row, doubt=result.doubts(row))
        changes = result.changes(row, now(), settle, RETRY_S, look_again=look_again)
        _record(connection, row, changes, worker)
    _reconcile(connection, destinations, now(), settle)
    return [one for one in rows(connection) if one.id in touched]


def rows(connection: Connection, state: State | None = None) -> list[Row]:
    """All handoffs, or those in a state, oldest first."""
    where = " where state = ?" if state else ""
    return [
        row_of(r)
        for r in connection.execute(
            f"select {COLUMNS} from handoffs{where} order by created_at, id",  # noqa: S608
            (state,) if state else (),
        ).fetchall()
    ]


def row(connection: Connection, id: str) -> Row | None:
    """One handoff by its id."""
    found = connection.execute(f"select {COLUMNS} from handoffs where id = ?", (id,)).fetchone()  # noqa: S608
    return row_of(found) if found else None


def of_case(connection: Connection, case: str) -> list[Row]:
    """The handoffs of one case, oldest first."""
    found = connection.execute(
        f"select {COLUMNS} from handoffs where json_extract(form, '$.case') = ? order by created_at, id",  # noqa: S608
        (case,),
    ).fetchall()
    return [row_of(one) for one in found]


def dead_letters(connection: Connection) -> list[Row]:
    """Handoffs that no destination took; a person must look: `cxready pilot status` shows them first."""
    return rows(connection, "dead")


def retry(connection: Connection, id: str, *, now: datetime) -> bool:
    """Sends a dead letter on its way again; what is in doubt stays in doubt."""
    cursor = connection.execute(
        "update handoffs set state = 'waiting', attempts = 0, next_at = ? where id = ? and state = 'dead'",
        (text_of(now), id),
    )
    connection.commit()
    return cursor.rowcount == 1


def _lease(connection: Connection, now: datetime, worker: str, seen: list[str]) -> tuple[Row, tuple[str, ...]] | None:
    """Takes one due row for this worker and notes the doubt before anything is sent: a kill from here on is found
    again.
    """
    marks = ", ".join("?" for _ in seen) or "''"
    begin(connection, "handoffs")
    found = connection.execute(
        f"select {COLUMNS} from handoffs where state = 'waiting' and next_at <= ? and leased_until <= ? and id not in"  # noqa: S608
        f" ({marks}) order by created_at, id limit 1",
        (text_of(now), text_of(now), *seen),
    ).fetchone()
    if found is None:
        connection.rollback()
        return None
    row = row_of(found)
    targets = _choose(row, now)
    doubt = ",".join(dict.fromkeys((*row.doubt, *targets)))
    connection.execute(
        "update handoffs set leased_by = ?, leased_until = ?, attempts = attempts + 1, doubt = ? where id = ?",
        (worker, text_of(now + timedelta(seconds=LEASE_S)), doubt, row.id),
    )
    connection.commit()
    return row, targets


def _choose(row: Row, now: datetime) -> tuple[str, ...]:
    """The deputy first after three failures, or once a quarter of the route's time is over without a person having
    been told; the destination itself is tried behind it, since it may be back while the deputy is not there.
    """
    late = row.attempts >= DEPUTY_AFTER or (row.attempts > 0 and now >= row.deputy_at)
    return (row.deputy, row.destination) if row.deputy and late else (row.destination,)


def _record(connection: Connection, row: Row, changes: Mapping[str, str | None], worker: str) -> None:
    """Writes the result only while the lease is still ours: a worker that slept too long does not overwrite its
    successor.
    """
    sets = ", ".join(f"{name} = ?" for name in changes)
    with connection:
        connection.execute(
            f"update handoffs set {sets}, leased_until = '', leased_by = '' where id = ? and leased_by = ?",  # noqa: S608
            (*changes.values(), row.id, worker),
        )


def _passed_over(row: Row, target: str) -> Result:
    """Not sent: it would only wait in line behind a destination that does not answer."""
    return Result(target, done=False, doubt=target in row.doubt, error="not tried: it did not answer a moment ago")


def _reconcile(connection: Connection, destinations: Mapping[str, Destination], now: datetime, settle: float) -> None:
    """There once, after a doubt: what turns up later, here or elsewhere, is closed as a duplicate."""
    found = connection.execute(
        f"select {COLUMNS} from handoffs where state in ('delivered', 'accepted') and doubt <> '' and next_at <= ?",  # noqa: S608
        (text_of(now),),
    ).fetchall()
    for row in map(row_of, found):
        left, flaw = settle_doubts(row, destinations)
        flaws = "; ".join(dict.fromkeys(filter(None, (row.flaw, flaw))))
        last = row.created_at if row.delivered_at is None else row.delivered_at + timedelta(seconds=LAST_LOOK_S)
        soon = now + timedelta(seconds=max(settle, 60))  # who could not be asked, or would not close, is asked again
        left, due = (list(row.doubt), min(last, soon) if left else last) if now < last else (left, soon)
        with connection:
            connection.execute(
                "update handoffs set doubt = ?, flaw = ?, next_at = ? where id = ?",
                (",".join(left), flaws, text_of(due), row.id),
            )

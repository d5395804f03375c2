"""Notes on a handoff's ticket: what came of a decision, and what the customer wrote meanwhile; each once.

A note waits until its ticket is there. After a doubt the ticket is looked at; where that cannot be seen, a result is not
written twice (people would read two results), while a customer's words are (lost is worse than twice).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from runtime.escalation import outbox
from runtime.escalation.destinations.destination import DeliveryFailed, Destination
from runtime.escalation.outbox_rows import text_of
from runtime.storage.database import Connection

Kind = Literal["result", "message"]
RETRY_S = (5, 60, 300, 1_800, 7_200, 36_000)


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "create table if not exists ticket_notes (key text primary key, handoff_id text not null, kind text not null, text text"
        " not null, state text not null default 'waiting', attempts integer not null default 0, doubt integer not null"
        " default 0, next_at text not null, error text not null default '')"
    )


def add(connection: Connection, handoff_id: str, key: str, kind: Kind, text: str, *, now: datetime) -> bool:
    """Puts a note on its way, inside the caller's transaction; False when the same one is there already."""
    return (
        connection.execute(
            "insert into ticket_notes (key, handoff_id, kind, text, next_at) values (?, ?, ?, ?, ?) on conflict (key) do nothing",
            (key, handoff_id, kind, text, text_of(now)),
        ).rowcount
        == 1
    )


def write(connection: Connection, destinations: Mapping[str, Destination], *, now: datetime) -> int:
    """Writes what is due; gives how many notes were written. Safe in several processes at once."""
    due = connection.execute(
        "select key, handoff_id, kind, text, attempts, doubt from ticket_notes where state = 'waiting' and next_at <= ?"
        " order by next_at, key",
        (text_of(now),),
    ).fetchall()
    written = 0
    for key, handoff_id, kind, text, attempts, doubt in due:
        row = outbox.row(connection, handoff_id)
        destination = destinations.get(row.delivered_to) if row and row.state in ("delivered", "accepted") else None
        if row is None or destination is None or not _take(connection, key, attempts, now):
            continue
        state, error = _one(destination, row.remote_id, key, kind, text, bool(doubt))
        if state == "waiting" and attempts + 1 >= len(RETRY_S):
            state = "given up"
        with connection:
            is_doubt = int(state == "waiting" and error.startswith("doubt: "))
            connection.execute(
                "update ticket_notes set state = ?, error = ?, doubt = ? where key = ?",
                (state, error[:200], is_doubt, key),
            )
        written += state == "written"
    return written


def given_up(connection: Connection) -> list[tuple[str, str, str]]:
    """Handoff, kind and error of notes that will not be written any more."""
    return connection.execute(
        "select handoff_id, kind, error from ticket_notes where state in ('given up', 'unclear') order by key"
    ).fetchall()


def _take(connection: Connection, key: str, attempts: int, now: datetime) -> bool:
    """For one worker; in doubt from here on, so that a kill is found again."""
    wait = RETRY_S[min(attempts, len(RETRY_S) - 1)] + 120
    with connection:
        return (
            connection.execute(
                "update ticket_notes set attempts = attempts + 1, doubt = 1, next_at = ? where key = ? and attempts = ? and"
                " state = 'waiting'",
                (text_of(now + timedelta(seconds=wait)), key, attempts),
            ).rowcount
            == 1
        )


def _one(destination: Destination, id: str, key: str, kind: Kind, text: str, doubt: bool) -> tuple[str, str]:
    """State and error after one try."""
    if not destination.comments:
        return "given up", f"{destination.name} takes no notes: name its `comment` operation in escalation.yaml"
    try:
        noted = destination.noted(id, key) if doubt else False
        if noted:
            return "written", ""
        if noted is None and kind == "result":
            return "unclear", "it may stand there, and that cannot be seen"
        destination.comment(id, text, key)
    except DeliveryFailed as failed:
        return "waiting", f"doubt: {failed.says}" if failed.doubt or doubt else failed.says
    return "written", ""

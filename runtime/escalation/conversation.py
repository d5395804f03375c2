"""Who speaks: from a handoff until its case is closed a person does, and the agent stays silent in that conversation.

A conversation is a customer on a channel. It is given back when the person's decision was carried out, when the ticket is
closed, when somebody gives it back by hand, or after `answers.silent_hours`: silence must not last for ever by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.escalation.outbox_rows import text_of
from runtime.storage.database import Connection


@dataclass(frozen=True)
class WithPerson:
    """An open conversation: its handoff, and the case that it came from."""

    handoff_id: str
    case: str
    opened_at: datetime


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "create table if not exists with_person (handoff_id text primary key, customer text not null, channel text not null,"
        " \"case\" text not null, opened_at text not null, closed_at text, closed_by text not null default '')"
    )


def give_to_person(
    connection: Connection, handoff_id: str, *, customer: str, channel: str, case: str, now: datetime
) -> None:
    """From here on a person speaks; inside the caller's transaction. Without a known customer nothing can be held."""
    if customer:
        connection.execute(
            "insert into with_person values (?, ?, ?, ?, ?, null, '') on conflict (handoff_id) do nothing",
            (handoff_id, customer, channel, case, text_of(now)),
        )


def with_person(
    connection: Connection, customer: str, channel: str, *, case: str, now: datetime, hours: float
) -> WithPerson | None:
    """The newest open conversation of a customer on a channel, from another case; None: the agent may speak."""
    found = connection.execute(
        'select handoff_id, "case", opened_at from with_person where customer = ? and channel = ? and "case" <> ? and closed_at'
        " is null and opened_at > ? order by opened_at desc limit 1",
        (customer, channel, case, text_of(now - timedelta(hours=hours))),
    ).fetchone()
    return WithPerson(found[0], found[1], datetime.fromisoformat(found[2])) if customer and found else None


def give_back(connection: Connection, *, case: str, why: str, now: datetime) -> int:
    """The agent may speak again in the conversation of a case; gives how many handoffs that closed."""
    with connection:
        return connection.execute(
            'update with_person set closed_at = ?, closed_by = ? where "case" = ? and closed_at is null',
            (text_of(now), why, case),
        ).rowcount


def open_conversations(connection: Connection) -> list[WithPerson]:
    """All that people have at the moment, oldest first."""
    rows = connection.execute(
        'select handoff_id, "case", opened_at from with_person where closed_at is null order by opened_at'
    ).fetchall()
    return [WithPerson(id, case, datetime.fromisoformat(at)) for id, case, at in rows]

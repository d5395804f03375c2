"""The outbox's table: one row a handoff, what it holds, and how it is written and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from runtime.escalation.form import Handoff
from runtime.storage.database import Connection

State = Literal["waiting", "delivered", "accepted", "dead"]
COLUMNS = (
    "id, form, subject, text, digest, queue, priority, destination, deputy, state, attempts, next_at, doubt, remote_id,"
    " delivered_to, flaw, error, created_at, deputy_at, delivered_at"
)


@dataclass(frozen=True)
class Row:
    """One handoff in the outbox.

    `state`: delivered is read back; accepted is taken by a destination where nothing can be read back. `doubt`:
    destinations that may hold it although no answer said so; `flaw`: it arrived, but not as sent. `delivered_to`: where
    `remote_id` is from, also while it waits to be read back.
    """

    id: str
    form: str
    subject: str
    text: str
    digest: str
    queue: str
    priority: str
    destination: str
    deputy: str
    state: State
    attempts: int
    next_at: datetime
    doubt: tuple[str, ...]
    remote_id: str
    delivered_to: str
    flaw: str
    error: str
    created_at: datetime
    deputy_at: datetime
    delivered_at: datetime | None

    @property
    def handoff(self) -> Handoff:
        return Handoff.model_validate_json(self.form)


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "create table if not exists handoffs (id text primary key, form text not null, subject text not null, text text"
        " not null, digest text not null, queue text not null, priority text not null, destination text not null,"
        " deputy text not null, state text not null, attempts integer not null, next_at text not null, doubt text not"
        " null default '', remote_id text not null default '', delivered_to text not null default '', flaw text not"
        " null default '', error text not null default '', created_at text not null, deputy_at text not null,"
        " delivered_at text, leased_by text not null default '', leased_until text not null default '')"
    )


def row_of(found: tuple[object, ...]) -> Row:
    values = dict(zip(COLUMNS.split(", "), found, strict=True))
    for name in ("next_at", "created_at", "deputy_at", "delivered_at"):
        values[name] = datetime.fromisoformat(str(values[name])) if values[name] else None
    values["doubt"] = tuple(filter(None, str(values["doubt"]).split(",")))
    return Row(**values)  # type: ignore[arg-type]


def text_of(at: datetime) -> str:
    """UTC in one width, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")

"""What a customer was asked before a write, and the answer: the channel's own record `confirmation` that conditions read.

Written by the runtime when the answer comes in, read by the enforcing proxy from the same file: no agent hands it in, and a yes
holds for the very arguments that were asked about, once. Silence and anything but a clear yes is no yes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from runtime.guardrails.effects import Effect
from runtime.storage.database import Connection

NAME = "confirmation"
MOST_TRIES = 2
Said = Literal["", "yes", "no", "unclear"]
_TABLE = """CREATE TABLE IF NOT EXISTS confirmations (
  run TEXT NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL, question TEXT NOT NULL, customer TEXT NOT NULL,
  asked_at TEXT NOT NULL, deadline TEXT NOT NULL, said TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, operation, arguments))"""


@dataclass(frozen=True)
class Question:
    """One question of a case. `said` stays empty until a clear answer came; after two unclear ones it is `unclear`."""

    run: str
    operation: str
    arguments: Mapping[str, Any]
    question: str
    customer: str
    deadline: datetime
    said: Said = ""
    tries: int = 0


def prepare(connection: Connection) -> None:
    connection.execute(_TABLE)


def ask(connection: Connection, question: Question, *, now: datetime) -> None:
    """Keeps the question; the same question of a repeated step is kept once."""
    connection.execute(
        "INSERT INTO confirmations (run, operation, arguments, question, customer, asked_at, deadline) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (question.run, question.operation, _text(question.arguments), question.question, question.customer,
         now.isoformat(), question.deadline.isoformat()),
    )  # fmt: skip


def answered(connection: Connection, run: str, customer: str, said: Said, *, now: datetime) -> bool:
    """Records an answer to the open question of a run; False where none is open, it is too late, or somebody else answers."""
    found = open_question(connection, run, now=now)
    if found is None or (found.customer and found.customer != customer):
        return False
    kept = said if said != "unclear" or found.tries + 1 >= MOST_TRIES else ""
    changed = connection.execute(
        "UPDATE confirmations SET said = ?, tries = tries + 1 WHERE run = ? AND operation = ? AND arguments = ? AND said = ''",
        (kept, run, found.operation, _text(found.arguments)),
    )
    return changed.rowcount == 1


def open_question(connection: Connection, run: str, *, now: datetime) -> Question | None:
    """What a run waits to hear from its customer."""
    return next((q for q in _of(connection, run) if not q.said and now < q.deadline), None)


def answer_to(connection: Connection, run: str, operation: str, arguments: Mapping[str, Any]) -> Question | None:
    """The question about exactly this call."""
    return next(
        (q for q in _of(connection, run) if q.operation == operation and dict(q.arguments) == dict(arguments)), None
    )


def record_for(
    connection: Connection, run: str, operation: str, arguments: Mapping[str, Any], effect: Effect | None
) -> dict[str, Any] | None:
    """The record `confirmation` as conditions read it: `{"arguments": …}` after a yes; our own reference in the call is no part of it."""
    agreed = [dict(q.arguments) for q in _of(connection, run) if q.operation == operation and q.said == "yes"]
    reference = effect.repeat.reference.partition(".")[0] if effect and effect.repeat else ""
    asked = {name: value for name, value in arguments.items() if name != reference}
    if dict(arguments) in agreed or asked in agreed:
        return {"arguments": dict(arguments)}
    return {"arguments": agreed[-1]} if agreed else None


def _of(connection: Connection, run: str) -> list[Question]:
    rows = connection.execute(
        "SELECT operation, arguments, question, customer, deadline, said, tries FROM confirmations WHERE run = ? ORDER BY asked_at",
        (run,),
    ).fetchall()
    return [Question(run, r[0], json.loads(r[1]), r[2], r[3], datetime.fromisoformat(r[4]), r[5], r[6]) for r in rows]


def _text(arguments: Mapping[str, Any]) -> str:
    return json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, default=str)

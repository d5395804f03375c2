"""Writes that happen once: an intent before, an effect after, keyed by *what* is done, not by where the step stands.

After a crash or a lost answer an open intent is settled in one of three ways, as the gate measured for the operation:
by the system's own idempotency key, by reading back after settling, or not at all: then the effect is unknown and a
person gets it. The same key from another case finds the first one's effect and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runtime.gate import RepeatSafe
from runtime.storage.database import Connection

State = Literal["intent", "done", "held", "refused", "unknown"]
ALREADY_DONE = "already_done"
Sleep = Callable[[float], None]
_TABLE = """CREATE TABLE IF NOT EXISTS effects (
  key TEXT PRIMARY KEY, run TEXT NOT NULL, operation TEXT NOT NULL, state TEXT NOT NULL, answer TEXT NOT NULL DEFAULT 'null', at REAL NOT NULL)"""


@dataclass(frozen=True)
class Sent:
    """What came back of one try. `unknown`: no answer, or one that does not say whether it was written."""

    state: Literal["done", "held", "refused", "unknown"]
    answer: Any = None
    decision: str = ""
    reason: str = ""
    rule: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Effect:
    """The settled effect of a write. `repeated`: it had been done before, by this case or another (`run`)."""

    sent: Sent
    run: str
    repeated: bool = False


Send = Callable[[bool], Sent]
"""Sends the write; True: it was read back that nothing had been written."""
Find = Callable[[], Any]
"""Reads the written record back by our own reference; None when there is none.

Raises:
    LookupError: it cannot be told.
"""


def key_of(workflow: str, operation: str, values: Mapping[str, Any]) -> str:
    """The idempotency key: sha256 of what is done. The amount is not part of it: a recomputed amount about one charge pays once.

    A number and its digits as text are one value, for systems and models write them either way.
    """
    same = {name: value if isinstance(value, list | dict) else str(value) for name, value in sorted(values.items())}
    said = json.dumps([workflow, operation, same], ensure_ascii=False, default=str)
    return "cx-" + hashlib.sha256(said.encode()).hexdigest()[:40]


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(_TABLE)


def write_once(
    connection: Connection,
    key: str,
    operation: str,
    *,
    run: str,
    repeat: RepeatSafe,
    send: Send,
    find: Find | None,
    sleep: Sleep = time.sleep,
) -> Effect:
    """Does the write unless it was done. Safe to call again after a kill at any point.

    Args:
        connection: autocommit; each state is durable before the next thing happens.
    """
    known = _known(connection, key)
    if known and known.state == "done":
        return Effect(Sent("done", known.answer, decision="act"), known.run, repeated=True)
    if known and known.state in ("intent", "unknown"):
        return _settled(connection, key, known, repeat, send, find, sleep)
    if not _begin(connection, key, operation, run):
        sleep(0.2)
        return write_once(connection, key, operation, run=run, repeat=repeat, send=send, find=find, sleep=sleep)
    sent = send(False)
    _record(connection, key, sent)
    if sent.state == "unknown":
        return _settled(connection, key, _Open("unknown", None, run, time.time()), repeat, send, find, sleep)
    return Effect(sent, run)


def open_intents(connection: Connection) -> list[tuple[str, str]]:
    """(run, operation) of writes whose effect is not known."""
    return [
        (r[0], r[1])
        for r in connection.execute(
            "SELECT run, operation FROM effects WHERE state IN ('intent', 'unknown') ORDER BY at"
        )
    ]


def _settled(
    connection: Connection,
    key: str,
    open_: _Open,
    repeat: RepeatSafe,
    send: Send,
    find: Find | None,
    sleep: Sleep,
) -> Effect:
    """Finds out what became of an open intent."""
    if repeat.by == "key":
        sent = send(False)
        done = sent.rule == ALREADY_DONE and find is not None  # it was written; only its answer was lost
        return _kept(connection, key, _found(find) or sent if done and find else sent, open_.run)
    if repeat.by == "read_back" and find is not None:
        sleep(max(0.0, open_.at + repeat.settle_s - time.time()))
        try:
            found = find()
        except LookupError:
            return _kept(connection, key, _NOT_KNOWN, open_.run)
        if found is not None:
            return _kept(connection, key, Sent("done", found, decision="act"), open_.run)
        _begin_again(connection, key)
        return _kept(connection, key, send(True), open_.run)
    return _kept(connection, key, _NOT_KNOWN, open_.run)


def _found(find: Find) -> Sent | None:
    try:
        record = find()
    except LookupError:
        return None
    return Sent("done", record, decision="act") if record is not None else None


_NOT_KNOWN = Sent(
    "unknown",
    reason="nobody can tell whether it was written: there is no key that the system honours and nothing to read it back by",
    rule="unknown_effect",
)


def _kept(connection: Connection, key: str, sent: Sent, owner: str) -> Effect:
    _record(connection, key, sent)
    return Effect(sent, owner)


@dataclass(frozen=True)
class _Open:
    """What the table holds of a key; `at`: when the last try began, UTC seconds."""

    state: State
    answer: Any
    run: str
    at: float


def _known(connection: Connection, key: str) -> _Open | None:
    row = connection.execute("SELECT state, answer, run, at FROM effects WHERE key = ?", (key,)).fetchone()
    return _Open(row[0], json.loads(row[1]), row[2], row[3]) if row else None


def _begin(connection: Connection, key: str, operation: str, run: str) -> bool:
    """Writes the intent; False when another case was quicker. A held or refused one may be tried again."""
    changed = connection.execute(
        "INSERT INTO effects (key, run, operation, state, at) VALUES (?, ?, ?, 'intent', ?) "
        "ON CONFLICT (key) DO UPDATE SET state = 'intent', run = excluded.run, at = excluded.at WHERE effects.state IN ('held', 'refused')",
        (key, run, operation, time.time()),
    )
    return changed.rowcount == 1


def _begin_again(connection: Connection, key: str) -> None:
    """The settling time starts anew with each try."""
    connection.execute("UPDATE effects SET state = 'intent', at = ? WHERE key = ?", (time.time(), key))


def _record(connection: Connection, key: str, sent: Sent) -> None:
    connection.execute(
        "UPDATE effects SET state = ?, answer = ? WHERE key = ?",
        (sent.state, json.dumps(sent.answer, default=str), key),
    )

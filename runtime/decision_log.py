"""What was decided and done, one row a step: append-only, each row chained to the one before it by its hash.

Triggers refuse changes; a change made past them (another program, a hex editor) breaks the chain, and `verify` names the row.
A cut-off end shows against an anchor: a head that was written down before, here and ideally elsewhere too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from runtime.errors import BadInput
from runtime.log import sealed
from runtime.log.log_tables import COLUMNS, SCHEMA, TABLES
from runtime.redaction import redact
from runtime.storage import database
from runtime.storage.database import Connection, Place

START = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One step of a run. `append` fills the lower half; `detail` holds what only this kind of step has."""

    run: str
    step: str
    operation: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    decision: str = ""
    effect: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    seq: int = 0
    previous: str = ""
    hash: str = ""

    def line(self) -> dict[str, Any]:
        """The line of `pilot log RUN --json`."""
        names = ("seq", "at", "step", "operation", "arguments", "decision", "effect", "hash")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Anchor:
    """The end of a run's chain at a moment; kept elsewhere too it proves that nothing was cut off since."""

    run: str
    seq: int
    hash: str
    at: str


def connect(place: Place) -> Connection:
    """Opens (and creates) a log that several processes may append to; see database.py."""
    connection = database.connect(place)
    prepare(connection)
    return connection


def prepare(connection: Connection) -> None:
    """Creates tables and triggers when they are missing; safe to call on each opening.

    Raises:
        BadInput: the log was written by a newer version.
    """
    sealed.prepare(connection)
    if "decision_log_schema" in database.tables(connection):
        found = connection.execute("SELECT version FROM decision_log_schema").fetchone()[0]
        if found > SCHEMA:
            raise BadInput(f"the decision log has schema {found}; this version reads {SCHEMA}", "", "update cxready")
        return
    for statement in TABLES:
        connection.execute(statement)


def append(connection: Connection, entry: Entry) -> Entry:
    """Adds one row and returns it with number, time and hash.

    Inside an open transaction it commits with that transaction, otherwise at once. Arguments and detail are redacted here too,
    so that no caller can forget it.

    Args:
        connection: open, with `prepare` done. A transaction that read before should have begun with BEGIN IMMEDIATE,
            or SQLite may report it busy when two processes append.
    """
    prepare(connection)
    if connection.in_transaction:
        return _insert(connection, entry)
    database.begin(connection, entry.run)
    try:
        added = _insert(connection, entry)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return added


def rows(connection: Connection, run: str | None = None, *, as_kept: bool = False) -> list[Entry]:
    """The rows of one run in order, or of all runs in the order of writing.

    Args:
        as_kept: with what is said of customers sealed, as the hashes are made of it.
    """
    prepare(connection)
    where, values = ("WHERE run = ?", (run,)) if run is not None else ("", ())
    kept = connection.execute(f"SELECT {COLUMNS} FROM decision_log {where} ORDER BY id", values)  # noqa: S608
    found = [_entry(row) for row in kept]
    if as_kept:
        return found
    keys = sealed.keys(connection, None if run is None else [run])
    return [_opened(entry, keys.get(entry.run)) for entry in found]


def anchor(connection: Connection) -> list[Anchor]:
    """Writes down the end of every run's chain and returns them; runs without news get no second anchor."""
    prepare(connection)
    now = datetime.now(UTC).isoformat()
    heads = [Anchor(e.run, e.seq, e.hash, now) for e in {e.run: e for e in rows(connection, as_kept=True)}.values()]
    known = {(a.run, a.hash) for a in _anchors(connection)}
    for head in heads:
        if (head.run, head.hash) not in known:
            connection.execute(
                "INSERT INTO decision_anchors VALUES (?, ?, ?, ?)", (head.run, head.seq, head.hash, head.at)
            )
    return heads


def verify(connection: Connection, run: str | None = None, *, anchors: Iterable[Anchor] = ()) -> list[str]:
    """Checks the chains; an empty list means that nothing was changed, left out or cut off.

    Args:
        run: only this one.
        anchors: heads that were kept elsewhere; those in the log itself are always checked.
    """
    problems: list[str] = []
    chains: dict[str, list[Entry]] = {}
    for entry in rows(connection, run, as_kept=True):
        chains.setdefault(entry.run, []).append(entry)
    for name, chain in chains.items():
        problems += _broken(name, chain)
    for head in [*_anchors(connection), *anchors]:
        if run is None or head.run == run:
            problems += _cut(head, chains.get(head.run, []))
    if run is None:
        problems += _cut_by_count(connection)
    return list(dict.fromkeys(problems))


def _insert(connection: Connection, entry: Entry) -> Entry:
    last = connection.execute(
        "SELECT seq, hash FROM decision_log WHERE run = ? ORDER BY seq DESC LIMIT 1", (entry.run,)
    ).fetchone()
    seq, previous = (last[0] + 1, last[1]) if last else (1, START)
    at = entry.at or datetime.now(UTC).isoformat()
    key = sealed.keys(connection, [entry.run]).get(entry.run)
    arguments, detail = sealed.seal(key, entry.run, _plain(entry.arguments), _plain(entry.detail))
    added = replace(entry, at=at, seq=seq, previous=previous, arguments=arguments, detail=detail)
    added = replace(added, hash=_hash(added))
    values = (
        added.run, added.seq, added.at, added.step, added.operation, _dumps(added.arguments),
        added.decision, added.effect, _dumps(added.detail), added.previous, added.hash,
    )  # fmt: skip
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO decision_log ({COLUMNS}) VALUES ({marks})", values)  # noqa: S608
    return _opened(added, key)


def _opened(entry: Entry, key: bytes | None) -> Entry:
    if sealed.MARK not in entry.arguments and sealed.MARK not in entry.detail:
        return entry
    arguments, detail = sealed.unseal(key, entry.run, entry.arguments, entry.detail)
    return replace(entry, arguments=arguments, detail=detail)


def _hash(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of the row, its predecessor's hash included."""
    row = [
        entry.run, entry.seq, entry.at, entry.step, entry.operation, entry.arguments,
        entry.decision, entry.effect, entry.detail, entry.previous,
    ]  # fmt: skip
    return hashlib.sha256(
        json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def _broken(run: str, chain: list[Entry]) -> list[str]:
    problems: list[str] = []
    previous = START
    for place, entry in enumerate(chain, start=1):
        if entry.seq != place:
            return [*problems, f"{run}: row {place} is missing (row {entry.seq} follows)"]
        if entry.previous != previous:
            problems.append(f"{run}: row {place} does not follow the row before it")
        elif entry.hash != _hash(entry):
            problems.append(f"{run}: row {place} ({entry.step}) was changed after it was written")
        previous = entry.hash
    return problems


def _cut(head: Anchor, chain: list[Entry]) -> list[str]:
    if len(chain) < head.seq:
        return [f"{head.run}: rows after {len(chain)} are cut off; row {head.seq} was anchored on {head.at}"]
    if not any(entry.seq == head.seq and entry.hash == head.hash for entry in chain):
        return [f"{head.run}: row {head.seq} is not the one that was anchored on {head.at}"]
    return []


def _cut_by_count(connection: Connection) -> list[str]:
    """SQLite's own counter remembers rows that are gone from the end, unless that was edited as well. PostgreSQL's counts
    also what was rolled back: there an anchor that is kept elsewhere has to tell.
    """
    if "sqlite_sequence" not in database.tables(connection):
        return []
    counted = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision_log'").fetchone()
    last = connection.execute("SELECT MAX(id) FROM decision_log").fetchone()[0] or 0
    if counted and counted[0] > last:
        return [f"the log: {counted[0] - last} rows at its end are gone"]
    return []


def _anchors(connection: Connection) -> list[Anchor]:
    return [Anchor(*row) for row in connection.execute("SELECT run, seq, hash, at FROM decision_anchors")]


def _entry(row: tuple[Any, ...]) -> Entry:
    run, seq, at, step, operation, arguments, decision, effect, detail, previous, hash_ = row
    try:
        given, more = json.loads(arguments), json.loads(detail)
    except ValueError:  # changed past the triggers: verify must be able to say so
        given, more = {"unreadable": arguments}, {"unreadable": detail}
    return Entry(run, step, operation, given, decision, effect, more, at, seq, previous, hash_)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    found = json.loads(_dumps(redact(dict(value))))
    return dict(found)


def _dumps(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True, ensure_ascii=False, default=str)

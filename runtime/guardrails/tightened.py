"""Limits that were tightened while running: each an added condition, at once, only ever narrower, needing no new proof.

Loosening goes through proof and assessment. Rows are never changed; an older, narrower row goes on to hold until it ends.
Each tightening stands in the decision log (run `limits`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime import decision_log
from runtime.errors import BadInput, Conflict, Unreachable
from runtime.estate import Estate
from runtime.guardrails.cedar import MONEY_LIMITS, rule, workflows_of
from runtime.guardrails.tightened_rows import Row, changed, rows_at
from runtime.money import from_minor, to_minor
from runtime.storage import database
from runtime.storage.database import Connection, Place, is_address

COUNTS = ("count_per_customer_per_30_days", "count_per_day")
LIMITS = (*MONEY_LIMITS, *COUNTS)
RUN = "limits"
PATIENCE_S = 10.0
_TABLE = """CREATE TABLE IF NOT EXISTS tightened (
  id INTEGER PRIMARY KEY, action TEXT NOT NULL, name TEXT NOT NULL, bound INTEGER NOT NULL, until REAL, by TEXT NOT NULL, at REAL NOT NULL,
  workflow TEXT NOT NULL DEFAULT '')"""


@dataclass(frozen=True)
class Tightened:
    """The limits in force, looked up at each decision; what another process changed is seen within 50 ms."""

    path: Place
    clock: Callable[[], float] = time.time

    def bounds(self, action: str, workflow: str = "") -> dict[str, int]:
        """Name of a limit → the lowest bound in force for every workflow and for this one, in minor units or as a count.

        Raises:
            Conflict: the list cannot be read, so nobody knows what holds.
        """
        found: dict[str, int] = {}
        for row in self._held():
            if row.action == action and row.workflow in ("", workflow):
                found[row.name] = min(row.bound, found.get(row.name, row.bound))
        return found

    def in_force(self, action: str) -> dict[str, int]:
        """The same for people: limits of one workflow as `each (billing-dispute)`."""
        found: dict[str, int] = {}
        for row in self._held():
            if row.action == action:
                name = f"{row.name} ({row.workflow})" if row.workflow else row.name
                found[name] = min(row.bound, found.get(name, row.bound))
        return found

    def _held(self) -> list[Row]:
        """Rows that have not ended."""
        try:
            rows = rows_at(self.path)
        except (sqlite3.Error, Unreachable) as error:
            said = f"the list of tightened limits cannot be read ({error})"
            place = "CXREADY_DATABASE" if is_address(self.path) else str(self.path)
            raise Conflict(said, place, "restore it; nothing is written without it") from None
        return [row for row in rows if row.until is None or row.until > self.clock()] if rows else []


def tighten(
    place: Place,
    estate: Estate,
    action: str,
    limit: str,
    amount: str,
    *,
    workflow: str = "",
    until: float | None = None,
    by: str = "",
) -> int:
    """Lowers one limit at once; gives the bound (minor units, or a count).

    Args:
        amount: quoted major units like "20.00", or a whole number for a count.
        workflow: only this one; empty: every workflow of the action.
        until: UTC seconds; None holds until the next assessment.

    Raises:
        BadInput: an unknown action, limit or workflow, an end that has passed, or a bound that would not be narrower than
            the proved one.
    """
    bound = _bound(estate, action, limit, amount)
    _narrows(estate, action, limit, bound, workflow)
    if until is not None and until <= time.time():
        raise BadInput("this end has already passed", f"{action}.{limit}", "name a time in the future, or leave it out")
    ends = datetime.fromtimestamp(until, UTC).isoformat() if until is not None else None
    detail = {"action": action, "limit": limit, "bound": bound, "workflow": workflow, "until": ends, "by": by}
    with closing(_opened_to_write(place)) as connection:
        _prepare(connection)
        database.begin(connection, RUN)
        connection.execute(
            "INSERT INTO tightened (action, name, bound, until, by, at, workflow) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (action, limit, bound, until, by, time.time(), workflow),
        )
        decision_log.append(connection, decision_log.Entry(run=RUN, step="tighten", operation=action, detail=detail))
        connection.commit()
    changed()
    return bound


def _bound(estate: Estate, action: str, limit: str, amount: str) -> int:
    if action not in estate.guardrails.actions:
        raise BadInput(
            f"there is no action {action!r}", "guardrails.yaml", f"one of: {', '.join(estate.guardrails.actions)}"
        )
    if limit not in LIMITS:
        raise BadInput(f"there is no limit {limit!r}", "guardrails.yaml", f"one of: {', '.join(LIMITS)}")
    limits = estate.guardrails.actions[action].limits
    currency = limits.currency or estate.currency
    written = getattr(limits, limit)
    try:
        bound = int(amount) if limit in COUNTS else to_minor(amount, currency)
        proved = None if written is None else int(written) if limit in COUNTS else to_minor(written, currency)
    except ValueError as error:
        raise BadInput(str(error), action, 'write it like "20.00"') from None
    if bound < 0 or (proved is not None and bound > proved):
        shown = "0" if proved is None else written if limit in COUNTS else f"{from_minor(proved, currency)} {currency}"
        raise BadInput(
            f"{amount} is not narrower than {shown}",
            f"{action}.{limit}",
            "to loosen a limit, change guardrails.yaml, then `guardrails prove` and `assess`",
        )
    return bound


def _narrows(estate: Estate, action: str, limit: str, bound: int, workflow: str) -> None:
    """The compiled rules with the bound are the proved ones with conditions added, in at least one of them.

    Raises:
        BadInput: the workflow may not do this at all, or the limit says nothing about the action.
    """
    written = estate.guardrails.actions[action]
    pairs = [(who, op) for op in written.operations for who in _who(estate, action, op) if workflow in ("", who)]
    if not pairs:
        who = sorted({w for op in written.operations for w in _who(estate, action, op)})
        raise BadInput(f"no rule lets {workflow or 'any workflow'} do this", action, f"one of: {', '.join(who) or '–'}")
    added: Mapping[str, int] = {limit: bound}
    changed = False
    for who_, operation in pairs:
        before, after = rule(estate, who_, operation).clauses, rule(estate, who_, operation, added).clauses
        assert set(before) <= set(after), "an added condition never takes one away"
        changed = changed or len(after) > len(before)
    if not changed:
        raise BadInput(
            f"{action} moves no money that {limit} could bound", f"{action}.{limit}", "bound a count instead"
        )


def _who(estate: Estate, action: str, operation: str) -> list[str]:
    """Workflows whose writes of the operation this action covers."""
    if not estate.is_write(operation) or estate.effect(operation) is None:
        return []
    if estate.guardrails.action_of(operation) != action:
        return []
    return workflows_of(estate, estate.guardrails.actions[action], operation)


def _opened_to_write(place: Place) -> Connection:
    """Waits while another process opens the same new file: making it a write-ahead log cannot be shared."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return decision_log.connect(place)
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _prepare(connection: Connection) -> None:
    """Made where it is absent; a table of an older version gets the column that it lacks."""
    connection.execute(_TABLE)
    columns = database.columns(connection, "tightened")
    if "workflow" not in columns:
        connection.execute("ALTER TABLE tightened ADD COLUMN workflow TEXT NOT NULL DEFAULT ''")

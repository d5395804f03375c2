"""Limits that were tightened while running: each an added condition, at once, only ever narrower, needing no new proof.

Loosening goes through proof and assessment. Rows are never changed; an older, narrower row goes on to hold until it ends.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.cedar import MONEY_LIMITS
from runtime.money import from_minor, to_minor

COUNTS = ("count_per_customer_per_30_days", "count_per_day")
_TABLE = """CREATE TABLE IF NOT EXISTS tightened (
  id INTEGER PRIMARY KEY, action TEXT NOT NULL, name TEXT NOT NULL, bound INTEGER NOT NULL, until REAL, by TEXT NOT NULL, at REAL NOT NULL)"""


@dataclass(frozen=True)
class Tightened:
    """The limits in force, read from the database at each decision."""

    path: Path
    clock: Callable[[], float] = time.time

    def bounds(self, action: str) -> dict[str, int]:
        """Name of a limit → the lowest bound in force, in minor units or as a count."""
        if not self.path.exists():
            return {}
        rows = _connection(self.path).execute(
            "SELECT name, MIN(bound) FROM tightened WHERE action = ? AND (until IS NULL OR until > ?) GROUP BY name",
            (action, self.clock()),
        )
        return {str(name): int(bound) for name, bound in rows}


def tighten(
    database: Path, estate: Estate, action: str, limit: str, amount: str, *, until: float | None = None, by: str = ""
) -> int:
    """Lowers one limit at once; gives the bound (minor units, or a count).

    Args:
        amount: quoted major units like "20.00", or a whole number for a count.
        until: UTC seconds; None holds until the next assessment.

    Raises:
        BadInput: an unknown action or limit, or a bound that would not be narrower than the proved one.
    """
    bound = _bound(estate, action, limit, amount)
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute(_TABLE)
        connection.execute(
            "INSERT INTO tightened (action, name, bound, until, by, at) VALUES (?, ?, ?, ?, ?, ?)",
            (action, limit, bound, until, by, time.time()),
        )
    return bound


def _bound(estate: Estate, action: str, limit: str, amount: str) -> int:
    if action not in estate.guardrails.actions:
        raise BadInput(
            f"there is no action {action!r}", "guardrails.yaml", f"one of: {', '.join(estate.guardrails.actions)}"
        )
    if limit not in (*MONEY_LIMITS, *COUNTS):
        raise BadInput(
            f"there is no limit {limit!r}", "guardrails.yaml", f"one of: {', '.join((*MONEY_LIMITS, *COUNTS))}"
        )
    limits = estate.guardrails.actions[action].limits
    currency = limits.currency or estate.currency
    written = getattr(limits, limit)
    try:
        bound = int(amount) if limit in COUNTS else to_minor(amount, currency)
        proved = None if written is None else int(written) if limit in COUNTS else to_minor(written, currency)
    except ValueError as error:
        raise BadInput(str(error), action, 'write it like "20.00"') from None
    if bound < 0 or (proved is not None and bound > proved):
        shown = written if limit in COUNTS or proved is None else f"{from_minor(proved, currency)} {currency}"
        raise BadInput(
            f"{amount} is not narrower than {shown}",
            f"{action}.{limit}",
            "to loosen a limit, change guardrails.yaml, then `guardrails prove` and `assess`",
        )
    return bound


_local = threading.local()


def _connection(path: Path) -> sqlite3.Connection:
    """One connection a thread and file; the table is made where it is absent."""
    held: dict[tuple[str, int, int], sqlite3.Connection] = _local.__dict__.setdefault("held", {})
    key = (str(path), path.stat().st_ino, os.getpid())
    if key not in held:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        connection.execute(_TABLE)
        held[key] = connection
    return held[key]

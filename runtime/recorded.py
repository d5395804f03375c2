"""What the engine recorded of finished cases: the message and every step's result, erased when a customer is forgotten."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

FINISHED = ("SUCCESS", "ERROR", "CANCELLED")


def forget_messages(database: Path, customer: str) -> int:
    """Erases the recorded inputs and steps of a customer's finished cases; open ones stay until they end.

    Returns:
        how many cases.
    """
    if not database.is_file():
        return 0
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        marks = ", ".join("?" for _ in FINISHED)
        rows = connection.execute(f"SELECT workflow_uuid, inputs FROM workflow_status WHERE status IN ({marks})", FINISHED)  # noqa: S608
        runs = [run for run, inputs in rows.fetchall() if _is_of(inputs, customer)]
        for run in runs:
            connection.execute("DELETE FROM operation_outputs WHERE workflow_uuid = ?", (run,))
            connection.execute("DELETE FROM workflow_status WHERE workflow_uuid = ?", (run,))
    return len(runs)


def _is_of(inputs: str | None, customer: str) -> bool:
    try:
        case = json.loads(inputs or "{}")["args"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    return bool(case.get("customer") == customer)

"""The engine's three statements of a step, on SQLite, said directly: its own way builds each of them anew, every time, at most of a step's cost.

Same tables, rows, checks and durability (tests/runtime/engine/test_quick_steps.py compares them row by row), half the processor time and
fewer pages a commit: who owns the run is looked up within the write transaction, and not rewritten. Only for versions of
the engine that were compared; any other one keeps its own way.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dbos._context import current_owner_xid
from dbos._error import (
    DBOSStepNondeterminismError,
    DBOSUnexpectedStepError,
    DBOSWorkflowCancelledError,
    DBOSWorkflowConflictIDError,
)
from dbos._sys_db import db_retry

COMPARED = ("3.4.0",)
PATIENCE_S = 30
_OWNER = "SELECT owner_xid FROM workflow_status WHERE workflow_uuid = ?"
_STATUS = "SELECT status FROM workflow_status WHERE workflow_uuid = ?"
_RECORDED = (
    "SELECT output, error, function_name, child_workflow_id, serialization FROM operation_outputs"
    " WHERE workflow_uuid = ? AND function_id = ?"
)
_NAMES = (
    "workflow_uuid",
    "function_id",
    "function_name",
    "output",
    "error",
    "child_workflow_id",
    "started_at_epoch_ms",
    "serialization",
)
_RECORD = (
    f"INSERT INTO operation_outputs ({', '.join(_NAMES)}, completed_at_epoch_ms, application_name, retention_timestamp)"  # noqa: S608
    f" VALUES ({', '.join('?' * (len(_NAMES) + 3))})"
    " ON CONFLICT (workflow_uuid, function_id) DO UPDATE SET completed_at_epoch_ms = operation_outputs.completed_at_epoch_ms"
    " RETURNING completed_at_epoch_ms"
)


def quicken(system_database: Any, path: Path) -> bool:
    """Lets a started engine's steps take the direct way; False where its version was not compared."""
    if version("dbos") not in COMPARED:
        return False
    steps = _Steps(path, system_database.app_name)
    system_database.check_operation_execution = steps.look
    system_database.record_operation_result = steps.record
    return True


class _Steps:
    """One connection a thread and process, as the engine has them."""

    def __init__(self, path: Path, application: str) -> None:
        self._path, self._application, self._local = path, application, threading.local()

    def look(self, run: str, number: int, name: str, *, owner_key: str | None = None) -> dict[str, Any] | None:
        """What is recorded of a step; None when nothing is."""
        assert owner_key is None, "keys belong to sharded databases"
        found = self._looked(run, number)
        if found is None:
            return None
        output, error, recorded, child, serialization = found
        if recorded != name:
            raise DBOSUnexpectedStepError(workflow_id=run, step_id=number, expected_name=name, recorded_name=recorded)
        return {"output": output, "error": error, "serialization": serialization,
                "child_workflow_id": child, "child_shard_key": None}  # fmt: skip

    def record(
        self,
        result: Mapping[str, Any],
        *,
        completed_at_epoch_ms: int | None = None,
        owner_xid: str | None = None,
        owner_key: str | None = None,
    ) -> None:
        """Keeps a step's result, unless the run has another owner by now."""
        assert owner_key is None, "keys belong to sharded databases"
        at = int(time.time() * 1000)
        completed = at if completed_at_epoch_ms is None else completed_at_epoch_ms
        owner = owner_xid if owner_xid is not None else current_owner_xid(result["workflow_uuid"])
        values = (*(result[name] for name in _NAMES), completed, self._application, at // 1000 * 1000)
        if self._recorded(result["workflow_uuid"], owner, values) != completed:
            raise DBOSStepNondeterminismError(result["workflow_uuid"], result["function_id"])

    @db_retry()
    def _looked(self, run: str, number: int) -> Any:
        connection = self._connection()
        status = connection.execute(_STATUS, (run,)).fetchone()
        assert status is not None, f"the run {run} does not exist"
        if status[0] == "CANCELLED":
            raise DBOSWorkflowCancelledError(f"Workflow {run} is cancelled. Aborting function.")
        return connection.execute(_RECORDED, (run, number)).fetchone()

    @db_retry()
    def _recorded(self, run: str, owner: str | None, values: tuple[Any, ...]) -> int | None:
        """Looks up the owner and writes in one transaction; gives the completion time that stands there now."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            if owner is not None and connection.execute(_OWNER, (run,)).fetchone() != (owner,):
                raise DBOSWorkflowConflictIDError(run)
            [(stands,)] = connection.execute(_RECORD, values).fetchall()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return None if stands is None else int(stands)

    def _connection(self) -> sqlite3.Connection:
        held = getattr(self._local, "held", None)
        if held is None or held[1] != os.getpid():
            connection = sqlite3.connect(self._path, timeout=PATIENCE_S, isolation_level=None)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.held = held = (connection, os.getpid())
        live: sqlite3.Connection = held[0]
        return live

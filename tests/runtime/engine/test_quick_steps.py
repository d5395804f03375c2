"""The direct way of recording steps leaves the same rows as the engine's own, and refuses what it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, SetWorkflowID
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSStepNondeterminismError, DBOSUnexpectedStepError, DBOSWorkflowConflictIDError

from runtime.engine.engine import config_of, launch
from runtime.engine.quick_steps import quicken

TIMES = ("started_at_epoch_ms", "completed_at_epoch_ms", "retention_timestamp")
PLAIN = {"amount": "12.40", "name": "Zoë", "list": [1, None, True], "nested": {"a": 1.5}}


@DBOS.step(name="quick give")
def give(value: Any) -> Any:
    return value


@DBOS.step(name="quick fail")
def fail() -> None:
    raise ValueError("as it should")


@DBOS.workflow(name="quick case")
def several(value: Any) -> list[Any]:
    said = ""
    try:
        fail()
    except ValueError as error:
        said = str(error)
    return [give(value), give(None), said]


@contextmanager
def engine(path: Path, *, is_quick: bool) -> Iterator[Any]:
    DBOS(config=config_of(path, "1", "test"))
    launch(path) if is_quick else DBOS.launch()
    try:
        yield _get_dbos_instance()._sys_db
    finally:
        DBOS.destroy()


def rows(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT * FROM operation_outputs ORDER BY workflow_uuid, function_id").fetchall()
    return [dict(row) for row in found]


def test_both_ways_leave_the_same_rows(tmp_path: Path) -> None:
    left = []
    for is_quick in (False, True):
        path = tmp_path / f"{is_quick}.sqlite"
        with engine(path, is_quick=is_quick), SetWorkflowID("one"):
            assert several(PLAIN) == [PLAIN, None, "as it should"]
        left.append(rows(path))
    own, quick = left
    assert [{k: v for k, v in row.items() if k not in TIMES} for row in own] == [
        {k: v for k, v in row.items() if k not in TIMES} for row in quick
    ]
    assert all(type(mine[name]) is type(its[name]) for mine, its in zip(quick, own, strict=True) for name in TIMES)
    assert all(abs(row["retention_timestamp"] - row["completed_at_epoch_ms"]) < 60_000 for row in quick)


def test_a_run_with_another_owner_is_not_written_to_and_a_step_is_not_recorded_twice(tmp_path: Path) -> None:
    path = tmp_path / "dbos.sqlite"
    with engine(path, is_quick=True) as database:
        with SetWorkflowID("one"):
            several(PLAIN)
        result = {**dict.fromkeys(("output", "error", "child_workflow_id", "serialization")), "function_name": "quick give",
                  "workflow_uuid": "one", "function_id": 9, "started_at_epoch_ms": 1}  # fmt: skip
        with pytest.raises(DBOSWorkflowConflictIDError):
            database.record_operation_result(result, owner_xid="somebody else")
        database.record_operation_result(result, completed_at_epoch_ms=5)
        database.record_operation_result(result, completed_at_epoch_ms=5)  # a retry of the very same
        with pytest.raises(DBOSStepNondeterminismError):
            database.record_operation_result(result, completed_at_epoch_ms=6)
    assert [row["function_id"] for row in rows(path)] == [1, 2, 3, 9]


def test_a_recorded_step_of_another_name_is_an_error_and_an_absent_one_is_none(tmp_path: Path) -> None:
    with engine(tmp_path / "dbos.sqlite", is_quick=True) as database:
        with SetWorkflowID("one"):
            several(PLAIN)
        assert database.check_operation_execution("one", 7, "quick give") is None
        assert database.check_operation_execution("one", 2, "quick give")["output"] is not None
        with pytest.raises(DBOSUnexpectedStepError):
            database.check_operation_execution("one", 2, "another")


def test_a_version_that_was_not_compared_keeps_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.engine.quick_steps.COMPARED", ("0.0.0",))
    with engine(tmp_path / "dbos.sqlite", is_quick=True) as database:
        assert not quicken(database, tmp_path / "dbos.sqlite")
        assert "record_operation_result" not in vars(database)

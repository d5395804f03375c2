"""Workers of one folder as processes of their own on one PostgreSQL database, and what came of their cases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assess.engagement import Folder
from runtime.piloting.pilot_state import open_log

CHILD = Path(__file__).with_name("worker_child.py")
ROOT = CHILD.parents[3]
PATIENCE_S = 120.0


@contextmanager
def worker(folder: Folder, name: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that takes cases; ended with SIGKILL when the block is left and it still runs."""
    command = [sys.executable, str(CHILD), str(folder.path), name, *more]
    errors = (folder.path / f"{name}.log").open("a")
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        assert child.stdout is not None
        said = child.stdout.readline()
        assert "takes cases" in said, (folder.path / f"{name}.log").read_text()[-3000:]
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE_S)
        errors.close()


def ends_of(folder: Folder, names: Sequence[str], patience: float = PATIENCE_S) -> dict[str, str]:
    """Outcome of each case once all have one, from the decision log."""
    until = time.monotonic() + patience
    while True:
        found = {run: str(detail["outcome"]) for run, _, step, detail in rows(folder) if step == "99 outcome"}
        if all(name in found for name in names) or time.monotonic() > until:
            return {name: found.get(name, "lost") for name in names}
        time.sleep(0.1)


def rows(folder: Folder) -> list[tuple[str, str, str, Any]]:
    """Run, time, step and detail of every row of the log."""
    from runtime import decision_log

    connection = open_log(folder.path / ".cxready")
    try:
        return [(row.run, row.at, row.step, row.detail) for row in decision_log.rows(connection)]
    finally:
        connection.close()

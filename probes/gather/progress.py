"""The state of a collection on disk: what is found, which steps are done, what was used, so that a killed run can go
on.

One SQLite file in `.cxready/`; the schema number moves forward on opening.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from probes.artifact import Artifact, Missing
from probes.gather.observed import Observed
from runtime.errors import BadInput

SCHEMA = 1
Key = tuple[str, str, str]


class CollectState:
    """Runs and their findings. A run is open until its bundle is written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(
            "PRAGMA synchronous = NORMAL"
        )  # survives a kill; the write ledger alone must survive a power cut
        found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if found > SCHEMA:
            raise BadInput(
                f"the collection's state has schema {found}; this version reads {SCHEMA}", str(path), "update cxready"
            )
        with self._connection:
            self._connection.executescript(
                "CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, started TEXT NOT NULL, digest "
                "TEXT NOT NULL, attempts INTEGER NOT NULL, finished TEXT);"
                "CREATE TABLE IF NOT EXISTS found (run TEXT, kind TEXT, unit TEXT, item TEXT, is_missing "
                "INTEGER, body TEXT, PRIMARY KEY (run, kind, unit, item));"
                "CREATE TABLE IF NOT EXISTS steps (run TEXT, gatherer TEXT, system TEXT, PRIMARY KEY "
                "(run, gatherer, system));"
                "CREATE TABLE IF NOT EXISTS used (run TEXT, system TEXT, requests INTEGER, observed "
                "TEXT, PRIMARY KEY (run, system));"
                "CREATE TABLE IF NOT EXISTS samples (run TEXT PRIMARY KEY, seen TEXT NOT NULL);"
                "CREATE TABLE IF NOT EXISTS plans (run TEXT PRIMARY KEY, plan TEXT NOT NULL, enforced INTEGER);"
                f"PRAGMA user_version = {SCHEMA};"
            )

    def open_run(self, digest: str) -> tuple[str, datetime, int] | None:
        """The unfinished run with these inputs and settings: its name, start, and how often it was tried."""
        row = self._connection.execute(
            "SELECT run, started, attempts FROM runs WHERE digest = ? AND finished IS NULL ORDER BY started DESC",
            (digest,),
        ).fetchone()
        return (row[0], datetime.fromisoformat(row[1]), row[2]) if row else None

    def begin(self, run: str, started: datetime, digest: str) -> int:
        """Starts a run or another attempt at it; returns the number of the attempt, from 1."""
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, ?, 1, NULL) ON CONFLICT (run) DO UPDATE SET attempts = attempts + 1",
                (run, started.isoformat(), digest),
            )
        return int(self._connection.execute("SELECT attempts FROM runs WHERE run = ?", (run,)).fetchone()[0])

    def finish(self, run: str, at: datetime) -> None:
        with self._lock, self._connection:
            self._connection.execute("UPDATE runs SET finished = ? WHERE run = ?", (at.isoformat(), run))

    def keep(self, run: str, found: Artifact | Missing) -> None:
        """On disk at once."""
        kind, unit, item = found.key
        with self._lock, self._connection:
            values = (run, kind, unit, item, int(isinstance(found, Missing)), found.model_dump_json())
            self._connection.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?, ?, ?)", values)

    def found(self, run: str, kinds: Mapping[str, type[Artifact]]) -> dict[Key, Artifact | Missing]:
        """Everything kept of a run; what this version can no longer read is asked again."""
        rows = self._connection.execute(
            "SELECT kind, unit, item, is_missing, body FROM found WHERE run = ?", (run,)
        ).fetchall()
        found: dict[Key, Artifact | Missing] = {}
        for kind, unit, item, is_missing, body in rows:
            model: type[Artifact] | type[Missing] | None = Missing if is_missing else kinds.get(kind)
            try:
                if model:
                    found[(kind, unit, item)] = model.model_validate_json(body)
            except ValidationError:
                continue
        return found

    def step(self, run: str, gatherer: str, system: str) -> None:
        with self._lock, self._connection:
            self._connection.execute("INSERT OR IGNORE INTO steps VALUES (?, ?, ?)", (run, gatherer, system))

    def steps(self, run: str) -> set[tuple[str, str]]:
        return {(g, s) for g, s in self._connection.execute("SELECT gatherer, system FROM steps WHERE run = ?", (run,))}

    def use(self, run: str, system: str, requests: int, observed: Observed | None) -> None:
        """What a system was asked so far, and what its answers showed."""
        with self._lock, self._connection:
            body = observed.model_dump_json() if observed else "{}"
            self._connection.execute("INSERT OR REPLACE INTO used VALUES (?, ?, ?, ?)", (run, system, requests, body))

    def used(self, run: str) -> dict[str, tuple[int, Observed]]:
        rows = self._connection.execute("SELECT system, requests, observed FROM used WHERE run = ?", (run,)).fetchall()
        return {system: (requests, Observed.model_validate(json.loads(body))) for system, requests, body in rows}

    def keep_samples(self, run: str, seen: Mapping[str, Any]) -> None:
        """Values to ask with, as answers gave them; they stay on this machine."""
        with self._lock, self._connection:
            body = json.dumps(seen, ensure_ascii=False, default=str)
            self._connection.execute("INSERT OR REPLACE INTO samples VALUES (?, ?)", (run, body))

    def samples(self, run: str) -> dict[str, dict[str, list[Any]]]:
        row = self._connection.execute("SELECT seen FROM samples WHERE run = ?", (run,)).fetchone()
        found: dict[str, dict[str, list[Any]]] = json.loads(row[0]) if row else {}
        return found

    def keep_plan(self, run: str, plan: str, *, enforced: bool) -> None:
        """The plan that a run works through, as JSON; the evidence log names its lines. The first start's plan stays."""
        with self._lock, self._connection:
            self._connection.execute("INSERT OR IGNORE INTO plans VALUES (?, ?, ?)", (run, plan, int(enforced)))

    def plans(self) -> dict[str, tuple[str, bool]]:
        """Run → its plan as JSON, and whether it bound the run."""
        return {run: (plan, bool(e)) for run, plan, e in self._connection.execute("SELECT * FROM plans")}

    def close(self) -> None:
        self._connection.close()

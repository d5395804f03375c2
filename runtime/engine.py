"""The durable engine: DBOS on the pilot's own SQLite file, started, stopped and asked; nothing else of the runtime knows it.

Set by hand because DBOS leaves them open: WAL, application version, executor, JSON instead of pickle. The version holds
the digest of goals.yaml: a case is never continued along other steps than those it began with.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from runtime import case as cases
from runtime import confirming
from runtime.guardrails.restricted import readable
from runtime.hand_off import Stopped, hand_off
from runtime.pilot import Pilot
from runtime.understanding.understand import Understood
from runtime.written import digest_of

NAME, EXECUTOR, SHAPE = "cxready", "pilot", "2"
POLL_S = 0.05
OPEN_STATES = ["PENDING", "ENQUEUED", "DELAYED"]
FINISHED_STATES = ["SUCCESS", "CANCELLED"]
BROKEN_STATES = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
UNCLEAR = Understood(None, 0.0, None, "en", 0.0, (), None)
Line = dict[str, Any]


@contextmanager
def engine(pilot: Pilot) -> Iterator[Engine]:
    """Starts the engine over an open pilot and takes up what an earlier process left unfinished.

    The pilot holds the folder's lock: DBOS takes every open run of its executor for crashed, so two would write twice.
    """
    path = pilot.home / "dbos.sqlite"
    _prepare(path)
    version = f"{SHAPE}-{digest_of(pilot.estate.folder / 'goals.yaml')[7:19]}"
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": f"sqlite:///{path.resolve()}",
        "application_version": version,
        "executor_id": EXECUTOR,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "CRITICAL",
        "notification_listener_polling_interval_sec": 0.05,
    }
    DBOS(config=config)
    cases.use(pilot)
    DBOS.launch()
    try:
        yield Engine(pilot, version)
    finally:
        cases.wait_until_idle()
        DBOS.destroy()
        cases.use(None)
        logging.getLogger("dbos").handlers.clear()  # it keeps the stderr of its first start, which may be closed by now


@dataclass(frozen=True)
class Engine:
    """A running engine."""

    pilot: Pilot
    version: str

    def start(self, case: Mapping[str, Any]) -> None:
        """Starts a case under its own name; the same name again is the same case and starts nothing.

        Card numbers and the like are masked in the message before it is recorded anywhere.
        """
        clean = readable(self.pilot.estate.guardrails, dict(case))
        with SetWorkflowID(str(case["case"])):
            DBOS.start_workflow(cases.run_case, clean)

    def expire(self) -> int:
        """Erases what was recorded of finished cases older than the retention; gives how many."""
        until = (datetime.now(UTC) - timedelta(days=self.pilot.settings.retention_days)).isoformat()
        old = [
            found.workflow_id
            for found in DBOS.list_workflows(
                status=FINISHED_STATES, end_time=until, load_input=False, load_output=False
            )
        ]
        if old:
            DBOS.delete_workflows(old)
        return len(old)

    def outcome(self, run: str, timeout: float = 300.0) -> Line | None:
        """The line of a case once it is finished or waits for a person; None when neither happens in time.

        Args:
            timeout: seconds.
        """
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if found := self.line(run):
                return found
            time.sleep(POLL_S)
        return None

    def line(self, run: str) -> Line | None:
        """The line of a case as it stands: finished, waiting, or None while it is under way (or unknown)."""
        found = DBOS.get_workflow_status(run)
        if found is None:
            return None
        if found.status == "SUCCESS":
            return dict(found.output or {})
        if found.status in OPEN_STATES:
            return cases.waiting_line(run)
        return {"case": run, "run": run, "intent": None, "autonomy": "observe", "outcome": "unknown", "writes": [], "reply": "",
                "reason": f"the engine says {found.status.lower()}"}  # fmt: skip

    def resume(self, run: str) -> None:
        """Goes on with a case that waits: its answer, if there is one, is read again."""
        cases.no_longer_waiting(run)
        DBOS.resume_workflow(run)

    def answer(self, run: str, message: str, customer: str = "") -> bool:
        """A customer's message as the answer to what a waiting case asked them; False where nothing waits for it."""
        taken = confirming.take(self.pilot, run, message, customer)
        if taken:
            self.resume(run)
        return taken

    def unfinished(self) -> list[str]:
        """Cases that are under way or wait for a person, on the present goals."""
        return [found.workflow_id for found in self._open() if found.app_version == self.version]

    def hand_over_stranded(self) -> list[str]:
        """Cases that cannot go on go to a person: begun on other goals.yaml, or broken off by the engine. Told once each."""
        changed = [found for found in self._open() if found.app_version != self.version]
        for found in changed:
            self._hand_over(found, "goals.yaml was changed while this case was under way")
            DBOS.cancel_workflow(found.workflow_id)
        broken = DBOS.list_workflows(status=BROKEN_STATES, name=cases.NAME)
        for found in broken:
            self._hand_over(found, "the engine could not go on with this case")
        return [found.workflow_id for found in (*changed, *broken)]

    def _hand_over(self, found: Any, says: str) -> None:
        case = dict((found.input or {}).get("args", [{}])[0])
        hand_off(self.pilot, case, "", UNCLEAR, Stopped("other", "engine", says))

    def _open(self) -> list[Any]:
        return list(DBOS.list_workflows(status=OPEN_STATES, name=cases.NAME))


def _prepare(path: Path) -> None:
    """WAL stays in the file; DBOS does not set it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")

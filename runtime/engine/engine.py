"""The durable engine: DBOS on the pilot's own SQLite file or on PostgreSQL, started, stopped and asked.

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

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos._dbos import _get_dbos_instance
from dbos._recovery import recover_pending_workflows

from runtime.cases import case as cases
from runtime.cases import confirming, waiting_cases
from runtime.cases.hand_off import Stopped, hand_off
from runtime.cases.incoming import received
from runtime.engine import durable
from runtime.engine.quick_steps import quicken
from runtime.estate import Estate
from runtime.piloting.pilot import Pilot
from runtime.storage.database import ENGINE_SCHEMA, Place, is_address, place_of_engine
from runtime.understanding.understand import Understood
from runtime.written import digest_of

NAME, SHAPE = "cxready", "3"
THREADS = 4
POLL_S = 0.05
OPEN_STATES = ["PENDING", "ENQUEUED", "DELAYED"]
FINISHED_STATES = ["SUCCESS", "CANCELLED"]
BROKEN_STATES = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
UNCLEAR = Understood(None, 0.0, None, "en", 0.0, (), None)
Line = dict[str, Any]


@contextmanager
def engine(pilot: Pilot, *, threads: int = THREADS) -> Iterator[Engine]:
    """Starts the engine over an open pilot and takes up what an earlier process of its name left unfinished.

    The pilot holds its name (executor.py): DBOS takes every open run of its executor for crashed, so two would write twice.

    Args:
        threads: cases at a time; of one customer it is one, whatever the number of processes.
    """
    version = version_of(pilot.estate)
    pilot.executor.says_version(pilot.connection, version)
    DBOS(config=config_of(place_of_engine(pilot.home), version, pilot.executor.name))
    cases.use(pilot)
    launch(place_of_engine(pilot.home))
    listen(threads)
    try:
        started = Engine(pilot, version)
        started.look_at_waiting()
        yield started
    finally:
        _take_no_more()
        cases.wait_until_idle()
        DBOS.destroy()
        cases.use(None)
        logging.getLogger("dbos").handlers.clear()  # it keeps the stderr of its first start, which may be closed by now


def version_of(estate: Estate) -> str:
    """Names the steps: their shape in this program, and the goals as they are written."""
    return f"{SHAPE}-{digest_of(estate.folder / 'goals.yaml')[7:19]}"


@dataclass(frozen=True)
class Engine:
    """A running engine."""

    pilot: Pilot
    version: str

    def start(self, case: Mapping[str, Any]) -> None:
        """Starts a case under its own name; the same name again is the same case and starts nothing.

        Card numbers and the like are masked in the message before it is recorded anywhere.
        """
        durable.enqueue(cases.run_case, received(self.pilot.estate.guardrails, case))

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
            waits = waiting_cases.waiting_case(self.pilot.connection, run)
            return waits.line if waits else None
        return {"case": run, "run": run, "intent": None, "autonomy": "observe", "outcome": "unknown", "writes": [], "reply": "",
                "reason": f"the engine says {found.status.lower()}"}  # fmt: skip

    def resume(self, run: str) -> None:
        """Goes on with a case that waits: its answer, if there is one, is read again."""
        durable.go_on(self.pilot, run)

    def answer(self, run: str, message: str, customer: str = "") -> bool:
        """A customer's message as the answer to what a waiting case asked them; False where nothing waits for it."""
        taken = confirming.take(self.pilot, run, message, customer)
        if taken:
            self.resume(run)
        return taken

    def unfinished(self) -> list[str]:
        """Cases that are under way or wait for a person, on the present goals."""
        return [found.workflow_id for found in self._open() if found.app_version == self.version]

    def look_at_waiting(self) -> list[str]:
        """Goes on with cases that wait and whose answer is there, or whose time is over; gives their names."""
        due = [
            found.run
            for found in waiting_cases.waiting_cases(self.pilot.connection)
            if durable.is_due(self.pilot, found)
        ]
        for run in due:
            self.resume(run)
        return due

    def take_over(self, silent: frozenset[str]) -> frozenset[str]:
        """Takes up what dead processes left, where the one before this look found them dead as well.

        Args:
            silent: what the look before gave.

        Returns:
            Processes with open cases that hold their name no more.
        """
        living = self.pilot.executor.living(self.pilot.connection)
        dead = frozenset(str(found.executor_id) for found in self._open() if found.status == "PENDING") - living.keys()
        if both := sorted(dead & silent):
            recover_pending_workflows(_get_dbos_instance(), both)
        return dead

    def hand_over_stranded(self) -> list[str]:
        """Cases that cannot go on go to a person: begun on other goals.yaml, or broken off by the engine. Told once each.

        While a process with those goals lives, its cases are its own.
        """
        running = {self.version, *self.pilot.executor.living(self.pilot.connection).values()}
        changed = [found for found in self._open() if found.app_version not in running]
        for found in changed:
            self._hand_over(found, "goals.yaml was changed while this case was under way")
            DBOS.cancel_workflow(found.workflow_id)
        broken = DBOS.list_workflows(status=BROKEN_STATES, name=durable.CASE)
        for found in broken:
            self._hand_over(found, "the engine could not go on with this case")
        return [found.workflow_id for found in (*changed, *broken)]

    def _hand_over(self, found: Any, says: str) -> None:
        case = dict((found.input or {}).get("args", [{}])[0])
        hand_off(self.pilot, case, "", UNCLEAR, Stopped("other", "engine", says))
        waiting_cases.drop(self.pilot.connection, found.workflow_id)

    def _open(self) -> list[Any]:
        return list(DBOS.list_workflows(status=OPEN_STATES, name=durable.CASE))


def launch(place: Place) -> None:
    """Starts the configured engine; on a file its steps are recorded the direct way."""
    DBOS.launch()
    if not is_address(place):
        quicken(_get_dbos_instance()._sys_db, Path(place))


def listen(threads: int) -> None:
    """Takes cases from the queue, this many at a time; of one customer one at a time in all processes."""
    DBOS.register_queue(
        durable.CASES,
        worker_concurrency=threads,
        partition_concurrency=1,
        polling_interval_sec=POLL_S,
        on_conflict="always_update",
    )


def _take_no_more() -> None:
    """The engine's own threads end, so that nothing is taken from the queue that would not be run."""
    for event in _get_dbos_instance().background_thread_stop_events:
        event.set()


def config_of(place: Place, version: str, executor: str) -> DBOSConfig:
    """The engine's settings; a file is made ready: WAL stays in it."""
    return {
        "name": NAME,
        "system_database_url": str(place) if is_address(place) else f"sqlite:///{_prepared(Path(place)).resolve()}",
        "dbos_system_schema": ENGINE_SCHEMA,
        "application_version": version,
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "CRITICAL",
        "notification_listener_polling_interval_sec": 0.25,  # nobody listens; the end waits for one look
    }


def _prepared(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return path

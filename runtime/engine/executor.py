"""Who runs cases: each process under a name of its own, held by a lock for as long as it lives.

The engine takes every open run of its own name for crashed, so two processes of one name would write twice. A folder with a
file has one process; in PostgreSQL any number, each known by a session lock that the server gives back when the process or its
machine is gone. Then another one takes its runs over.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.errors import Conflict
from runtime.storage.database import Connection, Place, StateLost, connect, is_address, place_of

ALONE = "pilot"
MOST, PATIENCE_S = 64, 3.0
_TABLE = "CREATE TABLE IF NOT EXISTS executors (name TEXT PRIMARY KEY, version TEXT NOT NULL)"


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(_TABLE)


@dataclass
class Executor:
    """A held name. In PostgreSQL it is held by a session of its own: when that is lost, so is the name."""

    name: str
    place: Place
    _lock: Any = field(repr=False)

    def says_version(self, connection: Connection, version: str) -> None:
        """Tells the others along which goals this process runs cases."""
        connection.execute(
            "INSERT INTO executors VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
            (self.name, version),
        )

    def is_held(self) -> bool:
        """Whether the name is still ours; when not, this process must not go on."""
        if not is_address(self.place):
            return bool(self._lock.is_locked)
        try:
            return bool(self._lock.holds(_about(self.name)))
        except StateLost:
            return False

    def living(self, connection: Connection) -> dict[str, str]:
        """Name → version of every process that holds its name at the moment, this one included."""
        rows = {
            str(name): str(version)
            for name, version in connection.execute("SELECT name, version FROM executors").fetchall()
        }
        if not is_address(self.place):
            return {name: version for name, version in rows.items() if name == self.name}
        session: Any = connection
        return {name: version for name, version in rows.items() if session.is_taken(_about(name))}

    def release(self) -> None:
        if not is_address(self.place):
            self._lock.release()
            return
        with suppress(StateLost):
            self._lock.give_back(_about(self.name))
        self._lock.close()


def hold(home: Path, name: str = "") -> Executor:
    """Takes a name before anything is opened.

    Args:
        name: of this worker, the same after each start, so that it takes up what it left; empty takes the first free one of
            this machine. A folder with a file has one name.

    Raises:
        Conflict: another process has it.
    """
    place = place_of(home)
    if is_address(place):
        return _held_in_database(place, name)
    from filelock import FileLock, Timeout

    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "pilot.lock", thread_local=False)  # asked for from other threads, too
    try:
        lock.acquire(timeout=0)
    except Timeout:
        do = "stop it first: two would write twice; several workers need CXREADY_DATABASE"
        raise Conflict("another pilot is running in this folder", str(home / "pilot.lock"), do) from None
    return Executor(ALONE, place, lock)


def _held_in_database(place: Place, name: str) -> Executor:
    """The name that was asked for, as soon as the server has noticed that its last holder is gone; else the first free one."""
    session: Any = connect(place)
    host = socket.gethostname().split(".")[0] or "worker"
    until = time.monotonic() + PATIENCE_S
    while True:
        for tried in (name,) if name else (f"{host}-{n}" for n in range(1, MOST + 1)):
            if session.take(_about(tried)):
                return Executor(tried, place, session)
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    session.close()
    said = f"a worker named {name} is running already" if name else f"{MOST} workers run on {host} already"
    raise Conflict(said, "CXREADY_DATABASE", "give this one a name of its own: --name")


def _about(name: str) -> str:
    return f"executor/{name}"

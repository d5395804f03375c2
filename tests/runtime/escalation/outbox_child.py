"""`outbox_child.py FOLDER URL NOW WORKER [SYNC]`: one pass of delivery in a process of its own, to be killed or raced.

SYNC is a file: the pass begins when it is there, so that racing processes begin together.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from datetime import datetime
from pathlib import Path

from runtime.escalation import outbox
from runtime.escalation.destinations.generic_rest import RestDestination
from runtime.escalation.destinations.local_queue import LocalQueue
from runtime.escalation.routes import Destination
from tests.harness.ticket_desk import system

DESK = Destination(kind="ticket", system="desk", create="create", find="find", read="read", close="close")


def main(folder: Path, url: str, now: datetime, worker: str, sync: str = "") -> None:
    places = {
        "desk": RestDestination("desk", DESK, system(url, folder)),
        "duty": LocalQueue("duty", folder / "q.sqlite"),
    }
    while sync and not Path(sync).exists():
        time.sleep(0.005)
    connection = sqlite3.connect(folder / "o.sqlite", timeout=30)
    outbox.deliver(connection, places, now=lambda: now, settle=1, worker=worker)
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3]), *sys.argv[4:])

"""`worker_child.py FOLDER NAME [HEALTH_PORT]`: a worker in a process of its own, to be killed or told to end."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

from assess.engagement import load_folder
from assess.piloting import running
from runtime.engine.worker import work
from tests.runtime.quick_encode import quick_encode


def main(path: Path, name: str, health_port: int | None) -> None:
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    secrets = json.loads((path / "environment.json").read_text())
    with running(load_folder(path), secrets=secrets, encode=quick_encode, worker=name, threads=3) as engine:
        kept = work(engine, done, ready=lambda said: print(said, flush=True), health_port=health_port, look_s=0.5)
    sys.exit(0 if kept else 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)

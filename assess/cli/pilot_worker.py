"""`cxready pilot work`: a process that takes cases from the queue, for a service manager."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from assess.cli.pilot_words import AS_JSON, FOLDER, say
from assess.engagement import load_folder


@click.command(epilog="Example:  cxready pilot work northwind --name worker-1 --health-port 8378")
@FOLDER
@click.option(
    "--name", default="", help="Of this worker, the same after each start; default: the next free one of this machine."
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Cases at a time; of one customer always one.",
)
@click.option("--health-port", type=int, help="Loopback port of /healthz and /readyz; without it none is served.")
@AS_JSON
def work(folder: Path, name: str, threads: int, health_port: int | None, as_json: bool) -> None:
    """Take cases until SIGTERM; those under way then come to their end, and others take what is left. With CXREADY_DATABASE any
    number of workers, on any machine. Exit 3 when the database ended its session: start it again."""
    from assess.piloting import running
    from runtime.engine.worker import work as take_cases

    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with running(load_folder(folder), worker=name, threads=threads) as engine:
        kept = take_cases(
            engine, done, ready=lambda said: say({"says": said}, as_json, [said]), health_port=health_port
        )
    if not kept:
        sys.exit(3)

"""Several workers on one PostgreSQL database: six durable steps a run, taken from the queue, one run of a customer at a time.

    python -m benchmarks.workers [--workers 3] [--threads 4] [--runs 300] [--customers 60] [--kill]

Prints runs a second, the time of a run from being taken to its end (median, 99th percentile and their ratio), and how many
were lost, run twice at a step or ran beside another one of their customer. `--kill` ends one worker with SIGKILL half-way.
Needs PostgreSQL's server programs. The workers, the server and this program share the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any


def define() -> Any:
    """The run of six steps, as a workflow."""
    from dbos import DBOS

    from benchmarks.runtime import STEPS, step

    @DBOS.step(name="bench step")
    def one(name: str, given: dict[str, Any]) -> dict[str, Any]:
        return step(name, given)

    @DBOS.workflow(name="bench", max_recovery_attempts=1000)
    def run(start: dict[str, Any]) -> dict[str, Any]:
        given = dict(start)
        for name in STEPS:
            given[name] = one(name, given)
        return given

    return run


def launched(address: str, name: str, threads: int) -> None:
    """The engine as runtime/engine/engine.py sets it up."""
    from dbos import DBOS

    from runtime.engine.engine import config_of, launch, listen

    DBOS(config=config_of(address, "1", name))
    launch(address)
    listen(threads)


def work(address: str, name: str, threads: int) -> None:
    """A worker: its name's session lock, the queue, and a look for dead processes every second."""
    from dbos._dbos import _get_dbos_instance
    from dbos._recovery import recover_pending_workflows

    from runtime.storage.postgres import PostgresConnection

    define()
    lock = PostgresConnection(address)
    assert lock.take(f"executor/{name}")
    launched(address, name, threads)
    print("ready", flush=True)
    looking = PostgresConnection(address)
    while True:
        time.sleep(1.0)
        owners = looking.execute(
            "SELECT DISTINCT executor_id FROM cxready_engine.workflow_status WHERE status = 'PENDING'"
        )
        for (owner,) in owners.fetchall():
            if owner != name and looking.take(f"executor/{owner}"):
                recover_pending_workflows(_get_dbos_instance(), [owner])
                looking.give_back(f"executor/{owner}")


def measure(address: str, given: argparse.Namespace) -> dict[str, float]:
    """Starts the workers, enqueues all runs, waits for their ends and reads the engine's own times."""
    import psycopg
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    from benchmarks.runtime import PAYLOAD
    from runtime.engine.durable import CASES
    from runtime.storage.database import ENGINE_SCHEMA

    command = [sys.executable, __file__, "--threads", str(given.threads), "--worker", address]
    workers = [subprocess.Popen([*command, f"w{n}"], stdout=subprocess.PIPE, text=True) for n in range(given.workers)]
    try:
        for worker in workers:
            assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
        client = DBOSClient(
            system_database_url=address, dbos_system_schema=ENGINE_SCHEMA, serializer=DBOSPortableJSONSerializer()
        )
        begun = time.perf_counter()
        for number in range(given.runs):
            options: Any = {
                "workflow_name": "bench", "queue_name": CASES, "workflow_id": f"run-{number}", "app_version": "1",
                "queue_partition_key": f"customer-{number % given.customers}", "application_name": "cxready",
            }  # fmt: skip
            client.enqueue(options, PAYLOAD)
        with psycopg.connect(address, autocommit=True) as connection:
            counts = f"SELECT count(*) FROM {ENGINE_SCHEMA}.workflow_status WHERE status = 'SUCCESS'"
            until = begun + 300
            while (done := connection.execute(counts).fetchone()[0]) < given.runs and time.perf_counter() < until:  # type: ignore[index]
                if given.kill and done >= given.runs // 2 and workers[0].poll() is None:
                    os.kill(workers[0].pid, signal.SIGKILL)
                time.sleep(0.05)
            seconds = time.perf_counter() - begun
            found = connection.execute(_RUNS.format(ENGINE_SCHEMA)).fetchall()
            steps = connection.execute(f"SELECT count(*) FROM {ENGINE_SCHEMA}.operation_outputs").fetchone()[0]  # type: ignore[index]
        client.destroy()
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return figures(found, steps, seconds, given)


# The time of being taken is from before the transaction that takes; whether two were beside each other, their steps tell.
_RUNS = """SELECT w.started_at_epoch_ms, min(o.started_at_epoch_ms), w.completed_at, w.queue_partition_key, w.recovery_attempts
  FROM {0}.workflow_status w JOIN {0}.operation_outputs o USING (workflow_uuid) WHERE w.status = 'SUCCESS' GROUP BY w.workflow_uuid"""


def figures(found: list[Any], steps: int, seconds: float, given: argparse.Namespace) -> dict[str, float]:
    times = sorted(ended - taken for taken, _, ended, *_ in found)
    p50, p99 = statistics.median(times), times[max(0, -(-len(times) * 99 // 100) - 1)]
    spans: dict[str, list[tuple[int, int]]] = {}
    for _, first_step, ended, customer, _ in found:
        spans.setdefault(customer, []).append((first_step, ended))
    beside = sum(later < end for of in spans.values() for (_, end), (later, _) in pairwise(sorted(of)))
    return {
        "runs a second": len(found) / seconds, "p50 ms": p50, "p99 ms": p99, "p99 / p50": p99 / max(p50, 1),
        "lost": given.runs - len(found), "steps missing": given.runs * 6 - steps, "beside one of their customer": beside,
        "taken up again": sum(attempts > 1 for *_, attempts in found),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--workers", type=int, default=3)
    asked.add_argument("--threads", type=int, default=4)
    asked.add_argument("--runs", type=int, default=300)
    asked.add_argument("--customers", type=int, default=60)
    asked.add_argument("--kill", action="store_true")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--worker", nargs=2, metavar=("ADDRESS", "NAME"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.worker:
        work(*given.worker, given.threads)
        return
    from tests.harness.postgres import postgres

    with postgres() as server:
        said = measure(server.url, given)
    if given.json:
        print(json.dumps(said))
        return
    for name, value in said.items():
        print(f"{name:32}{value:10.1f}")


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # beside this file `runtime` would be the benchmark
    main()

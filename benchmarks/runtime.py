"""The engine beside LangGraph: the same six steps, both durable on SQLite after every step, in the same run.

    python -m benchmarks.runtime [--runs 10] [--rounds 24] [--kills 3]

Prints runs a second, bytes a run and their ratios (medians of interleaved rounds); then, for a write to a service that
ignores idempotency keys, how often it was booked when the process died inside it: each engine by itself, and ours with
the read-back of runtime/exactly_once.py. Needs `pip install langgraph langgraph-checkpoint-sqlite`; without them only
our side is printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

STEPS = ("usage", "contract", "credit", "decide", "book", "mail")
PAYLOAD = {
    "account": "A-10234",
    "charge": "CH-10234-2",
    "amount": "12.40",
    "why": "usage was not recorded for 120 hours",
}
Run = Callable[[str], None]


def step(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """What one step gives: a small record, like a read or a booking."""
    return {**PAYLOAD, "step": name, "seen": len(given)}


@contextmanager
def ours(place: Path) -> Iterator[Run]:
    """DBOS with the settings of runtime/engine/engine.py: SQLite in WAL, JSON, one row a step, by the direct way of quick_steps.py."""
    from dbos import DBOS, SetWorkflowID

    from runtime.engine.engine import config_of, launch

    DBOS(config=config_of(place / "dbos.sqlite", "1", "bench"))

    @DBOS.step()
    def one(name: str, given: dict[str, Any]) -> dict[str, Any]:
        return step(name, given)

    @DBOS.workflow()
    def case(start: dict[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = dict(start)
        for name in STEPS:
            given[name] = one(name, given)
        return given

    launch(place / "dbos.sqlite")

    def run(name: str) -> None:
        with SetWorkflowID(name):
            case(dict(PAYLOAD))

    try:
        yield run
    finally:
        DBOS.destroy()


@contextmanager
def langgraph(place: Path) -> Iterator[Run]:
    """A graph of six nodes with the SQLite checkpointer, every checkpoint written before the next node begins."""
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict, total=False):
        start: dict[str, Any]
        usage: dict[str, Any]
        contract: dict[str, Any]
        credit: dict[str, Any]
        decide: dict[str, Any]
        book: dict[str, Any]
        mail: dict[str, Any]

    place.mkdir(parents=True, exist_ok=True)
    graph: Any = StateGraph(State)
    for name in STEPS:
        graph.add_node(f"do_{name}", lambda state, name=name: {name: step(name, dict(state))})
    graph.add_edge(START, f"do_{STEPS[0]}")
    for before, after in pairwise(STEPS):
        graph.add_edge(f"do_{before}", f"do_{after}")
    graph.add_edge(f"do_{STEPS[-1]}", END)
    with SqliteSaver.from_conn_string(str(place / "langgraph.sqlite")) as saver:
        compiled = graph.compile(checkpointer=saver)

        def run(name: str) -> None:
            compiled.invoke({"start": PAYLOAD}, {"configurable": {"thread_id": name}}, durability="sync")

        yield run


def bytes_of(path: Path) -> int:
    """Bytes that the rows take: used pages of the database, the log of writes folded in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(pages,)] = connection.execute("PRAGMA page_count")
        [(free,)] = connection.execute("PRAGMA freelist_count")
        [(size,)] = connection.execute("PRAGMA page_size")
    return int((pages - free) * size)


def timed(run: Run, runs: int) -> float:
    """Runs a second."""
    began = time.perf_counter()
    for _ in range(runs):
        run(uuid.uuid4().hex)
    return runs / (time.perf_counter() - began)


def compare(runs: int, rounds: int) -> None:
    """Both engines by turns; the ratio is of the medians."""
    place = Path(tempfile.mkdtemp(prefix="cxready-bench-"))
    try:
        with ours(place / "ours") as mine, langgraph(place / "peer") as theirs:
            timed(mine, 3), timed(theirs, 3)
            start = bytes_of(place / "ours" / "dbos.sqlite"), bytes_of(place / "peer" / "langgraph.sqlite")
            rates = [(timed(mine, runs), timed(theirs, runs)) for _ in range(rounds)]
            end = bytes_of(place / "ours" / "dbos.sqlite"), bytes_of(place / "peer" / "langgraph.sqlite")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    total = runs * rounds
    mine_s, theirs_s = (statistics.median(r[i] for r in rates) for i in (0, 1))
    mine_b, theirs_b = ((end[i] - start[i]) / total for i in (0, 1))
    paired = statistics.median(a / b for a, b in rates)
    print(f"{'six steps, durable after each':34}{'ours':>12}{'LangGraph':>12}{'ratio':>9}")
    print(f"{'runs a second (median of rounds)':34}{mine_s:12.1f}{theirs_s:12.1f}{paired:9.2f}")
    print(f"{'bytes a run':34}{mine_b:12.0f}{theirs_b:12.0f}{mine_b / theirs_b:9.2f}")


KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path

sys.path.insert(0, {root!r})
from benchmarks import runtime as bench
from runtime.exactly_once import Sent, key_of, prepare, write_once
from runtime.gate import RepeatSafe

place, engine, first = Path({place!r}), {engine!r}, {first!r}
ledger = place / "booked.txt"

def book(_=False):
    # a service that ignores keys: every call books; then the process dies before it could say so
    with ledger.open("a") as out:
        out.write("credit\\n")
        out.flush()
        os.fsync(out.fileno())
    if first:
        os.kill(os.getpid(), signal.SIGKILL)
    return Sent("done", {{"id": "K-1"}})

def find():
    return {{"id": "K-1"}} if ledger.exists() and "credit" in ledger.read_text() else None

def step(name, given):
    if name != "book":
        return dict(bench.PAYLOAD)
    if engine != "ours with exactly_once.py":
        return dict(book().answer)
    effects = sqlite3.connect(place / "effects.sqlite", isolation_level=None)
    prepare(effects)
    key = key_of("bench", "billing.createCredit", {{"charge": "CH-1"}})
    how = RepeatSafe(by="read_back", find="findCredit")
    return dict(write_once(effects, key, "createCredit", run="one", repeat=how, send=book, find=find).sent.answer)

bench.step = step
with (bench.langgraph if engine == "LangGraph" else bench.ours)(place) as run:
    run("one")
"""


def kills(count: int) -> None:
    """How often a write was booked when the process died right after the service did it, and was started again."""
    print(f"\n{'killed inside a write, then restarted':34}{'booked twice':>14}{'of':>5}")
    for engine in ("LangGraph", "DBOS alone", "ours with exactly_once.py"):
        doubled = sum(_killed(engine) > 1 for _ in range(count))
        print(f"{engine:34}{doubled:14}{count:5}")


def _killed(engine: str) -> int:
    place = Path(tempfile.mkdtemp(prefix="cxready-bench-"))
    root = str(Path(__file__).resolve().parents[1])
    try:
        for first in (True, False):
            code = KILLED.format(root=root, place=str(place), engine=engine, first=first)
            done = subprocess.run(
                [sys.executable, "-c", code], check=False, capture_output=True, timeout=120, env=os.environ
            )
            assert done.returncode == (-signal.SIGKILL if first else 0), done.stderr.decode()[-1500:]
        return (place / "booked.txt").read_text().count("credit")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=10)
    asked.add_argument("--rounds", type=int, default=24)
    asked.add_argument("--kills", type=int, default=3)
    given = asked.parse_args()
    compare(given.runs, given.rounds)
    kills(given.kills)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # beside this file `runtime` would be this file
    main()

"""`make soak`: the counts that matter before a release, in batches, resumable; writes docs/soak.md from what really ran.

    python tools/soak.py [--only NAME] [--count N] [--seed N] [--fresh]

Each batch is one pytest run with its own seed. The state lies in `.cxready/soak.json`; a killed soak goes on with the
next batch. A failed batch stays in the table and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from soaks import SOAKS, Soak

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".cxready" / "soak.json"
TABLE = ROOT / "docs" / "soak.md"
Batch = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.fresh:
        STATE.unlink(missing_ok=True)
    seed = options.seed if options.seed is not None else int(time.time())
    print(f"soak: seed {seed}")
    for soak in SOAKS:
        if options.only in (None, soak.name):
            _run_all(soak, seed, options.count or soak.wanted)
    return int(any(not batch["passed"] for batches in _state().values() for batch in batches))


def _run_all(soak: Soak, seed: int, wanted: int) -> None:
    """Batches until `wanted` are counted; each is on disk before the next begins."""
    batches = _state().get(soak.name, [])
    while (done := sum(b["count"] for b in batches if b["passed"])) < wanted:
        batch = _run(soak, min(soak.batch, wanted - done), seed + len(batches))
        batches = _keep(soak.name, batch)
        said = "passed" if batch["passed"] else "FAILED"
        print(f"{soak.name}: {done + batch['count']:,} of {wanted:,}, {said} in {batch['seconds']:.0f} s", flush=True)
        if not batch["passed"]:
            return


def _run(soak: Soak, count: int, seed: int) -> Batch:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "soak or not soak",
        "-p",
        "no:cacheprovider",
        "-rP",
        soak.test,
    ]
    environment = {**os.environ, "CXREADY_SOAK_COUNT": str(count), "CXREADY_SOAK_SEED": str(seed)}
    begun = time.monotonic()
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(ended.stdout[-4000:], ended.stderr[-2000:], file=sys.stderr)
    kills = [int(found) for found in re.findall(r"^killed (\d+) times", ended.stdout, re.MULTILINE)]
    return {
        "count": count,
        "seed": seed,
        "passed": ended.returncode == 0 and " passed" in ended.stdout,  # skipped is not run
        "seconds": round(time.monotonic() - begun, 1),
        "kills": sum(kills) if kills else None,
        "on": datetime.now(UTC).date().isoformat(),
        "revision": _revision(),
    }


def _keep(name: str, batch: Batch) -> list[Batch]:
    """Adds a batch to what is on disk, where another soak may have written meanwhile; gives all batches of this name."""
    STATE.parent.mkdir(exist_ok=True)
    with _alone():
        state = _state()
        state.setdefault(name, []).append(batch)
        _write(STATE, json.dumps(state, indent=1) + "\n")
        _write(TABLE, _table(state))
    return state[name]


@contextmanager
def _alone() -> Iterator[None]:
    with STATE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _table(state: Mapping[str, list[Batch]]) -> str:
    rows = [_row(soak, state[soak.name]) for soak in SOAKS if state.get(soak.name)]
    failed = [
        f"- {name}: seed {b['seed']}, {b['count']} failed on {b['on']} at {b['revision']}"
        for name, found in state.items()
        for b in found
        if not b["passed"]
    ]
    lines = [
        "# Long runs",
        "",
        "Written by `make soak` (tools/soak.py) from what really ran; the smaller counts of `make check` are not in here.",
        "",
        "| mechanism | run | what one is | what held each time | wanted before a release | seeds | time | last on, at |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join([*lines, *(["", "Failed batches:", "", *failed] if failed else [])]) + "\n"


def _row(soak: Soak, batches: list[Batch]) -> str:
    passed = [b for b in batches if b["passed"]]
    if not passed:
        return f"| {soak.name} | 0 | {soak.unit} | – | {soak.wanted:,} | – | – | – |"
    kills = sum(b["kills"] or 0 for b in passed)
    count = f"{sum(b['count'] for b in passed):,}" + (f" ({kills} kills)" if kills else "")
    minutes = sum(b["seconds"] for b in passed) / 60
    seeds = f"{passed[0]['seed']}–{passed[-1]['seed']}" if len(passed) > 1 else str(passed[0]["seed"])
    return f"| {soak.name} | {count} | {soak.unit} | {soak.claim} | {soak.wanted:,} | {seeds} | {minutes:.1f} min | {passed[-1]['on']}, {passed[-1]['revision']} |"


def _state() -> dict[str, list[Batch]]:
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.is_file() else {}


def _revision() -> str:
    return (
        subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()
        or "?"
    )


def _write(path: Path, text: str) -> None:
    made = path.with_name(path.name + ".new")
    made.write_text(text, encoding="utf-8", newline="\n")
    os.replace(made, path)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the long counts; see docs/soak.md for what ran so far.")
    parser.add_argument("--only", choices=[soak.name for soak in SOAKS])
    parser.add_argument("--count", type=int, help="how many in all, instead of what a release wants")
    parser.add_argument("--seed", type=int, help="of the first batch; the next ones count on")
    parser.add_argument("--fresh", action="store_true", help="forget what ran before")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

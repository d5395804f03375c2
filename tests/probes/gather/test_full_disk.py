"""A disk that fills up while log and ledger are written: a clear stop, nothing sent that is not written down, nothing lost.

`CXREADY_SOAK_COUNT` sizes at which the disk is full (default 1), with seed `CXREADY_SOAK_SEED`.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from runtime.systems.trace import Trace
from runtime.systems.write_ledger import WriteLedger

COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "1"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "20261123"))
LEAST, MOST = 190_000, 330_000  # bytes: from the first requests to beyond the last write of this narrow run
ROOT = Path(__file__).resolve().parents[3]


def _collect(folder: Path, estate: RunningEstate, full_at: int | None) -> subprocess.CompletedProcess[str]:
    """The command as a child; the kernel refuses to let any of its files grow past `full_at` bytes."""

    def full() -> None:
        if full_at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (full_at, full_at))

    line = ["collect", str(folder), "--system", "mail", "--probe", "api.writes_stick"]
    return subprocess.run(
        [sys.executable, "-c", "from assess.cli import main; main()", *line],
        env={**os.environ, **estate.environment()}, cwd=ROOT, preexec_fn=full, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("number", range(COUNT))
def test_a_disk_that_fills_up_stops_the_run_and_the_next_one_tidies_up(tmp_path: Path, number: int) -> None:
    full_at = random.Random(SEED + number).randrange(LEAST, MOST)
    print(f"seed {SEED + number}: full at {full_at} bytes")
    with start(flawless=True) as estate:
        folder = tmp_path / "n"
        write_folder(folder, estate)
        stopped = _collect(folder, estate, full_at)
        assert stopped.returncode in (0, 2) and "Traceback" not in stopped.stderr, stopped.stderr
        if stopped.returncode:
            assert "\n  → " in stopped.stderr and ("disk" in stopped.stderr or "space" in stopped.stderr), (
                stopped.stderr
            )
            assert not list((folder / "bundles").glob("*.zip"))
        _nothing_unwritten(folder, estate)
        done = _collect(folder, estate, None)
        assert done.returncode == 0, done.stderr
        assert not any(estate.records.values()), estate.records
        entries = WriteLedger(folder / ".cxready" / "ledger.sqlite").entries()
        assert not [e for e in entries if e.open], entries


def _nothing_unwritten(folder: Path, estate: RunningEstate) -> None:
    """Every request that a system received stands in the log, every record that lives in the ledger."""
    place = folder / ".cxready" / "trace.sqlite"
    rows = Trace(place).rows() if place.is_file() else []
    received = sum(estate.counts.values())
    assert received <= len(rows), f"{received} received, {len(rows)} written down"
    live = [record for records in estate.records.values() for record in records]
    if live:
        held = WriteLedger(folder / ".cxready" / "ledger.sqlite").entries()
        assert len(live) <= len([e for e in held if e.open]), (live, held)

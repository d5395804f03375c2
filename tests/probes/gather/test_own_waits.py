"""The measuring machine's own load is told from a slow system by what the kernel counted, or by the load average."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from probes.finding import Subject
from probes.gather import own_waits
from probes.gather.limits import latency_of
from probes.gather.observed import Observed

COUNTED = "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"


def test_what_the_kernel_counted_meanwhile_is_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressure = tmp_path / "cpu"
    monkeypatch.setattr(own_waits, "PRESSURE", pressure)
    pressure.write_text(COUNTED.format(1_000_000), encoding="ascii")
    watch = own_waits.Stopwatch()
    pressure.write_text(COUNTED.format(1_002_000), encoding="ascii")
    time.sleep(0.02)
    assert watch.waited_ms() == 2.0
    pressure.write_text(COUNTED.format(9_000_000), encoding="ascii")
    assert 20 <= watch.waited_ms() < 2_000, "never more than the time that passed"


@pytest.mark.parametrize(("load", "waits"), [(1_000.0, True), (0.0, False)])
def test_without_a_count_the_load_average_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: float, waits: bool
) -> None:
    monkeypatch.setattr(own_waits, "PRESSURE", tmp_path / "not there")
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    watch = own_waits.Stopwatch()
    time.sleep(0.01)
    assert (watch.waited_ms() > 0) is waits


def test_the_longest_own_times_are_kept_beside_the_measured_ones() -> None:
    from datetime import UTC, datetime

    observed = Observed(read_ms=[100.0] * 57 + [2_500.0, 3_000.0], waited_ms=[0.0] * 57 + [2_000.0, 0.0])
    times = latency_of(observed.read_ms, Subject(unit="rt"), datetime(2026, 11, 23, tzinfo=UTC), observed.own_ms)
    assert times.slowest == 3_000.0 and times.longest_own[:3] == (3_000.0, 500.0, 100.0)

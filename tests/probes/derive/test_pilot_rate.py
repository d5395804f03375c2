"""The pilot's own share of handoffs stands beside the assumed ones as soon as there are twenty cases."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from probes.derive.pilot_rate import pilot_rate
from runtime import memory


def pilot(folder: Path, **outcomes: int) -> Path:
    home = folder / ".cxready"
    home.mkdir(parents=True)
    connection = sqlite3.connect(home / "pilot.sqlite", isolation_level=None)
    memory.prepare(connection)
    runs = [outcome for outcome, n in outcomes.items() for _ in range(n)]
    for i, outcome in enumerate(runs):
        moment = memory.Moment(f"r{i}", datetime.now(UTC), "chat", "billing", outcome, "")
        memory.remember(connection, f"A-{i}", moment)
    connection.close()
    return folder


def test_cases_that_people_got_are_counted_and_shadow_is_not(tmp_path: Path) -> None:
    found = pilot_rate(pilot(tmp_path, resolved=30, handed_off=7, waiting=2, unknown=1, observed=500), ["billing"])
    assert found is not None and (found.k, found.n) == (10, 40) and found.low < 0.25 < found.high


def test_fewer_than_twenty_cases_another_workflow_or_no_pilot_say_nothing(tmp_path: Path) -> None:
    folder = pilot(tmp_path / "few", resolved=12, handed_off=7)
    assert pilot_rate(folder, ["billing"]) is None and pilot_rate(folder, ["returns"]) is None
    assert pilot_rate(tmp_path, ["billing"]) is None
    (tmp_path / "odd" / ".cxready").mkdir(parents=True)
    (tmp_path / "odd" / ".cxready" / "pilot.sqlite").write_bytes(b"no database")
    assert pilot_rate(tmp_path / "odd", ["billing"]) is None

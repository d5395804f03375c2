"""Windows: nothing outside, own records gone before they close, and a later run of the same command goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from probes.bundle import Bundle
from probes.gather.run import CollectResult
from runtime.errors import BadInput
from runtime.systems import windows
from runtime.systems.write_ledger import WriteLedger
from tests.probes.gather.collecting import collected

EVENING = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


class Wall:
    """The clock on the wall, which a test sets."""

    at = EVENING

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    monkeypatch.setattr(windows, "clock", made)
    return made


@pytest.fixture
def estate() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


def _folder(place: Path, estate: RunningEstate, written: str, system: str = "mail") -> Path:
    """The demo's folder with a window for one system."""
    write_folder(place, estate)
    file = place / "engagement.yaml"
    head, mark, rest = file.read_text(encoding="utf-8").partition(f"\n  {system}:\n")
    file.write_text(f"{head}{mark}    windows: [{written}]\n{rest}", encoding="utf-8")
    return place


def _collect(folder: Path, estate: RunningEstate, system: str = "mail") -> CollectResult:
    return collected(folder, estate.environment(), only_system=system)


def test_outside_the_window_nothing_is_sent_and_the_run_waits(
    tmp_path: Path, estate: RunningEstate, wall: Wall
) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC}')
    wall.at = EVENING - timedelta(hours=3)
    waiting = _collect(folder, estate)
    assert not any(estate.counts.values())
    assert len(waiting.paused) == 1 and "which opens Mon 2026-11-23 20:00 UTC" in waiting.paused[0]
    assert "window" in {m.cause for m in Bundle.open(waiting.zip_path).missing}
    wall.at = EVENING
    done = _collect(folder, estate)
    assert done.resumed and not done.paused
    assert not [m for m in Bundle.open(done.zip_path).missing if m.cause == "window"]


def test_reads_go_on_while_writes_wait_and_are_not_sent_again_later(
    tmp_path: Path, estate: RunningEstate, wall: Wall
) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC, writes_only: true}')
    wall.at = EVENING - timedelta(hours=3)
    first = _collect(folder, estate)
    read = estate.counts["mail"]
    assert read and first.paused and "writes are allowed only" in first.paused[0]
    assert not WriteLedger(folder / ".cxready" / "ledger.sqlite").entries()
    wall.at = EVENING
    second = _collect(folder, estate)
    assert second.resumed and not second.paused and second.requests["mail"] <= 100
    bundle = Bundle.open(second.zip_path)
    assert not [m for m in bundle.missing if m.wanted in ("write_round_trip", "repeat_trial")]
    assert any(e.state == "removed" for e in WriteLedger(folder / ".cxready" / "ledger.sqlite").entries())
    assert not any(estate.records.values())


def test_no_write_begins_that_could_not_be_taken_back_before_the_window_closes(
    tmp_path: Path, estate: RunningEstate, wall: Wall
) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC}')
    wall.at = EVENING.replace(hour=22, minute=57)
    result = _collect(folder, estate)
    assert "too soon to write and take it back" in " ".join(result.paused)
    assert not WriteLedger(folder / ".cxready" / "ledger.sqlite").entries() and not any(estate.records.values())
    assert estate.counts["mail"], "what only reads was asked"


def test_a_window_that_closes_on_a_record_of_ours_names_it_and_the_next_one_takes_it_away_first(
    tmp_path: Path, estate: RunningEstate, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC}')
    created = WriteLedger.created

    def then_it_is_late(self: WriteLedger, *arguments: object) -> None:
        """The machine was asleep between the write and its taking back."""
        created(self, *arguments)  # type: ignore[arg-type]
        wall.at = EVENING.replace(hour=23, minute=1)

    monkeypatch.setattr(WriteLedger, "created", then_it_is_late)
    shut = _collect(folder, estate)
    live = [str(record["id"]) for record in estate.records["messages"]]
    assert len(live) == 1 and live[0] in " ".join(shut.left_behind), shut.left_behind
    monkeypatch.setattr(WriteLedger, "created", created)
    before = estate.counts["mail"]
    wall.at = EVENING + timedelta(hours=4)
    assert _collect(folder, estate).paused and estate.counts["mail"] == before, "nothing outside, not even to tidy up"
    wall.at = EVENING + timedelta(days=1)
    done = _collect(folder, estate)
    assert done.resumed and not done.paused and not any(estate.records.values()) and not done.left_behind


def test_a_holiday_keeps_the_window_shut(tmp_path: Path, estate: RunningEstate, wall: Wall) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC, holidays: [2026-11-23]}')
    assert "which opens Tue 2026-11-24 20:00 UTC" in _collect(folder, estate).paused[0]
    assert not any(estate.counts.values())


def test_a_window_in_the_past_is_a_clear_stop(tmp_path: Path, estate: RunningEstate, wall: Wall) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC, ends: 2020-01-31}')
    with pytest.raises(BadInput, match="in the past: it ended on 2020-01-31"):
        _collect(folder, estate)
    assert not any(estate.counts.values()) and not (folder / "bundles").exists()


def test_a_write_that_was_measured_before_the_window_closed_is_not_sent_again(
    tmp_path: Path, estate: RunningEstate, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _folder(tmp_path / "n", estate, '{hours: "20:00-23:00", zone: UTC}', "crm")
    undone, times = WriteLedger.undone, []

    def then_it_is_late(self: WriteLedger, *arguments: object) -> None:
        undone(self, *arguments)  # type: ignore[arg-type]
        times.append(arguments)
        if len(times) == 1:
            wall.at = EVENING.replace(hour=22, minute=58)

    monkeypatch.setattr(WriteLedger, "undone", then_it_is_late)
    shut = _collect(folder, estate, "crm")
    assert shut.paused and not shut.left_behind and not any(estate.records.values())
    wall.at = EVENING + timedelta(days=1)
    done = _collect(folder, estate, "crm")
    assert done.resumed and not done.paused and done.requests["crm"] <= 100
    entries = WriteLedger(folder / ".cxready" / "ledger.sqlite").entries()
    first = entries[0].operation
    created = [e for e in entries if e.operation == first and e.state in ("removed", "reversed")]
    assert len(created) == 1, [(e.operation, e.state) for e in entries]

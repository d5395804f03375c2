"""Stages move with evidence, and the charter stops a workflow once the figures show it, not before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import run_cases
from runtime import memory
from runtime.log.log_export import export_log
from runtime.memory import Moment
from runtime.piloting.pilot_file import add_workflow, set_stage
from runtime.piloting.pilot_settings import Charter
from runtime.piloting.pilot_state import open_log
from runtime.piloting.stages import charter_breach
from runtime.understanding.encode import Encode
from tests.runtime.piloted import demo_cases

NOW = datetime.now(UTC)


def lived(home: Path, outcomes: list[str]) -> None:
    connection = open_log(home)
    for n, outcome in enumerate(outcomes):
        memory.remember(
            connection, f"A-{n}", Moment(f"r-{n}", NOW - timedelta(hours=n), "chat", "billing-dispute", outcome, "")
        )
    connection.close()


@pytest.mark.parametrize(
    ("outcomes", "breached"),
    [
        ([], False),
        (["handed_off"], False),
        (["handed_off", "resolved"] * 20, False),
        (["handed_off"] * 30 + ["resolved"] * 2, True),
        (["asked"] * 50, False),
    ],
)
def test_the_charter_speaks_only_when_the_interval_does(tmp_path: Path, outcomes: list[str], breached: bool) -> None:
    lived(tmp_path, outcomes)
    assert bool(charter_breach(open_log(tmp_path), "billing-dispute", Charter())) is breached


def test_a_workflow_that_broke_its_charter_is_left_to_people(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    lived(folder.path / ".cxready", ["handed_off"] * 30)
    [result] = run_cases(folder, [demo_cases(folder)["demo-1-resolved"]], secrets=estate.environment(), encode=encode)
    assert result.outcome == "handed_off" and "stopped by its charter" in result.reason
    assert estate.records["credits"] == []
    rows, anchors = export_log(folder.path / ".cxready", folder.path / "log.jsonl")
    kinds = [json.loads(line)["kind"] for line in (folder.path / "log.jsonl").read_text().splitlines()]
    assert (kinds.count("row"), kinds.count("anchor")) == (rows, anchors) and rows and anchors


def test_pilot_yaml_keeps_its_comments_and_stays_valid(folder: Folder) -> None:
    before = (folder.path / "pilot.yaml").read_text()
    set_stage(folder.path, "billing-dispute", "approve")
    assert add_workflow(folder.path, "device-return", ["person-21"])
    assert not add_workflow(folder.path, "device-return", [])
    after = (folder.path / "pilot.yaml").read_text()
    assert after.splitlines()[0] == before.splitlines()[0].strip()
    workflows = load_folder(folder.path).pilot.value.workflows
    assert (workflows["billing-dispute"].stage, workflows["device-return"].stage) == ("approve", "shadow")


def test_a_folder_without_pilot_yaml_gets_one(tmp_path: Path) -> None:
    assert add_workflow(tmp_path, "billing-dispute", ["person-11"])
    assert "stage: shadow" in (tmp_path / "pilot.yaml").read_text()

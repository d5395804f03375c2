"""What a smaller installation can do: hand over and take in without the collector, collect without report and pilot."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from assess.demo.estate import start
from assess.demo.folder import write_folder
from tests.bound_run import BoundRun
from tests.harness import without
from tests.harness.kill_rig import run


def _commands(*commands: tuple[object, ...]) -> list[str]:
    return [str(word) for command in commands for word in ("--", *command)]


def test_a_laptop_without_the_collector_asks_takes_in_reviews_and_strikes(bound: BoundRun, tmp_path: Path) -> None:
    folder = shutil.copytree(bound.folder, tmp_path / "consultant")
    absent = ",".join((*without.COLLECT, *without.PILOT, *without.REPORT))
    done = run(
        [
            "-m", "tests.harness.without", absent,
            *_commands(
                ("request", folder, "-o", tmp_path / "request.zip"),
                ("take", bound.bundle, "--into", folder),
                ("evidence", "review", folder),
                ("evidence", "strike", folder, "manifest.json#/missing/0/detail", "--reason", "a name"),
                ("assess", folder),
            ),
        ]
    )  # fmt: skip
    assert done.ok, done.stdout[-1000:] + done.stderr[-2000:]
    assert zipfile.is_zipfile(tmp_path / "request.zip")
    assert "was not checked: pip install 'cxready[collect]'" in done.stdout


def test_a_host_without_report_and_pilot_collects_shows_and_erases(tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    with start() as estate:
        write_folder(folder, estate)
        done = run(
            [
                "-m", "tests.harness.without", ",".join((*without.REPORT, *without.PILOT)),
                *_commands(
                    ("collect", folder, "--system", "mail", "--probe", "api.writes_stick"),
                    ("evidence", "log", folder, "--har", "-o", tmp_path / "sent.har"),
                    ("evidence", "review", folder),
                    ("evidence", "erase", folder, "--reason", "the end", "--yes"),
                ),
            ],
            env=estate.environment(),
        )  # fmt: skip
    assert done.ok, done.stdout[-1000:] + done.stderr[-2000:]
    assert (tmp_path / "sent.har").is_file() and not (folder / ".cxready" / "trace.sqlite").exists()

"""The real Request Tracker and MediaWiki of examples/request-tracker, started once for all tests marked `estate`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.examples.desk import EXAMPLE, Desk


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    if shutil.which("rt-setup-database-5", path="/usr/sbin") is None or shutil.which("php") is None:
        pytest.skip("Request Tracker and MediaWiki are not installed: sh examples/request-tracker/install.sh")
    folder = tmp_path_factory.mktemp("estate") / "data"
    estate = [sys.executable, str(EXAMPLE / "estate.py")]
    started = subprocess.run(
        [*estate, "start", "--dir", str(folder), "--json"], capture_output=True, text=True, timeout=240
    )
    assert started.returncode == 0, started.stderr
    yield json.loads(started.stdout)
    stopped = subprocess.run([*estate, "stop", "--dir", str(folder)], capture_output=True, text=True, timeout=60)
    assert stopped.returncode == 0 and not folder.exists()


@pytest.fixture
def desk(environment: dict[str, str]) -> Iterator[Desk]:
    desk = Desk(environment)
    yield desk
    for number in desk.left_behind():
        desk("audit", "DELETE", f"/ticket/{number}")

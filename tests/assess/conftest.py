"""One collection of the demo estate for every test that judges it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from assess.demo.estate import start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.measuring import measure
from probes.gather.run import CollectResult


@dataclass(frozen=True)
class Measured:
    """A folder with one bundle; `live` counts records that were left in the systems."""

    folder: Path
    result: CollectResult
    live: dict[str, int]


def _measured(folder: Path, *, flawless: bool) -> Measured:
    with start(flawless=flawless) as estate:
        write_folder(folder, estate)
        result = measure(load_folder(folder), secrets=estate.environment())
        return Measured(folder, result, {kind: len(rows) for kind, rows in estate.records.items()})


def _once(factory: pytest.TempPathFactory, worker: str, name: str, *, flawless: bool) -> Measured:
    """Measured by whichever test process comes first; the others read it."""
    shared = factory.getbasetemp() if worker == "master" else factory.getbasetemp().parent
    done = shared / f"{name}.pickle"
    with FileLock(shared / f"{name}.lock"):
        if not done.is_file():
            done.write_bytes(pickle.dumps(_measured(shared / name, flawless=flawless)))
    found = pickle.loads(done.read_bytes())
    assert isinstance(found, Measured)
    return found


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """Name of this test process."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))


@pytest.fixture(scope="session")
def flawless(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Measured:
    return _once(tmp_path_factory, worker, "flawless", flawless=True)


@pytest.fixture(scope="session")
def northwind(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Measured:
    """The demo as it is, with its flaws."""
    return _once(tmp_path_factory, worker, "northwind", flawless=False)

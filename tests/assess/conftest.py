"""One collection of the demo estate for every test that judges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def flawless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    yield _measured(tmp_path_factory.mktemp("flawless"), flawless=True)


@pytest.fixture(scope="session")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """The demo as it is, with its flaws."""
    yield _measured(tmp_path_factory.mktemp("northwind"), flawless=False)

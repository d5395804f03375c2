"""The same small estate as the runtime's own tests, and the running demo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from runtime.estate import Estate
from tests.runtime.guardrails.conftest import credit, estate, ledger, point

__all__ = ["credit", "estate", "ledger", "point"]


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


@pytest.fixture(scope="session")
def demo_estate(demo: RunningEstate, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    folder: Path = tmp_path_factory.mktemp("demo") / "folder"
    write_folder(folder, demo)
    return load_folder(folder).estate

"""The demo estate, running, and a folder with a gate for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.demo import estate as demo
from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from runtime.understanding.encode import Encode
from tests.harness.postgres import Server, postgres
from tests.runtime.databases import a_new_database
from tests.runtime.piloted import piloted


@pytest.fixture
def estate() -> Iterator[RunningEstate]:
    with demo.start() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, estate: RunningEstate) -> Folder:
    return piloted(tmp_path / "northwind", estate)


@pytest.fixture(scope="session")
def encode() -> Encode:
    from kb_audit.embedding import encoder

    return encoder()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgres("fsync=off") as running:  # processes die here, the server does not
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with the folder's own files, once with a PostgreSQL database."""
    if request.param == "postgres":
        a_new_database(request.getfixturevalue("server"), monkeypatch)

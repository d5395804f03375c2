"""One encoder for all knowledge tests, its cache in a folder of the test run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.understanding.encode import Encode


@pytest.fixture(scope="session")
def encode(tmp_path_factory: pytest.TempPathFactory) -> Encode:
    from kb_audit.embedding import encoder, find_model

    return encoder(find_model(), cache=tmp_path_factory.mktemp("embeddings") / "rows.sqlite")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real documents; tests that need it are skipped where it is not there."""
    default = Path(__file__).parents[2].parent / "shared" / "corpus"
    found = Path(os.environ.get("CXREADY_CORPUS", default))
    if not found.is_dir():
        pytest.skip("the shared corpus is not here (CXREADY_CORPUS)")
    return found

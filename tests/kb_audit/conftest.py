"""One encoder for all knowledge tests, its cache kept from run to run below .pytest_cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb_audit.kept import Kept
from kb_audit.sources import folder
from kb_audit.sources.reading import Reading
from runtime.understanding.encode import Encode


@pytest.fixture(scope="session")
def encode(pytestconfig: pytest.Config) -> Encode:
    from kb_audit.embedding import cache_file, encoder, find_model

    model = find_model()
    return encoder(model, cache=pytestconfig.cache.mkdir("embeddings") / cache_file(model).name)


@pytest.fixture(scope="session")
def kept(pytestconfig: pytest.Config) -> Kept:
    """What was worked out of articles, kept from run to run until the program changes."""
    return Kept(pytestconfig.cache.mkdir("embeddings") / "derived.sqlite")


@pytest.fixture(scope="session")
def handbook(corpus: Path, kept: Kept) -> Reading:
    """A real, well-kept handbook, read once for all tests."""
    reading = folder.read(corpus / "knowledge" / "18f-handbook" / "pages", kept)
    assert len(reading.articles) > 200
    return reading


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real documents; tests that need it are skipped where it is not there."""
    default = Path(__file__).parents[2].parent / "shared" / "corpus"
    found = Path(os.environ.get("CXREADY_CORPUS", default))
    if not found.is_dir():
        pytest.skip("the shared corpus is not here (CXREADY_CORPUS)")
    return found

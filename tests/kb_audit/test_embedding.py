"""The model: checked by digest, offline, with a cache that gives the same vectors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb_audit import embedding
from kb_audit.embedding import encoder
from kb_audit.model import DIGEST, Model, checked, find_model
from runtime.errors import BadInput
from runtime.understanding.encode import Encode

DIMENSIONS = 384


def test_the_installed_model_has_the_checked_digest() -> None:
    assert find_model().digest == DIGEST


def test_other_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(BadInput, match="not the checked ones") as refused:
        checked(Model(tmp_path, "all-MiniLM-L6-v2", "0" * 64))
    assert "CXREADY_EMBEDDING_MODEL" in refused.value.do


def test_a_folder_without_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_MODEL", str(tmp_path))
    with pytest.raises(BadInput, match="no weights"):
        find_model()


def test_a_language_model_is_not_taken_for_the_embedding_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_MODEL", "some-language-model")
    monkeypatch.setenv("CXREADY_MODEL_URL", "http://localhost:8000/v1")
    assert find_model().digest == DIGEST
    monkeypatch.setenv("CXREADY_EMBEDDING_MODEL", str(tmp_path))
    with pytest.raises(BadInput, match="no weights"):
        find_model()


def test_rows_are_unit_vectors_in_the_order_of_the_texts(encode: Encode) -> None:
    rows = encode(["a bill", "a much longer sentence about returning a phone", "a bill"])
    assert rows.shape == (3, DIMENSIONS) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[0], rows[2])
    assert encode([]).shape == (0, DIMENSIONS)


def test_a_text_that_is_kept_needs_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "rows.sqlite"
    first = encoder(cache=cache)(["refund", "a fee"])
    monkeypatch.setattr(embedding, "load", lambda model: pytest.fail("the model was loaded"))
    assert np.array_equal(encoder(cache=cache)(["a fee", "refund"]), first[::-1])


def test_what_an_interrupted_run_encoded_is_kept(tmp_path: Path) -> None:
    def stop(what: str, done: int, of: int) -> None:
        if done:
            raise KeyboardInterrupt

    cache, texts = tmp_path / "rows.sqlite", [f"fee number {n}" for n in range(300)]
    with pytest.raises(KeyboardInterrupt):
        encoder(cache=cache, progress=stop)(texts)
    said: list[tuple[int, int]] = []
    encoder(cache=cache, progress=lambda what, done, of: said.append((done, of)))(texts)
    assert said == [(0, 44), (44, 44)], "256 of 300 were kept"


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    encoder(cache=tmp_path / "rows.sqlite")(["refund"])
    assert (tmp_path / "rows.sqlite").stat().st_mode & 0o077 == 0


def test_one_character_more_is_another_text(encode: Encode) -> None:
    one, other = encode(["refunds take 3 days", "refunds take 3 days."])
    assert not np.array_equal(one, other)


def test_a_broken_cache_is_done_without(tmp_path: Path) -> None:
    cache = tmp_path / "rows.sqlite"
    cache.write_bytes(b"this is no database" * 100)
    assert encoder(cache=cache)(["refund"]).shape == (1, DIMENSIONS)


def test_judging_loads_neither_torch_nor_numpy() -> None:
    code = "import sys, kb_audit.probes.catalogue, kb_audit.summary as _; print(sys.modules.keys() & {'torch', 'numpy', 'onnxruntime'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

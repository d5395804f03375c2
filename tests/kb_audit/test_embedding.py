"""The model: checked by digest, offline, with a cache that gives the same vectors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb_audit import embedding
from kb_audit.embedding import DIGEST, DIMENSIONS, Model, checked, encoder, find_model
from kb_audit.neighbours import nearest, pairs_above
from runtime.errors import BadInput
from runtime.understanding.encode import Encode


def test_the_installed_model_has_the_checked_digest() -> None:
    assert find_model().digest == DIGEST


def test_other_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(BadInput, match="not the checked ones") as refused:
        checked(Model(tmp_path, "all-MiniLM-L6-v2", "0" * 64))
    assert "CXREADY_MODEL" in refused.value.do


def test_a_folder_without_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_MODEL", str(tmp_path))
    with pytest.raises(BadInput, match="no weights"):
        find_model()


def test_rows_are_unit_vectors_in_the_order_of_the_texts(encode: Encode) -> None:
    rows = encode(["a bill", "a much longer sentence about returning a phone", "a bill"])
    assert rows.shape == (3, DIMENSIONS) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[0], rows[2])
    assert encode([]).shape == (0, DIMENSIONS)


def test_loading_is_silent_and_a_cached_text_needs_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "rows.sqlite"
    first = encoder(cache=cache)(["refund"])
    assert capfd.readouterr() == ("", "")
    monkeypatch.setattr(embedding, "_load", lambda model: pytest.fail("the model was loaded"))
    assert np.array_equal(encoder(cache=cache)(["refund"]), first)


def test_a_broken_cache_is_done_without(tmp_path: Path) -> None:
    cache = tmp_path / "rows.sqlite"
    cache.write_bytes(b"this is no database" * 100)
    assert encoder(cache=cache)(["refund"]).shape == (1, DIMENSIONS)


def test_pairs_are_those_of_the_full_product() -> None:
    rows = np.random.default_rng(7).normal(size=(1500, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    full = rows @ rows.T
    wanted = {(i, j) for i, j in zip(*np.nonzero(full >= 0.9), strict=True) if i < j}
    assert {(i, j) for i, j, _ in pairs_above(rows, 0.9)} == wanted
    assert nearest(rows[:3], rows, 1) == [[(i, pytest.approx(1.0, abs=1e-5))] for i in range(3)]


def test_judging_loads_neither_torch_nor_numpy() -> None:
    code = (
        "import sys, kb_audit.probes.catalogue, kb_audit.summary as _; print(sys.modules.keys() & {'torch', 'numpy'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

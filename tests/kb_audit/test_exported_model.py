"""The exported model: the same rows, without torch, whole or made again; and any other model by one setting."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb_audit import exported_model
from kb_audit.batches import MOST, PIECES, batches
from kb_audit.embedding import encoder, load
from kb_audit.exported_model import exported
from kb_audit.model import Model, find_model
from kb_audit.onnx_rows import OnnxRows
from kb_audit.torch_rows import TorchRows
from runtime.errors import BadInput

TEXTS = [
    "refund",
    "",
    "How long may I return a phone? " * 30,
    "Die Rückgabe ist kostenlos.",
    "返品は無料です",
    "\ufffd\x00 odd",
]
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "phone",
    "return",
    "refund",
    "fee",
    "the",
    "is",
    "of",
    "how",
    "long",
    "may",
    "i",
    "?",
    ".",
]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second sentence-transformers model: two layers of random weights, 32 dimensions, CLS pooling."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    place = tmp_path_factory.mktemp("models")
    (place / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(5)
    shape = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(shape).save_pretrained(place / "bare")
    BertTokenizerFast(str(place / "vocab.txt")).save_pretrained(place / "bare")
    parts = [Transformer(str(place / "bare"), max_seq_length=48), Pooling(32, pooling_mode="cls")]
    SentenceTransformer(modules=parts, device="cpu").save(str(place / "tiny"))
    return place / "tiny"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CXREADY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_default_model_gives_the_rows_that_sentence_transformers_gives() -> None:
    model = find_model()
    made = exported(model)
    assert made is not None and made.length == 256
    ours, theirs = OnnxRows(made).rows(TEXTS), TorchRows(model).rows(TEXTS)
    assert float((1 - (ours * theirs).sum(axis=1)).max()) < 1e-4


def test_a_new_process_encodes_without_torch_and_silently() -> None:
    exported(find_model())
    code = (
        "import sys; from kb_audit.model import find_model; from kb_audit.embedding import load;"
        "load(find_model()).rows(['a refund']);"
        "assert not sys.modules.keys() & {'torch', 'transformers', 'sentence_transformers', 'onnx'}, sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_model_is_one_setting(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_MODEL", str(tiny))
    model = find_model()
    assert (model.name, model.dimensions) == ("tiny", 32)
    rows = encoder()(TEXTS)
    assert rows.shape == (len(TEXTS), 32) and np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert exported(model) is not None, "it runs exported too"
    assert np.allclose(rows, TorchRows(model).rows(TEXTS), atol=1e-4)
    assert encoder()([]).shape == (0, 32)


def test_models_of_other_settings_share_nothing(tiny: Path, tmp_path: Path) -> None:
    import shutil

    other = shutil.copytree(tiny, tmp_path / "other")
    pooling = next(other.glob("1_*")) / "config.json"
    pooling.write_text(pooling.read_text(encoding="utf-8").replace("cls", "mean"), encoding="utf-8")
    one, two = (Model(path, "m", "0" * 64) for path in (tiny, other))
    assert one.key == Model(tiny, "another name", "0" * 64).key != two.key


def test_a_damaged_export_is_made_again(tiny: Path, cache: Path) -> None:
    model = Model(tiny, "tiny", "1" * 64)
    made = exported(model)
    assert made is not None
    (made.folder / "model.onnx").write_bytes(b"half written")
    assert exported(model) is None and not made.folder.exists()
    again = exported(model)
    assert again is not None and OnnxRows(again).rows(["a phone"]).shape == (1, 32)


def test_nothing_half_made_stays_when_an_export_ends_early(
    tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(loaded: Any, folder: Path) -> None:
        (folder / "model.onnx").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(exported_model, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        exported(Model(tiny, "tiny", "2" * 64))
    assert [each.name for each in (cache / "models").iterdir() if not each.name.endswith(".lock")] == []


def test_what_a_killed_export_left_is_taken_away_by_the_next_one(tiny: Path, cache: Path) -> None:
    model = Model(tiny, "tiny", "7" * 64)
    made = exported(model)
    assert made is not None
    left = made.folder.parent / f".making-{made.folder.name}-killed"
    left.mkdir()
    (left / "model.onnx").write_bytes(b"half")
    shutil.rmtree(made.folder)
    assert exported(model) is not None and not left.exists()


def test_a_full_disk_is_not_remembered(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(loaded: Any, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    model = Model(tiny, "tiny", "8" * 64)
    with monkeypatch.context() as failing:
        failing.setattr(exported_model, "_write", full)
        assert exported(model) is None
    assert exported(model) is not None


def test_a_model_that_cannot_be_exported_runs_in_torch_and_is_not_tried_again(
    tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def fails(loaded: Any, folder: Path) -> None:
        tried.append(folder)
        raise RuntimeError("an operator has no counterpart")

    monkeypatch.setattr(exported_model, "_write", fails)
    model = Model(tiny, "tiny", "3" * 64)
    assert isinstance(load(model), TorchRows) and isinstance(load(model), TorchRows)
    assert len(tried) == 1
    about = json.loads(next((cache / "models").glob("*/about.json")).read_text(encoding="utf-8"))
    assert "cannot be exported" in about["unfit"]


def test_rows_that_differ_are_no_export(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exported_model, "TOLERANCE", -1.0)
    assert exported(Model(tiny, "tiny", "4" * 64)) is None


def test_a_cache_that_cannot_be_written_leaves_the_model_in_torch(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("CXREADY_CACHE", str(tmp_path / "file"))
    model = Model(tiny, "tiny", "5" * 64)
    assert encoder(model)(["a phone"]).shape == (1, 32)


def test_a_name_that_is_not_here_is_refused_and_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXREADY_MODEL", "paraphrase-multilingual-MiniLM-L12-v2")
    with pytest.raises(BadInput, match="no model of this name on this machine") as refused:
        find_model()
    assert "hf download sentence-transformers/paraphrase-multilingual" in refused.value.do


def test_a_name_in_the_local_hub_cache_is_found(tiny: Path, tmp_path: Path) -> None:
    place = tmp_path / "hub" / "models--acme--tiny"
    (place / "snapshots").mkdir(parents=True)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("abc", encoding="utf-8")
    (place / "snapshots" / "abc").symlink_to(tiny)
    code = "from kb_audit.model import find_model; print(find_model().dimensions)"
    env = {**os.environ, "HF_HUB_CACHE": str(tmp_path / "hub"), "CXREADY_MODEL": "acme/tiny"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.stdout.strip() == "32", done.stderr[-800:]


def test_batches_hold_every_text_once_and_little_padding() -> None:
    lengths = np.random.default_rng(3).integers(2, 257, size=700).tolist()
    found = list(batches(lengths))
    assert sorted(number for batch in found for number in batch) == list(range(700))
    assert all(len(b) <= MOST and (len(b) == 1 or len(b) * max(lengths[n] for n in b) <= PIECES) for b in found)
    padded = sum(len(b) * max(lengths[n] for n in b) for b in found)
    assert padded < 1.05 * sum(lengths)

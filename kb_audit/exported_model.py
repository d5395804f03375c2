"""The model's own weights as ONNX, exported once and kept in the cache folder: after that neither torch nor
sentence-transformers need be imported, so that a run starts in a fraction of a second.

An export is taken only if it gives the same rows as the model it came from (cosine error below 0.0001 on texts of
several lengths and scripts); a model that cannot be exported is remembered as such and runs in torch.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from filelock import FileLock

from kb_audit.model import Model
from kb_audit.row_store import cache_folder

TOLERANCE = 1e-4
_OPSET = 17
_FORMAT = 1
_SAMPLES = (
    "refund", "", "  How long may I return a phone?\n", "A refund of $25.00 is paid within 14 days. " * 40,
    "Die Rückgabe ist 14 Tage lang möglich.", "返品は14日以内に可能です。", "naïve café – “quoted” 100 %",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """A folder with model.onnx and tokenizer.json; `length`: word pieces that are read, `pad`: the id of padding."""

    folder: Path
    length: int
    pad: int


def exported(model: Model) -> Exported | None:
    """The export of this model, made now if there is none; `None` where it cannot be had."""
    if find_spec("onnxruntime") is None:
        return None
    place = cache_folder() / "models" / f"{model.key}-onnx{_FORMAT}"
    if not (place / "about.json").is_file():
        if any(find_spec(name) is None for name in ("onnx", "sentence_transformers")):
            return None
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(place.with_suffix(".lock")):
                if not (place / "about.json").is_file():
                    _make(model, place)
        except OSError:
            return None
    return _opened(place)


def _opened(place: Path) -> Exported | None:
    """An export that is whole, by the digests it was written with; a damaged one is removed and made again next time."""
    try:
        about = json.loads((place / "about.json").read_text(encoding="utf-8"))
        if "unfit" in about and about["by"] == _maker():
            return None
        if "files" in about and all(_sha256(place / name) == digest for name, digest in about["files"].items()):
            return Exported(place, about["length"], about["pad"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(place, ignore_errors=True)
    return None


def _make(model: Model, place: Path) -> None:
    """Exports into a temporary folder beside the place, then renames it."""
    temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        about = _export(model, temporary)
        (temporary / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        os.replace(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _export(model: Model, folder: Path) -> dict[str, Any]:
    from kb_audit.torch_rows import load, rows

    # Attention written out: the fused kernel has no counterpart in the exchange format.
    loaded = load(model, attention="eager")
    try:
        _write(loaded, folder)
    except Exception as error:  # whatever an exporter of foreign models may raise: it runs in torch then
        return {"unfit": f"it cannot be exported: {type(error).__name__}", "by": _maker()}
    from kb_audit.onnx_rows import OnnxRows

    about = Exported(folder, int(loaded.max_seq_length or 512), int(loaded.tokenizer.pad_token_id or 0))
    off = float((1 - (OnnxRows(about).rows(_SAMPLES) * rows(loaded, _SAMPLES)).sum(axis=1)).max())
    if not off < TOLERANCE:
        return {"unfit": f"its rows differ from the model's own (cosine error {off:.4f})", "by": _maker()}
    return {
        "model": model.name, "weights": model.digest, "length": about.length, "pad": about.pad, "error": off,
        "files": {name: _sha256(folder / name) for name in ("model.onnx", "tokenizer.json")},
    }  # fmt: skip


def _write(loaded: Any, folder: Path) -> None:
    """model.onnx (ids and mask in, one row a text out) and the tokenizer, quietly."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = loaded

        def forward(self, ids: Any, mask: Any) -> Any:
            return self.parts({"input_ids": ids, "attention_mask": mask})["sentence_embedding"]

    loaded.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    ids = torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "texts", 1: "pieces"} for name in ("ids", "mask")} | {"row": {0: "texts"}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole(), (ids, torch.ones_like(ids)), str(folder / "model.onnx"), input_names=["ids", "mask"],
            output_names=["row"], dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


def _maker() -> str:
    """Another version may export what this one cannot."""
    return " ".join(f"{name} {version(name)}" for name in ("torch", "sentence-transformers", "onnx"))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()

"""The model's own weights as ONNX, exported once and kept in the cache folder: after that neither torch nor
sentence-transformers need be imported, so that a run starts in a fraction of a second.

An export is taken only if it gives the same rows as the model it came from (cosine error below 0.0001 on texts of
several lengths and scripts); a model that cannot be exported is remembered as such and runs in torch.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_audit.exports import About, kept_export
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
    place = cache_folder() / "models" / f"{model.key}-onnx{_FORMAT}"
    about = kept_export(place, lambda folder: _export(model, folder))
    return Exported(place, about["length"], about["pad"]) if about else None


def _export(model: Model, folder: Path) -> About:
    from kb_audit.torch_rows import load, rows

    # Attention written out: the fused kernel has no counterpart in the exchange format.
    loaded = load(model, attention="eager")
    try:
        _write(loaded, folder)
    except Exception as error:  # whatever an exporter of foreign models may raise: it runs in torch then
        return {"unfit": f"it cannot be exported: {type(error).__name__}"}
    from kb_audit.onnx_rows import OnnxRows

    about = Exported(folder, int(loaded.max_seq_length or 512), int(loaded.tokenizer.pad_token_id or 0))
    off = float((1 - (OnnxRows(about).rows(_SAMPLES) * rows(loaded, _SAMPLES)).sum(axis=1)).max())
    if not off < TOLERANCE:
        return {"unfit": f"its rows differ from the model's own (cosine error {off:.4f})"}
    return {
        "model": model.name, "weights": model.digest, "length": about.length, "pad": about.pad, "error": off,
        "files": ["model.onnx", "tokenizer.json"],
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

"""The model's own weights as ONNX, exported once and kept in the cache folder: after that neither torch nor
sentence-transformers need be imported, so that a run starts in a fraction of a second.

An export is taken only if it gives the same rows as the model it came from (cosine error below 0.0001 on texts of
several lengths and scripts); a model that cannot be exported is remembered as such and runs in torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_audit.exports import TOKENIZER, About, Unfit, exporting, kept_export, write_graph
from kb_audit.model import Model
from kb_audit.row_store import cache_folder

TOLERANCE = 1e-4
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
    with exporting():
        _write(loaded, folder)
    from kb_audit.onnx_rows import OnnxRows

    about = Exported(folder, int(loaded.max_seq_length or 512), int(loaded.tokenizer.pad_token_id or 0))
    off = float((1 - (OnnxRows(about).rows(_SAMPLES) * rows(loaded, _SAMPLES)).sum(axis=1)).max())
    if not off < TOLERANCE:
        raise Unfit(f"its rows differ from the model's own (cosine error {off:.4f})")
    return {
        "model": model.name, "weights": model.digest, "length": about.length, "pad": about.pad, "error": off,
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

    loaded.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    write_graph(Whole(), folder, ("ids", "mask"), "row")

"""Rows by sentence-transformers and torch: what an export is made from and checked against, and what runs in its place
where there is none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_audit.batches import processors, unit
from kb_audit.model import Model

# Threads that wait must sleep: spinning ones take three times the processor's time.
_SURROUNDINGS = {
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_WAIT_POLICY": "PASSIVE",
}  # fmt: skip
_BATCH = 8


def load(model: Model, attention: str = "") -> Any:
    """The SentenceTransformer in memory, quietly, from its folder alone; code that comes with a model is not run."""
    os.environ |= {name: os.environ.get(name, value) for name, value in _SURROUNDINGS.items()}
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    quiet: Any = transformers_logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    torch.set_num_threads(min(torch.get_num_threads(), processors()))
    settings = {"attn_implementation": attention} if attention else {}
    return SentenceTransformer(
        str(model.path), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs=settings
    ).eval()


def rows(loaded: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows, shape (n, dimensions)."""
    return unit(loaded.encode(list(texts), batch_size=_BATCH, convert_to_numpy=True, show_progress_bar=False))


class TorchRows:
    def __init__(self, model: Model) -> None:
        self._loaded = load(model)

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return rows(self._loaded, texts)

"""One function that turns texts into vectors, the same ones everywhere: kept by text and model, computed by onnxruntime.

The model's weights are exported once (kb_audit.exported_model); where that cannot be, torch computes. CXREADY_MODEL
names another model, CXREADY_CACHE another place for what is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb_audit.ahead import Ahead
from kb_audit.model import DIGEST, MODEL, Model, checked, find_model
from kb_audit.row_store import RowStore, cache_folder, digest_of, rows_of
from runtime.errors import BadInput

__all__ = ["DIGEST", "MODEL", "Encoder", "Model", "cache_file", "checked", "encoder", "find_model", "load"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, of how many."""

_STEP = 256
_STEP_SPREAD = 4096
"""Texts between two words of progress; each step is kept, so that an interrupted run goes on where it stopped."""


class Rows(Protocol):
    """A loaded model."""

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class Encoder:
    """Turns texts into unit rows of float32, shape (n, dimensions).

    The model is loaded at the first text that is not kept, or before by `prepare`; texts of like length go through it together.
    Raises BadInput when the weights are missing or not the ones that were checked.
    """

    def __init__(self, model: Model, say: Progress, store: RowStore) -> None:
        self._model, self._say, self._store = model, say, store
        self._dimensions = model.dimensions
        self._loading: Ahead[Rows] | None = None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return rows_of(
            self._store,
            [digest_of(text) for text in texts],
            [len(text) for text in texts],
            np.empty((len(texts), self._dimensions), np.float32),
            lambda part, count: self._loaded(count).rows([texts[number] for number in part]),
            _STEP_SPREAD if os.environ.get("CXREADY_RAY") else _STEP,
            lambda done, of: self._say("embedding", done, of),
        )

    def prepare(self) -> None:
        """Begins to load the model, for whoever knows that there will be texts that are not kept."""
        if self._loading is None:
            self._loading = Ahead(lambda: load(self._model))

    def settle(self) -> None:
        """Waits until a model that is being loaded is there: a process must not end in the midst of that."""
        if self._loading is not None:
            self._loading.wait()

    def _loaded(self, count: int) -> Rows:
        if self._loading is None or not self._loading.done:
            self._say("loading the model: embedding", 0, count)
        self.prepare()
        assert self._loading is not None
        return self._loading.result()


def encoder(model: Model | None = None, *, progress: Progress | None = None, cache: Path | None = None) -> Encoder:
    """The encoder of this model, with what is kept of it."""
    chosen = model or find_model()
    return Encoder(chosen, progress or (lambda what, done, of: None), RowStore(cache or cache_file(chosen)))


def load(model: Model) -> Rows:
    """The model in memory: its export in onnxruntime, or itself in torch; on many machines where CXREADY_RAY says so."""
    from kb_audit.exported_model import exported

    if where := os.environ.get("CXREADY_RAY"):
        from kb_audit.spread import SpreadRows

        return SpreadRows(model, where)
    made = exported(model)
    try:
        if made is not None:
            from kb_audit.onnx_rows import OnnxRows

            return OnnxRows(made)
        from kb_audit.torch_rows import TorchRows

        return TorchRows(model)
    except ImportError as error:
        raise BadInput(
            f"neither onnxruntime with an exported model nor torch is installed ({error.name})", model.name,
            "install cxready[collect]",
        ) from error  # fmt: skip


def cache_file(model: Model) -> Path:
    """One SQLite file a model."""
    return cache_folder() / f"embeddings-{model.key}.sqlite"

"""Rows by onnxruntime from an exported model: no torch, the same vectors, ready in a fraction of a second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb_audit.batches import batches, unit
from kb_audit.exported_model import Exported
from kb_audit.exports import opened


class OnnxRows:
    def __init__(self, model: Exported, threads: int | None = None) -> None:
        self._pad = model.pad
        self._tokenizer, self._session = opened(model.folder, model.length, threads)

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dimensions), in the order of the texts."""
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        found: dict[int, NDArray[np.float32]] = {}
        for batch in batches([len(ids) for ids in pieces]):
            found |= zip(batch, self._batch([pieces[number] for number in batch]), strict=True)
        return unit(np.stack([found[number] for number in range(len(texts))]))

    def _batch(self, pieces: list[list[int]]) -> NDArray[np.float32]:
        ids = np.full((len(pieces), max(map(len, pieces))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(pieces):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        given: NDArray[np.float32] = self._session.run(["row"], {"ids": ids, "mask": mask})[0]
        return given

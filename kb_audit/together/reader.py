"""Reads two sentences together and says what the second is to the first; what was read once is kept.

The answers come from a small network made of the embedding model (kb_audit.together.graph). Where it cannot be had – the
model is not installed, or neither its graph nor torch – there is no reader, and rules alone decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_audit.exports import GRAPH, QUICK
from kb_audit.row_store import RowStore, cache_folder, digest_of, rows_of
from kb_audit.together.graph import digest, graph
from kb_audit.together.session import Session

Told = NDArray[np.float32]
"""Shape (n, 4): probabilities of conflict, another scope, the same in other words, another subject."""
Progress = Callable[[str, int, int], None]
_STEP = 128


@dataclass(frozen=True)
class Reader:
    """`read` answers for pairs of texts, `skim` roughly so in half the time; `name` for the artifact."""

    name: str
    read: Callable[[Sequence[tuple[str, str]]], Told]
    skim: Callable[[Sequence[tuple[str, str]]], Told]


def pair_reader(
    *,
    progress: Progress | None = None,
    cache: Path | None = None,
    made: Callable[[], Path | None] = graph,
) -> Reader | None:
    """The reader, or `None` where it cannot be had; its graphs are loaded at the first pair that is not kept.

    `made`: the folder with the graphs, where they were looked for ahead.
    """
    folder = made()
    if folder is None:
        return None
    store = RowStore(cache or cache_folder() / f"pairs-{digest()}.sqlite")
    say = progress or (lambda what, done, of: None)
    return Reader(f"pairs-{digest()}", _Answers(folder, GRAPH, store, say), _Answers(folder, QUICK, store, say))


class _Answers:
    """Of one graph; those given once are kept."""

    def __init__(self, folder: Path, graph: str, store: RowStore, say: Progress) -> None:
        self._graph, self._store, self._say = graph, store, say
        self._session = once(lambda: Session(folder, graph))

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> Told:
        return rows_of(
            self._store,
            [digest_of(f"{self._graph}\0{one}\0{other}") for one, other in pairs],
            [len(one) + len(other) for one, other in pairs],
            np.empty((len(pairs), 4), np.float32),
            lambda part, count: self._session().probabilities([pairs[number] for number in part]),
            _STEP,
            lambda done, of: self._say("reading sentences together", done, of),
        )

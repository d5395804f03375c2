"""Reads two sentences together and says what the second is to the first; what was read once is kept.

The answers come from a small network made of the embedding model (kb_audit.together.graph). Where it cannot be had – the
model is not installed, or neither its graph nor torch – there is no reader, and rules alone decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.row_store import RowStore, cache_folder, digest_of
from kb_audit.together.graph import digest, graph
from kb_audit.together.session import Session

Told = NDArray[np.float32]
"""Shape (n, 4): probabilities of conflict, another scope, the same in other words, another subject."""
Progress = Callable[[str, int, int], None]
_STEP = 128


@dataclass(frozen=True)
class Reader:
    """`read` answers for pairs of texts; `name` for the artifact."""

    name: str
    read: Callable[[Sequence[tuple[str, str]]], Told]


def pair_reader(*, progress: Progress | None = None, cache: Path | None = None) -> Reader | None:
    """The reader, or `None` where it cannot be had; its graph is loaded at the first pair that is not kept."""
    folder = graph()
    if folder is None:
        return None
    store = RowStore(cache or cache_folder() / f"pairs-{digest()}.sqlite")
    loaded: list[Session] = []
    say = progress or (lambda what, done, of: None)

    def read(pairs: Sequence[tuple[str, str]]) -> Told:
        places: dict[bytes, list[int]] = {}
        for number, (one, other) in enumerate(pairs):
            places.setdefault(digest_of(f"{one}\0{other}"), []).append(number)
        told = np.empty((len(pairs), 4), np.float32)
        for key, row in store.known(places):
            told[places.pop(key)] = row
        todo = sorted(places, key=lambda key: sum(map(len, pairs[places[key][0]])))
        for start in range(0, len(todo), _STEP):
            if not loaded:
                loaded.append(Session(folder))
            part = todo[start : start + _STEP]
            fresh = loaded[0].probabilities([pairs[places[key][0]] for key in part])
            store.keep(part, fresh)
            for key, row in zip(part, fresh, strict=True):
                told[places[key]] = row
            say("reading sentences together", start + len(part), len(todo))
        return told

    return Reader(f"pairs-{digest()}", read)


def as_read(claim: Claim) -> str:
    """A sentence with the heading it stands under, which often names its subject."""
    heading = claim.path[-1] if claim.path else ""
    return f"{heading}: {claim.text}" if heading else claim.text

"""Embeddings kept by sha256 of their text, one SQLite file a model: what was encoded once is not encoded again.

Masked sentences, sections, intents and tickets share it. A store that cannot be read or written is done without: it
only saves time. Vectors tell something of their texts, so the file is its owner's alone.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ASKED_AT_ONCE = 500


def cache_folder() -> Path:
    """CXREADY_CACHE, else the user's cache folder of this platform."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("CXREADY_CACHE") or user_cache_dir("cxready"))


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class RowStore:
    """Rows of float32 by text digest."""

    def __init__(self, path: Path) -> None:
        self._path: Path | None = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(opened(path)) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, row BLOB NOT NULL)")
            with suppress(OSError):
                path.chmod(0o600)
        except (OSError, sqlite3.Error):
            self._path = None

    def known(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        """Those of the keys that are kept, with their rows, in no order; none where the store is broken."""
        if self._path is None:
            return
        try:
            with closing(opened(self._path)) as db:
                for key, row in by_key(db, "SELECT key, row FROM rows", keys):
                    yield key, np.frombuffer(row, np.float32)
        except sqlite3.Error:
            return

    def keep(self, keys: Sequence[bytes], rows: NDArray[np.float32]) -> None:
        if self._path is None:
            return
        pairs = [(key, row.tobytes()) for key, row in zip(keys, rows, strict=True)]
        with suppress(sqlite3.Error), closing(opened(self._path)) as db, db:
            db.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", pairs)


def rows_of(
    store: RowStore,
    keys: Sequence[bytes],
    lengths: Sequence[int],
    rows: NDArray[np.float32],
    make: Callable[[list[int], int], NDArray[np.float32]],
    step: int,
    made: Callable[[int, int], None],
) -> NDArray[np.float32]:
    """Fills `rows`, one for each key: kept ones are read, the others made once a key and kept, so many at a time, shortest first.

    `make` gets the numbers of a step and of how many all steps are; `made` hears after each step how many are done, of how many.
    """
    places: dict[bytes, list[int]] = {}
    for number, key in enumerate(keys):
        places.setdefault(key, []).append(number)
    for key, row in store.known(places):
        for number in places.pop(key):
            rows[number] = row
    todo = sorted(places, key=lambda key: lengths[places[key][0]])
    for start in range(0, len(todo), step):
        part = todo[start : start + step]
        fresh = make([places[key][0] for key in part], len(todo))
        store.keep(part, fresh)
        for key, row in zip(part, fresh, strict=True):
            rows[places[key]] = row
        made(start + len(part), len(todo))
    return rows


def opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    return db


def by_key(db: sqlite3.Connection, select: str, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Key and content of those of the keys that are there, in no order."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        part = wanted[start : start + _ASKED_AT_ONCE]
        yield from db.execute(f"{select} WHERE key IN ({','.join('?' * len(part))})", part)

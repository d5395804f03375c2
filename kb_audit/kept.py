"""What was worked out of one article, kept by a digest of the article and of this program: an article that did not
change is not taken apart again. A file that cannot be read or written is done without; another version's is emptied.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sqlite3
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from kb_audit.article import Article
from kb_audit.row_store import by_key, cache_folder, opened

T = TypeVar("T")
G = TypeVar("G")


class Kept:
    """Results by digest in one SQLite file, `CXREADY_CACHE/derived.sqlite` unless another is named."""

    def __init__(self, path: Path | None = None) -> None:
        self._path: Path | None = path or cache_folder() / "derived.sqlite"
        self._digests: dict[int, tuple[Article, bytes]] = {}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(opened(self._path)) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS made (key BLOB PRIMARY KEY, code BLOB, what BLOB)")
                db.execute("DELETE FROM made WHERE code <> ?", (_code(),))
            with suppress(OSError):
                self._path.chmod(0o600)
        except (OSError, sqlite3.Error):
            self._path = None

    def each(self, given: Sequence[G], digests: Sequence[bytes], make: Callable[[G], T]) -> list[T]:
        """`make` of each, in order, made only where its digest is new; results are dataclasses of this package."""
        known = self._known(digests)
        found: list[T] = []
        fresh: list[tuple[bytes, bytes]] = []
        for one, digest in zip(given, digests, strict=True):
            result: T | None = _read(known.get(digest))
            if result is None:
                result = make(one)
                fresh.append((digest, _written(result)))
            found.append(result)
        self._keep(fresh)
        return found

    def of_articles(self, what: str, articles: Sequence[Article], make: Callable[[Article], T]) -> list[T]:
        """`make` of each article, which reads nothing but that article; `what` names it."""
        return self.each(articles, [self.digest(what, article) for article in articles], make)

    def digest(self, what: str, article: Article) -> bytes:
        """Of the whole article, its text and fields."""
        if id(article) not in self._digests:
            values = (getattr(article, each.name) for each in fields(article))
            told = repr([sorted(value) if isinstance(value, frozenset) else value for value in values])
            self._digests[id(article)] = article, hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
        return hashlib.sha256(what.encode() + self._digests[id(article)][1]).digest()

    def one(self, key: bytes, kind: type[T]) -> T | None:
        """What was put under this key, if it is of this kind."""
        found = _read(self._known([key]).get(key))
        return found if isinstance(found, kind) else None

    def put(self, key: bytes, what: object) -> None:
        self._keep([(key, _written(what))])

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        if self._path is not None:
            with suppress(sqlite3.Error), closing(opened(self._path)) as db:
                found.update(by_key(db, "SELECT key, what FROM made", digests))
        return found

    def _keep(self, fresh: list[tuple[bytes, bytes]]) -> None:
        if self._path is None or not fresh:
            return
        with suppress(sqlite3.Error), closing(opened(self._path)) as db, db:
            db.executemany(
                "INSERT OR REPLACE INTO made VALUES (?, ?, ?)", [(key, _code(), what) for key, what in fresh]
            )


def _written(what: object) -> bytes:
    return zlib.compress(pickle.dumps(what, pickle.HIGHEST_PROTOCOL), 1)


def _read(kept: bytes | None) -> Any:
    if kept is None:
        return None
    try:
        return _Ours(io.BytesIO(zlib.decompress(kept))).load()
    except (pickle.UnpicklingError, zlib.error, EOFError, AttributeError, TypeError, ValueError, ImportError):
        return None


class _Ours(pickle.Unpickler):
    """Reads dataclasses of this package and nothing else: a file that somebody altered can run nothing."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("builtins", "frozenset"), ("datetime", "date")):
            return super().find_class(module, name)
        if module.startswith("kb_audit.") and name.isidentifier() and module in sys.modules:
            found = super().find_class(module, name)
            if isinstance(found, type) and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not read")


@cache
def _code() -> bytes:
    """Digest of this package's sources: what another version made is not taken over."""
    whole = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.digest()

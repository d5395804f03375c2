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
_LAST_RUNS = 3
"""What none of the last three runs over some place asked for is let go."""
_AT_ONCE = 512
"""Results whose bytes are held together; an interrupted run goes on behind the last ones that were kept."""


class Kept:
    """Results by digest in one SQLite file, `CXREADY_CACHE/derived.sqlite` unless another is named; `at_news` is called when
    something has to be made."""

    def __init__(self, path: Path | None = None, at_news: Callable[[], None] = lambda: None) -> None:
        self._at_news = at_news
        self._asked: set[bytes] = set()
        self._path: Path | None = path or cache_folder() / "derived.sqlite"
        self._digests: dict[int, tuple[Article, bytes]] = {}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(opened(self._path)) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS made (key BLOB PRIMARY KEY, code BLOB, what BLOB)")
                db.execute("CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY, place TEXT, asked BLOB)")
                db.execute("DELETE FROM made WHERE code <> ?", (_code(),))
            with suppress(OSError):
                self._path.chmod(0o600)
        except (OSError, sqlite3.Error):
            self._path = None

    def each(self, given: Sequence[G], digests: Sequence[bytes], make: Callable[[G], T]) -> list[T]:
        """`make` of each, in order, made only where its digest is new; results are dataclasses of this package."""
        found: list[T] = []
        for start in range(0, len(given), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            known, fresh = self._known(digests[part]), []
            for one, digest in zip(given[part], digests[part], strict=True):
                result: T | None = _read(known.get(digest))
                if result is None:
                    self._at_news()
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
            values = (getattr(article, name) for name in _names(Article))
            told = repr([sorted(value) if isinstance(value, frozenset) else value for value in values])
            self._digests[id(article)] = article, hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
        return hashlib.sha256(what.encode() + self._digests[id(article)][1]).digest()

    def one(self, key: bytes, kind: type[T]) -> T | None:
        """What was put under this key, if it is of this kind."""
        found = _read(self._known([key]).get(key))
        return found if isinstance(found, kind) else None

    def put(self, key: bytes, what: object) -> None:
        self._keep([(key, _written(what))])

    def end_run(self, place: str) -> None:
        """A run over this place is done: what its last runs did not ask for, nor those of other places, is let go."""
        if self._path is not None:
            with suppress(sqlite3.Error), closing(opened(self._path)) as db, db:
                db.execute("INSERT INTO runs (place, asked) VALUES (?, ?)", (place, b"".join(sorted(self._asked))))
                _let_go(db, place)
        self._asked = set()

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        self._asked.update(digests)
        found: dict[bytes, bytes] = {}
        if self._path is not None:
            with suppress(sqlite3.Error), closing(opened(self._path)) as db:
                found.update(by_key(db, "SELECT key, what FROM made", digests))
        return found

    def _keep(self, fresh: list[tuple[bytes, bytes]]) -> None:
        self._asked.update(key for key, _ in fresh)
        if self._path is None or not fresh:
            return
        with suppress(sqlite3.Error), closing(opened(self._path)) as db, db:
            db.executemany(
                "INSERT OR REPLACE INTO made VALUES (?, ?, ?)", [(key, _code(), what) for key, what in fresh]
            )


class LastRun:
    """What a run over the same places with the same model kept for the next one."""

    def __init__(self, kept: Kept, places: str) -> None:
        self.kept, self._places = kept, places

    @classmethod
    def over(cls, articles: Sequence[Article], kept: Kept | None, model: str | None) -> LastRun | None:
        """`None` where nothing is kept or the model is not named."""
        if kept is None or not model:
            return None
        return cls(kept, f"{model} {sorted({article.source for article in articles})!r}")

    def one(self, what: str, kind: type[T]) -> T | None:
        return self.kept.one(self._key(what), kind)

    def put(self, what: str, it: object) -> None:
        self.kept.put(self._key(what), it)

    def _key(self, what: str) -> bytes:
        return hashlib.sha256(f"{what} {self._places}".encode("utf-8", "surrogatepass")).digest()


def _let_go(db: sqlite3.Connection, place: str) -> None:
    """Drops the runs of this place before its last ones, with what only they asked for."""
    numbers = [n for (n,) in db.execute("SELECT number FROM runs WHERE place = ? ORDER BY number DESC", (place,))]
    gone: set[bytes] = set()
    for number in numbers[_LAST_RUNS:]:
        gone |= _keys(*db.execute("DELETE FROM runs WHERE number = ? RETURNING asked", (number,)).fetchone())
    for (asked,) in db.execute("SELECT asked FROM runs") if gone else ():
        gone -= _keys(asked)
    db.executemany("DELETE FROM made WHERE key = ?", [(key,) for key in gone])


def _keys(asked: bytes) -> set[bytes]:
    return {asked[at : at + 32] for at in range(0, len(asked), 32)}


def _written(what: object) -> bytes:
    whole = io.BytesIO()
    _Fields(whole, pickle.HIGHEST_PROTOCOL).dump(what)
    return zlib.compress(whole.getbuffer(), 1)


def _read(kept: bytes | None) -> Any:
    if kept is None:
        return None
    try:
        return _Ours(io.BytesIO(zlib.decompress(kept))).load()
    except (pickle.UnpicklingError, zlib.error, EOFError, AttributeError, TypeError, ValueError, ImportError):
        return None


class _Fields(pickle.Pickler):
    """Dataclasses as a call with their fields in order: read several times as fast as by the state of one with slots."""

    def reducer_override(self, what: object) -> Any:
        if is_dataclass(what) and type(what).__module__.startswith("kb_audit."):
            kind: Any = type(what)
            return kind, tuple(getattr(what, name) for name in _names(kind))
        return NotImplemented


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


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

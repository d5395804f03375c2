"""Verdicts of the last audit of the same articles: two claims of articles that did not change are not judged again.

Kept are the claims that were compared and the pairs that came to something; a pair of two such claims that is not among
them came to nothing. A claim is known by its article's digest and its place among the article's claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_audit.article import Article
from kb_audit.claims import Claim, claims
from kb_audit.judgement import Judgement
from kb_audit.kept import Kept

Name = tuple[bytes, int]


@dataclass(frozen=True)
class Judged:
    """One run: the names of the claims that were compared, and the pairs of them that came to something: two numbers
    among the names, the cosine, the verdict."""

    names: tuple[Name, ...]
    pairs: tuple[tuple[int, int, float, Judgement], ...]


class Earlier:
    """What an earlier run said; `names` are those of this run's claims, in order."""

    def __init__(self, kept: Kept, key: bytes, names: Sequence[Name]) -> None:
        self._kept, self._key, self._names = kept, key, names
        self._last = kept.one(key, Judged) or Judged((), ())

    def fresh(self, compared: Sequence[int]) -> NDArray[np.bool_]:
        """Of the claims (by number) that are compared now: which were not then."""
        seen = set(self._last.names)
        return np.array([self._names[n] not in seen for n in compared], bool)

    def pairs(self, compared: Iterable[int]) -> Iterator[tuple[int, int, float, Judgement]]:
        """What was said of two claims that are compared now as they were then, by their numbers now."""
        now = {self._names[n]: n for n in compared}
        for one, other, cosine, said in self._last.pairs:
            a, b = now.get(self._last.names[one]), now.get(self._last.names[other])
            if a is not None and b is not None:
                yield min(a, b), max(a, b), cosine, said

    def keep(self, compared: Iterable[int], pairs: Iterable[tuple[int, int, float, Judgement]]) -> None:
        places = {n: place for place, n in enumerate(compared)}
        kept = tuple((places[a], places[b], cosine, said) for a, b, cosine, said in pairs)
        self._kept.put(self._key, Judged(tuple(self._names[n] for n in places), kept))


def stated_in(articles: Sequence[Article], kept: Kept | None) -> tuple[list[Claim], list[Name]]:
    """The claims of all articles in order, and their names; with `kept`, articles that did not change are not read anew."""
    found = kept.of_articles("claims", articles, _claims) if kept else [_claims(article) for article in articles]
    digests = [kept.digest("claims", article) if kept else b"" for article in articles]
    names = [(digest, n) for digest, own in zip(digests, found, strict=True) for n in range(len(own))]
    return [claim for own in found for claim in own], names


def earlier(kept: Kept | None, articles: Sequence[Article], names: Sequence[Name], model: str | None) -> Earlier | None:
    """The last run over the same places with the same model; `None` where nothing is kept or the model is not named."""
    if kept is None or not model:
        return None
    places = repr(sorted({article.source for article in articles}))
    return Earlier(kept, hashlib.sha256(f"verdicts {model} {places}".encode("utf-8", "surrogatepass")).digest(), names)


def _claims(article: Article) -> tuple[Claim, ...]:
    return tuple(claims(article))

"""Verdicts of the last audit of the same articles: two claims of articles that did not change are not judged again.

Kept are the claims that were compared and the pairs that came to something; a pair of two such claims that is not among
them came to nothing. A claim is known by its article's digest and its place among the article's claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb_audit.article import Article
from kb_audit.claims import Claim, claims
from kb_audit.judgement import UNRELATED, Judgement
from kb_audit.kept import Kept

Name = tuple[bytes, int]


@dataclass(frozen=True)
class Judged:
    """One run: the names of the claims that were compared, and the verdicts on pairs of them (by number there)."""

    names: tuple[Name, ...]
    verdicts: tuple[tuple[int, int, Judgement], ...]


class Earlier:
    """What an earlier run said; `names` are those of this run's claims, in order."""

    def __init__(self, kept: Kept, key: bytes, names: Sequence[Name]) -> None:
        self._kept, self._key, self._names = kept, key, names
        last = kept.one(key, Judged) or Judged((), ())
        self._seen = set(last.names)
        self._said = {(last.names[a], last.names[b]): judgement for a, b, judgement in last.verdicts}

    def of(self, a: int, b: int) -> Judgement | None:
        """The verdict on two claims by number; `None` where they have not met."""
        one, other = self._names[a], self._names[b]
        if one not in self._seen or other not in self._seen:
            return None
        return self._said.get((one, other)) or self._said.get((other, one)) or UNRELATED

    def keep(self, compared: Iterable[int], pairs: Iterable[tuple[int, int, Judgement]]) -> None:
        numbers = {n: place for place, n in enumerate(compared)}
        verdicts = tuple((numbers[a], numbers[b], said) for a, b, said in pairs)
        self._kept.put(self._key, Judged(tuple(self._names[n] for n in numbers), verdicts))


def stated_in(articles: Sequence[Article], kept: Kept | None) -> tuple[list[Claim], list[Name]]:
    """The claims of all articles in order, and their names; with `kept`, articles that did not change are not read anew."""
    digests = [_digest(article) for article in articles]
    found = kept.each(articles, digests, _claims) if kept else [_claims(article) for article in articles]
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


def _digest(article: Article) -> bytes:
    """Of all that claims are made from."""
    told = repr(("claims", article.id, article.body, sorted(article.scope.items()), article.sections))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:16]

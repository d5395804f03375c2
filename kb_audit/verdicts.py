"""Verdicts of the last audit of the same articles: two claims of articles that did not change are not judged again.

Kept are the claims that were compared and the pairs that came to something; a pair of two such claims that is not among
them came to nothing. A claim is known by its article's digest and its place among the article's claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_audit.article import Article
from kb_audit.candidates import MOST, Near, Sieve, Tally, encoded_on_grid
from kb_audit.claims import Claim, claims
from kb_audit.judgement import FAINT, PERMISSION, Judgement
from kb_audit.kept import Kept, LastRun
from runtime.understanding.encode import Encode

Name = tuple[bytes, int]


@dataclass(frozen=True)
class Judged:
    """One run: the names of the claims that were compared, the pairs of them that came to something (two numbers among the
    names, the cosine, the verdict), and the columns of its tally, four bytes a claim."""

    names: tuple[Name, ...]
    pairs: tuple[tuple[int, int, float, Judgement], ...]
    tally: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class TakenOver:
    """Pairs that the last run did not meet, and the tally of all."""

    pairs: list[Near]
    tally: Tally


class Earlier:
    """What an earlier run said; `names` are those of this run's claims, in order."""

    def __init__(self, run: LastRun, names: Sequence[Name]) -> None:
        self._run, self._names = run, names
        self._last = run.one("verdicts", Judged) or Judged((), ())

    def taken_over(
        self, compared: Sequence[int], chosen: Sequence[Claim], rows: NDArray[np.int16], encode: Encode
    ) -> TakenOver | None:
        """What is new among the claims that are compared now. `None`: all is to be done anew, since most is new, the order is
        another, or a claim has more pairs than are judged of one."""
        then = {name: place for place, name in enumerate(self._last.names)}
        places = np.array([then.get(self._names[n], -1) for n in compared], np.int64)
        fresh = places < 0
        known, stay = places[~fresh], set(places.tolist())
        gone = [name for name, place in then.items() if place not in stay]
        lost = self._claims_of(gone)
        few = len(gone) + np.count_nonzero(fresh) <= len(then)
        if not (then and few and (np.diff(known) > 0).all()) or lost is None:
            return None
        stayed = [claim for claim, new in zip(chosen, fresh.tolist(), strict=True) if not new]
        before = _without(_columns(self._last.tally, known), lost, stayed, rows[~fresh], encode)
        sieve = Sieve(chosen, rows, near=FAINT, permission=PERMISSION)
        for column, old in zip(sieve.tally.columns, before, strict=True):
            column[~fresh] = old
        pairs = sieve.of(fresh)
        return None if sieve.tally.ahead.max() > MOST else TakenOver(pairs, sieve.tally)

    def pairs(self, compared: Iterable[int]) -> Iterator[tuple[int, int, float, Judgement]]:
        """What was said of two claims that are compared now as they were then, by their numbers now."""
        now = {self._names[n]: n for n in compared}
        for one, other, cosine, said in self._last.pairs:
            a, b = now.get(self._last.names[one]), now.get(self._last.names[other])
            if a is not None and b is not None:
                yield min(a, b), max(a, b), cosine, said

    def keep(self, compared: Iterable[int], pairs: Iterable[tuple[int, int, float, Judgement]], tally: Tally) -> None:
        places = {n: place for place, n in enumerate(compared)}
        kept = tuple((places[a], places[b], cosine, said) for a, b, cosine, said in pairs)
        columns = tuple(column.astype("<i4").tobytes() for column in tally.columns)
        self._run.put("verdicts", Judged(tuple(self._names[n] for n in places), kept, columns))

    def _claims_of(self, names: Iterable[Name]) -> list[Claim] | None:
        """Claims of the last run by their names; `None` where they are not kept any more."""
        articles: dict[bytes, tuple[Claim, ...]] = {}
        found = []
        for digest, n in names:
            if digest not in articles:
                articles[digest] = self._run.kept.one(digest, tuple) or ()
            if n >= len(articles[digest]):
                return None
            found.append(articles[digest][n])
        return found


def _columns(kept: Sequence[bytes], places: NDArray[np.int64]) -> list[NDArray[np.int32]]:
    return [np.frombuffer(column, "<i4")[places].astype(np.int32) for column in kept]


def _without(
    counts: list[NDArray[np.int32]],
    gone: Sequence[Claim],
    stayed: Sequence[Claim],
    rows: NDArray[np.int16],
    encode: Encode,
) -> list[NDArray[np.int32]]:
    """The counts of claims that stayed, without their pairs with those that are gone; pairs worth judging are not looked for again,
    so that their number is then an upper bound."""
    if not gone:
        return counts
    both = np.concatenate([encoded_on_grid(encode, [claim.subject for claim in gone]), rows])
    sieve = Sieve([*gone, *stayed], both, near=FAINT, permission=PERMISSION)
    sieve.counted(np.arange(len(both)) < len(gone))
    near, records, ahead = counts
    return [near - sieve.tally.near[len(gone) :], records - sieve.tally.records[len(gone) :], ahead]


def stated_in(articles: Sequence[Article], kept: Kept | None) -> tuple[list[Claim], list[Name]]:
    """The claims of all articles in order; with `kept`, articles that did not change are not read anew, and claims have names."""
    found = kept.of_articles("claims", articles, _claims) if kept else [_claims(article) for article in articles]
    digests = [kept.digest("claims", article) if kept else b"" for article in articles]
    names = [(digest, n) for digest, own in zip(digests, found, strict=True) for n in range(len(own) if kept else 0)]
    return [claim for own in found for claim in own], names


def _claims(article: Article) -> tuple[Claim, ...]:
    return tuple(claims(article))

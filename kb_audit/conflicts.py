"""Conflicts: two claims about the same thing, in the same scope, that cannot both be right.

Similarity finds the same *subject* and never the truth; typed values, conditions, polarity and scope decide.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb_audit.candidates import MOST, Near, Sieve, encoded_on_grid
from kb_audit.claims import Claim
from kb_audit.judgement import FAINT, PERMISSION, Judgement, judge
from kb_audit.verdicts import Earlier
from kb_audit.wording import Words
from runtime.understanding.encode import Encode

_COPIES = 2
_REFRAIN = 3
_MOST_HELD = 200_000_000


@dataclass(frozen=True)
class Pair:
    """Two claims by their numbers, with the cosine of what they are about."""

    a: int
    b: int
    similarity: float
    judgement: Judgement


@dataclass(frozen=True)
class Compared:
    """All judged pairs that are worth a word, and how many were compared in all; of those, `records` are of two release notes, which
    tell of two days and are not judged, and `left_out` beyond what is judged of one sentence (kb_audit.candidates). `read`: how
    many were read together (kb_audit.together)."""

    pairs: tuple[Pair, ...]
    compared: int
    records: int = 0
    left_out: int = 0
    read: int = 0


def find_conflicts(claims: Sequence[Claim], encode: Encode, earlier: Earlier | None = None) -> Compared:
    """Compare every two claims about one subject; pairs inside one section are left to the reader of that section.

    `earlier` knows the verdicts of the last run; pairs with a claim that it has not seen are judged.
    """
    if not claims:
        return Compared((), 0)
    kept = _without_copies(claims)
    chosen = [claims[n] for n in kept]
    rows, words = encoded_on_grid(encode, [claim.subject for claim in chosen]), Words(encode)
    taken = earlier.taken_over(kept, chosen, rows, encode) if earlier else None
    blocks: Iterable[list[Near]]
    found: list[Pair]
    if earlier and taken:
        tally, blocks = taken.tally, [taken.pairs]
        found = [Pair(*each) for each in earlier.pairs(kept)]
    else:
        sieve = Sieve(chosen, rows, near=FAINT, permission=PERMISSION)
        tally, blocks, found = sieve.tally, sieve.all(), []
    told = ToldBy(claims)
    for block in blocks:
        if words.held > _MOST_HELD:
            words = Words(encode)
        meeting = sorted({n for i, j, _ in block for n in (i, j)})
        words.learn(text for n in meeting for text in (chosen[n].subject, chosen[n].about))
        for i, j, cosine in block:
            a, b = chosen[i], chosen[j]
            said = told.unless_one_tells_both(judge(a, b, cosine, words), a, b)
            if said.verdict != "unrelated":
                found.append(Pair(kept[i], kept[j], cosine, said))
    if earlier:
        earlier.keep(kept, ((pair.a, pair.b, pair.similarity, pair.judgement) for pair in found), tally)
    return Compared(
        tuple(sorted(found, key=lambda pair: (pair.a, pair.b))),
        int(tally.near.sum()) // 2,
        int(tally.records.sum()) // 2,
        int(np.maximum(tally.ahead - MOST, 0).sum()),
    )


class ToldBy:
    """The sentences of an article's claims, and how often it says each; counted for those that are asked for."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims
        self._numbers: dict[str, array[int]] = {}
        for number, claim in enumerate(claims):
            self._numbers.setdefault(claim.article, array("l")).append(number)
        self._known: dict[str, Counter[str]] = {}

    def __getitem__(self, article: str) -> Counter[str]:
        if article not in self._known:
            self._known[article] = Counter(self._claims[n].text for n in self._numbers[article])
        return self._known[article]

    def unless_one_tells_both(self, found: Judgement, a: Claim, b: Claim) -> Judgement:
        """Where one of two articles (a copy, a newer edition) holds both sentences, it may tell them apart; what an article says
        again and again (below its pictures) it says of several things."""
        if found.verdict == "conflict" and max(self[each.article][each.text] for each in (a, b)) >= _REFRAIN:
            return Judgement(
                "possible", f"{found.why}; one article says it several times, of several things", found.kind
            )
        if found.verdict == "conflict" and (b.text in self[a.article] or a.text in self[b.article]):
            return Judgement(
                "possible", f"{found.why}; one of the articles says both, which may tell them apart", found.kind
            )
        return found


def _without_copies(claims: Sequence[Claim]) -> list[int]:
    """Numbers of the claims worth comparing: of many word-for-word copies the first in each of two articles."""
    seen: dict[tuple[str, str], tuple[str, ...]] = {}
    kept = []
    for number, claim in enumerate(claims):
        sentence = claim.text, claim.path[-1]
        articles = seen.get(sentence, ())
        if len(articles) < _COPIES or claim.article in articles:
            seen[sentence] = articles if claim.article in articles else (*articles, claim.article)
            kept.append(number)
    return kept

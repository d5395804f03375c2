"""Conflicts: two claims about the same thing, in the same scope, that cannot both be right.

Similarity finds the same *subject* and never the truth; typed values, conditions, polarity and scope decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb_audit.candidates import MOST, Near, Sieve
from kb_audit.claims import Claim
from kb_audit.judgement import FAINT, PERMISSION, Judgement, judge
from kb_audit.verdicts import Earlier
from kb_audit.wording import Words
from runtime.understanding.encode import Encode

_COPIES = 2
_REFRAIN = 3


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
    tell of two days and are not judged, and `left_out` beyond what is judged of one sentence (kb_audit.candidates)."""

    pairs: tuple[Pair, ...]
    compared: int
    records: int = 0
    left_out: int = 0


def find_conflicts(claims: Sequence[Claim], encode: Encode, earlier: Earlier | None = None) -> Compared:
    """Compare every two claims about one subject; pairs inside one section are left to the reader of that section.

    `earlier` knows the verdicts of the last run; pairs with a claim that it has not seen are judged.
    """
    if not claims:
        return Compared((), 0)
    kept = _without_copies(claims)
    chosen = [claims[n] for n in kept]
    rows, words = encode([claim.subject for claim in chosen]), Words(encode)
    taken = earlier.taken_over(kept, chosen, rows, encode) if earlier else None
    blocks: Iterable[list[Near]]
    found: list[Pair]
    if earlier and taken:
        tally, blocks = taken.tally, [taken.pairs]
        found = [Pair(*each) for each in earlier.pairs(kept)]
    else:
        sieve = Sieve(chosen, rows, near=FAINT, permission=PERMISSION)
        del rows  # the sieve has its own, and all vectors twice are too much at a hundred thousand sections
        tally, blocks, found = sieve.tally, sieve.all(), []
    told = _told_by(claims)
    for block in blocks:
        meeting = sorted({n for i, j, _ in block for n in (i, j)})
        words.learn(text for n in meeting for text in (chosen[n].subject, chosen[n].about))
        for i, j, cosine in block:
            a, b = chosen[i], chosen[j]
            said = _unless_told_by_one(judge(a, b, cosine, words), a, b, told)
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


def _told_by(claims: Sequence[Claim]) -> dict[str, Counter[str]]:
    """Article → the sentences of its claims, and how often it says each."""
    told: dict[str, Counter[str]] = {}
    for claim in claims:
        told.setdefault(claim.article, Counter())[claim.text] += 1
    return told


def _unless_told_by_one(found: Judgement, a: Claim, b: Claim, told: dict[str, Counter[str]]) -> Judgement:
    """Where one of two articles (a copy, a newer edition) holds both sentences, it may tell them apart; what an article says
    again and again (below its pictures) it says of several things."""
    if found.verdict == "conflict" and max(told[each.article][each.text] for each in (a, b)) >= _REFRAIN:
        return Judgement("possible", f"{found.why}; one article says it several times, of several things", found.kind)
    if found.verdict == "conflict" and (b.text in told[a.article] or a.text in told[b.article]):
        return Judgement(
            "possible", f"{found.why}; one of the articles says both, which may tell them apart", found.kind
        )
    return found


def _without_copies(claims: Sequence[Claim]) -> list[int]:
    """Numbers of the claims worth comparing: of many word-for-word copies the first in each of two articles."""
    seen: dict[tuple[str, str], set[str]] = {}
    kept = []
    for number, claim in enumerate(claims):
        articles = seen.setdefault((claim.text, claim.path[-1]), set())
        if len(articles) < _COPIES or claim.article in articles:
            articles.add(claim.article)
            kept.append(number)
    return kept

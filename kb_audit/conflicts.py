"""Conflicts: two claims about the same thing, in the same scope, that cannot both be right.

Similarity finds the same *subject* and never the truth; typed values, conditions, polarity and scope decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_audit.claims import Claim
from kb_audit.clashes import by_channel, by_polarity
from kb_audit.judgement import Judgement, judge
from kb_audit.neighbours import pairs_above
from kb_audit.wording import Words
from runtime.understanding.encode import Encode

FAINT = 0.42
_COPIES = 2


@dataclass(frozen=True)
class Pair:
    """Two claims by their numbers, with the cosine of what they are about."""

    a: int
    b: int
    similarity: float
    judgement: Judgement


@dataclass(frozen=True)
class Compared:
    """All judged pairs that are worth a word, and how many were compared in all."""

    pairs: tuple[Pair, ...]
    compared: int


def find_conflicts(claims: Sequence[Claim], encode: Encode) -> Compared:
    """Compare every two claims about one subject; pairs inside one section are left to the reader of that section."""
    if not claims:
        return Compared((), 0)
    kept = _without_copies(claims)
    rows = encode([claims[n].subject for n in kept])
    words = Words(encode)
    found = ((kept[i], kept[j], s) for i, j, s in pairs_above(rows, FAINT))
    near = [(i, j, s) for i, j, s in found if claims[i].section != claims[j].section]
    words.learn(
        text
        for i, j, _ in near
        if _may_clash(claims[i], claims[j])
        for n in (i, j)
        for text in (claims[n].subject, claims[n].about)
    )
    judged = [Pair(i, j, s, judge(claims[i], claims[j], s, words)) for i, j, s in near]
    return Compared(tuple(p for p in judged if p.judgement.verdict != "unrelated"), len(near))


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


def _may_clash(a: Claim, b: Claim) -> bool:
    return bool(a.values and b.values) or bool(by_polarity(a, b) or by_channel(a, b))

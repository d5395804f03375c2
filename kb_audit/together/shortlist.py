"""Which pairs are read together: those that the rules call a conflict, and of each claim the nearest ones elsewhere.

Reading costs as much as embedding, so that only so many are read, those first of which most speaks for a contradiction. The weights
are those of a logistic regression over planted contradictions of five documentations, rounded (docs/knowledge-conflicts.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_audit.candidates import Near
from kb_audit.claims import Claim
from kb_audit.clashes import find_clash
from kb_audit.conflicts import Pair
from kb_audit.kept import LastRun
from kb_audit.together.nearest import OF_EACH, Table, nearest
from kb_audit.together.rare_words import RareWords
from runtime.understanding.encode import Encode

MOST_CLAIMS = 60_000
LEAST, SHARE = 500, 0.12
_LOOKED_AT = 2
_FEW, _NEAR = 1_000, 0.28
_COSINE, _WORDS, _BEST_RANK, _OTHER_RANK = 2.0, 1.0, -0.25, -0.3
_UNLIKE, _NUMBERS, _RAREST, _LONGER = 3.2, 0.6, 0.35, -1.0
_CLASHING, _AGREEING = 3.2, -3.0
_LONG = 100
_TOLD = re.compile(
    r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|quarter|double|third|"
    r"no|not|never|only|without|free|any|all|every|cannot|must|unless|\w+n't)\b"
)
_DIGIT = re.compile(r"\d")


def shortlist(
    claims: Sequence[Claim],
    encode: Encode,
    judged: Sequence[Pair],
    *,
    share: float = SHARE,
    last: LastRun | None = None,
) -> list[Near]:
    """Pairs of numbers of claims, the earlier one first, with their cosine; `share`: how many are read of so many claims; `last`:
    what the last run kept."""
    most = max(LEAST, int(share * len(claims)))
    by_rules = sorted((p for p in judged if p.judgement.verdict == "conflict"), key=lambda p: (-p.similarity, p.a, p.b))
    said = {(pair.a, pair.b): pair.similarity for pair in by_rules[:most]}
    room = most - len(said)
    found: list[tuple[float, Near]] = []
    for worth, a, b, cosine in _near_ones(claims, encode, last, _LOOKED_AT * room + len(said)):
        if (a, b) not in said:
            found.append((worth + _by_clash(claims[a], claims[b]), (a, b, cosine)))
    found.sort(key=lambda each: (-each[0], each[1]))
    return sorted([*((*pair, cosine) for pair, cosine in said.items()), *(near for _, near in found[:room])])


def _by_clash(a: Claim, b: Claim) -> float:
    clash = find_clash(a, b)
    return 0.0 if clash is None else _AGREEING if clash.agrees else _CLASHING if clash.between else 0.0


def _near_ones(
    claims: Sequence[Claim], encode: Encode, last: LastRun | None, most: int
) -> list[tuple[float, int, int, float]]:
    """How much speaks for reading a pair before its values are compared, the pair and its cosine, best first; a base of very many
    claims is left to the rules."""
    if not 1 < len(claims) <= MOST_CLAIMS:
        return []
    words = RareWords(claims)
    a, b, near, cosine, ranks = _pairs(nearest(claims, words, encode, last), len(claims))
    worth = _COSINE * cosine + _WORDS * (2 * near - cosine) + ranks + _of_what_is_said(claims, a, b)
    worth += _RAREST * np.fromiter(map(words.rarest, a.tolist(), b.tolist()), np.float64, len(a))
    first = np.lexsort((b, a, -worth))[:most]
    return list(zip(*(column[first].tolist() for column in (worth, a, b, cosine)), strict=True))


def _pairs(table: Table, claims: int) -> tuple[NDArray[Any], ...]:
    """Each pair once, the earlier claim first: both numbers, nearness, cosine, and what speaks against it by the places that each has
    among the nearest of the other."""
    own, rank = np.nonzero(table.nearness >= (_NEAR if claims > _FEW else 0))
    other = table.numbers[own, rank]
    keys, first, which = np.unique(
        np.minimum(own, other) * claims + np.maximum(own, other), return_index=True, return_inverse=True
    )
    best, worst = np.full(len(keys), OF_EACH), np.zeros(len(keys), np.int64)
    np.minimum.at(best, which, rank)
    np.maximum.at(worst, which, rank)
    worst[np.bincount(which, minlength=len(keys)) == 1] = OF_EACH
    places = own[first], rank[first]
    a, b = np.divmod(keys, claims)
    near, cosine = (each[places].astype(np.float64) for each in (table.nearness, table.cosines))
    return a, b, near, cosine, _BEST_RANK * best + _OTHER_RANK * worst


def _of_what_is_said(claims: Sequence[Claim], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """By numbers and denials that only one has, digits in both, and one being longer."""
    kinds: dict[frozenset[str], int] = {}
    told = np.array([kinds.setdefault(frozenset(_TOLD.findall(claim.text.lower())), len(kinds)) for claim in claims])
    digits = np.array([bool(_DIGIT.search(claim.text)) for claim in claims], np.int64)
    lengths = np.array([len(claim.text) for claim in claims])
    longer = np.minimum(1.0, np.abs(lengths[a] - lengths[b]) / _LONG)
    worth: NDArray[np.float64] = _UNLIKE * (told[a] != told[b]) + _NUMBERS * (digits[a] + digits[b]) + _LONGER * longer
    return worth

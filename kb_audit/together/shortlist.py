"""Which pairs are read together: those that the rules found worth a word, and of each claim the nearest ones elsewhere.

Reading costs as much as embedding, so that only so many are read: two sentences that say unlike numbers, or of which one
denies, before others; near ones before far ones; each other's nearest before those that have many nearer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_audit.candidates import GRID, Near, encoded_on_grid, section_numbers
from kb_audit.claims import Claim
from kb_audit.clashes import find_clash
from kb_audit.conflicts import Pair
from runtime.understanding.encode import Encode

MOST_CLAIMS = 60_000
LEAST, SHARE = 500, 0.15
_NEAR = 0.45
_BLOCK = 2048
_OF_EACH = 8
_LOOKED_AT = 2
_UNLIKE, _CLASHING, _AGREEING, _RANK, _LAST = 0.15, 0.10, -0.20, -0.06, -0.02
_TOLD = re.compile(
    r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|quarter|double|third|"
    r"no|not|never|only|without|free|any|all|every|cannot|must|unless|\w+n't)\b"
)


@dataclass(frozen=True)
class _Near:
    """Two claims, the earlier one first; `rank`: place of one among the nearest of the other, `last`: the worse one of the two."""

    a: int
    b: int
    cosine: float
    rank: int
    last: int

    def worth(self, unlike: bool) -> float:
        """How much speaks for reading them, before their claims are compared; `unlike`: they tell other numbers or denials."""
        return self.cosine + (_UNLIKE if unlike else 0.0) + _RANK * self.rank + _LAST * self.last


def shortlist(claims: Sequence[Claim], encode: Encode, judged: Sequence[Pair], share: float = SHARE) -> list[Near]:
    """Pairs of numbers of claims, the earlier one first, with their cosine; `share`: how many are read of so many claims."""
    said = {(pair.a, pair.b): pair for pair in judged if pair.judgement.verdict in ("conflict", "possible")}
    foremost = sorted(said, key=lambda pair: (said[pair].judgement.verdict, -said[pair].similarity, pair))
    room = max(LEAST, int(share * len(claims))) - len(foremost)
    near = [each for each in _nearest(claims, encode) if (each.a, each.b) not in said]
    told = {n: _told(claims[n]) for n in {n for each in near for n in (each.a, each.b)}}
    worth = {each: each.worth(told[each.a] != told[each.b]) for each in near}
    first = sorted(near, key=lambda each: (-worth[each], each.a, each.b))[: _LOOKED_AT * max(0, room)]
    ranked = sorted(first, key=lambda each: (-worth[each] - _by_clash(claims[each.a], claims[each.b]), each.a, each.b))
    chosen = [
        *((*pair, said[pair].similarity) for pair in foremost),
        *((each.a, each.b, each.cosine) for each in ranked),
    ]
    return sorted(chosen[: room + len(foremost)])


def _by_clash(a: Claim, b: Claim) -> float:
    clash = find_clash(a, b)
    return 0.0 if clash is None else _AGREEING if clash.agrees else _CLASHING if clash.between else 0.0


def _told(claim: Claim) -> frozenset[str]:
    return frozenset(_TOLD.findall(claim.text.lower()))


def _nearest(claims: Sequence[Claim], encode: Encode) -> list[_Near]:
    """Each claim with its `_OF_EACH` nearest of other sections; a base of very many claims is left to the rules."""
    if not 1 < len(claims) <= MOST_CLAIMS:
        return []
    rows = encoded_on_grid(encode, [claim.subject for claim in claims]).astype(np.float32) / np.float32(GRID)
    sections = section_numbers(claims)
    records = np.array([claim.record for claim in claims])
    places: dict[tuple[int, int], list[int]] = {}
    cosine_of: dict[tuple[int, int], float] = {}
    for start in range(0, len(claims), _BLOCK):
        part = slice(start, start + _BLOCK)
        cosines = rows[part] @ rows.T
        cosines[(sections[part, None] == sections) | (records[part, None] & records)] = 0.0
        for own, best in enumerate(_best(cosines), start):
            for rank, other in enumerate(best):
                cosine, pair = float(cosines[own - start, other]), (min(own, other), max(own, other))
                if cosine < _NEAR:
                    break
                if claims[own].text != claims[other].text:
                    places.setdefault(pair, []).append(rank)
                    cosine_of[pair] = cosine
    return [
        _Near(*pair, cosine_of[pair], min(ranks), max(ranks) if len(ranks) == 2 else _OF_EACH)
        for pair, ranks in places.items()
    ]


def _best(cosines: NDArray[np.float32]) -> list[list[int]]:
    """Of each row the columns of its greatest values, greatest first."""
    count = min(_OF_EACH, cosines.shape[1])
    columns = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(cosines, columns, axis=1), axis=1, kind="stable")
    found: list[list[int]] = np.take_along_axis(columns, order, axis=1).tolist()
    return found

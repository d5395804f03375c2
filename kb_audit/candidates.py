"""Which pairs of claims are worth judging: of the many that speak of like things, the few that could clash at all.

Told by numbers of each claim (has values, sign of its permission, opposites, channel, payer), a whole block of pairs at once:
judging costs a thousand times what this does. Nothing is lost: what is left out would be judged unrelated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.neighbours import Found, blocks_above
from kb_audit.opposites import turning
from kb_audit.payers import payer

Near = tuple[int, int, float]


@dataclass(frozen=True)
class Candidates:
    """Of one block: how many pairs are near (in different sections), and those that may clash, with their cosine."""

    near: int
    pairs: list[Near]


def candidates(
    claims: Sequence[Claim],
    rows: NDArray[np.float32],
    *,
    near: float,
    permission: float,
    fresh: NDArray[np.bool_] | None = None,
) -> Iterator[Candidates]:
    """Block by block; `near` and `permission` are the cosines below which values, and permissions, are not compared.

    `fresh`: only pairs with such a claim; the others are counted as near all the same.
    """
    sections = _sections(claims)
    traits = _Traits(claims)
    for block in blocks_above(rows, near):
        apart = _kept(block, sections[block[0]] != sections[block[1]])
        i, j, cosine = apart if fresh is None else _kept(apart, fresh[apart[0]] | fresh[apart[1]])
        chosen = _kept((i, j, cosine), traits.may_clash(i, j, cosine >= permission))
        yield Candidates(len(apart[0]), list(zip(*(column.tolist() for column in chosen), strict=True)))


def _sections(claims: Sequence[Claim]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(claim.section, len(numbers)) for claim in claims], np.int64)


def _kept(found: Found, where: NDArray[np.bool_]) -> Found:
    i, j, cosine = found
    return i[where], j[where], cosine[where]


class _Traits:
    """One number a claim in each column, worked out when first asked for; `turns`: a bit for each pair of opposites that
    it names one of."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims, count = claims, len(claims)
        self._known = np.zeros(count, bool)
        self.values, self.polar, self.channel, self.payer = (np.zeros(count, bool) for _ in range(4))
        self.sign, self.exclusive = (np.zeros(count, np.int8) for _ in range(2))
        self.turns = np.zeros(count, np.int64)

    def _learn(self, numbers: NDArray[np.int64]) -> None:
        for n in np.unique(numbers[~self._known[numbers]]).tolist():
            claim = self._claims[n]
            self.values[n] = bool(claim.values)
            self.polar[n] = claim.polarity is not None
            self.sign[n] = claim.polarity.sign if claim.polarity else 0
            self.exclusive[n] = claim.polarity.exclusive if claim.polarity else 0
            self.turns[n] = sum(1 << bit for bit in turning(claim.text))
            self.channel[n] = "channel" in claim.own_scope
            self.payer[n] = payer(claim.text) is not None
            self._known[n] = True

    def may_clash(self, i: NDArray[np.int64], j: NDArray[np.int64], close: NDArray[np.bool_]) -> NDArray[np.bool_]:
        self._learn(np.concatenate([i, j]))
        both_polar = self.polar[i] & self.polar[j]
        opposed = (self.sign[i] != self.sign[j]) | (self.exclusive[i] * self.exclusive[j] < 0)
        turned = (self.turns[i] & self.turns[j]) != 0
        channels = self.channel[i] & self.channel[j]
        payers = self.payer[i] & self.payer[j]
        found: NDArray[np.bool_] = (self.values[i] & self.values[j]) | (
            close & ((both_polar & (opposed | turned | channels)) | payers)
        )
        return found

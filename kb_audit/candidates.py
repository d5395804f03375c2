"""Which pairs of claims are worth judging: of the many that speak of like things, the few that could clash at all.

Told by numbers of each claim (has values, sign of its permission, opposites, channel, payer), a whole block of pairs at once:
judging costs a thousand times what this does. Nothing is lost: what is left out would be judged unrelated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.neighbours import tiles_above
from kb_audit.opposites import turning
from kb_audit.payers import payer
from kb_audit.value_patterns import ValueKind

Near = tuple[int, int, float]
_KINDS = get_args(ValueKind)


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
    for top, side, cosines, close in tiles_above(rows, near):
        height, width = close.shape
        mine, theirs = slice(top, top + height), slice(side, side + width)
        apart = close & (sections[mine, None] != sections[None, theirs])
        i, j = np.nonzero(apart if fresh is None else apart & (fresh[mine, None] | fresh[None, theirs]))
        cosine = cosines[i, j]
        chosen = traits.may_clash(i + top, j + side, cosine >= permission)
        columns = (i[chosen] + top, j[chosen] + side, cosine[chosen])
        yield Candidates(int(np.count_nonzero(apart)), list(zip(*(column.tolist() for column in columns), strict=True)))


def _sections(claims: Sequence[Claim]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(claim.section, len(numbers)) for claim in claims], np.int64)


class _Traits:
    """One number a claim in each column, worked out when first asked for; `kinds`: a bit for each kind of its values; `turns`: a bit for each pair of opposites that
    it names one of."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims, count = claims, len(claims)
        self._known = np.zeros(count, bool)
        self.kinds = np.zeros(count, np.int32)
        self.polar, self.channel, self.payer = (np.zeros(count, bool) for _ in range(3))
        self.sign, self.exclusive = (np.zeros(count, np.int8) for _ in range(2))
        self.turns = np.zeros(count, np.int64)

    def _learn(self, numbers: NDArray[np.int64]) -> None:
        for n in np.unique(numbers[~self._known[numbers]]).tolist():
            claim = self._claims[n]
            self.kinds[n] = _kinds(claim)
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
        found: NDArray[np.bool_] = ((self.kinds[i] & self.kinds[j]) != 0) | (
            close & ((both_polar & (opposed | turned | channels)) | payers)
        )
        return found


def _kinds(claim: Claim) -> int:
    """Values of one kind can clash; so can "free of charge" and a share."""
    named = {value.kind for _, value in claim.values}
    free = any(value.kind == "amount" and value.lo == value.hi == 0 for _, value in claim.values)
    return sum(1 << bit for bit, kind in enumerate(_KINDS) if kind in named or (kind == "percentage" and free))

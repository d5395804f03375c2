"""What a claim has that could clash with another one's: kinds of values, sign of a permission, opposites, channel, payer.

One number each, so that a block of a million pairs is sifted at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.opposites import turning
from kb_audit.payers import payer
from kb_audit.value_patterns import ValueKind

_KINDS = get_args(ValueKind)


class Traits:
    """One number a claim in each column, worked out when first asked for; `kinds`: a bit for each kind of its values;
    `turns`: a bit for each pair of opposites that it names one of."""

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

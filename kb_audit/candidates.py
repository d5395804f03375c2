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
from kb_audit.payers import payer
from kb_audit.polarity import turning

Near = tuple[int, int, float]


@dataclass(frozen=True)
class Candidates:
    """Of one block: how many pairs are near (in different sections), and those that may clash, with their cosine."""

    near: int
    pairs: list[Near]


def candidates(
    claims: Sequence[Claim], rows: NDArray[np.float32], *, near: float, permission: float
) -> Iterator[Candidates]:
    """Block by block; `near` and `permission` are the cosines below which values, and permissions, are not compared."""
    traits = _Traits.of(claims)
    for block in blocks_above(rows, near):
        i, j, cosine = _kept(block, traits.section[block[0]] != traits.section[block[1]])
        chosen = _kept((i, j, cosine), traits.may_clash(i, j, cosine >= permission))
        yield Candidates(len(i), list(zip(*(column.tolist() for column in chosen), strict=True)))


def _kept(found: Found, where: NDArray[np.bool_]) -> Found:
    i, j, cosine = found
    return i[where], j[where], cosine[where]


@dataclass(frozen=True)
class _Traits:
    """One number a claim in each column; `turns`: a bit for each pair of opposites that it names one of."""

    section: NDArray[np.int64]
    values: NDArray[np.bool_]
    polar: NDArray[np.bool_]
    sign: NDArray[np.int8]
    exclusive: NDArray[np.int8]
    turns: NDArray[np.int64]
    channel: NDArray[np.bool_]
    payer: NDArray[np.bool_]

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> _Traits:
        numbers: dict[str, int] = {}
        signs = [claim.polarity for claim in claims]
        return cls(
            section=np.array([numbers.setdefault(claim.section, len(numbers)) for claim in claims], np.int64),
            values=np.array([bool(claim.values) for claim in claims], bool),
            polar=np.array([each is not None for each in signs], bool),
            sign=np.array([each.sign if each else 0 for each in signs], np.int8),
            exclusive=np.array([each.exclusive if each else 0 for each in signs], np.int8),
            turns=np.array([sum(1 << n for n in turning(claim.text)) for claim in claims], np.int64),
            channel=np.array(["channel" in claim.own_scope for claim in claims], bool),
            payer=np.array([payer(claim.text) is not None for claim in claims], bool),
        )

    def may_clash(self, i: NDArray[np.int64], j: NDArray[np.int64], close: NDArray[np.bool_]) -> NDArray[np.bool_]:
        both_polar = self.polar[i] & self.polar[j]
        opposed = (self.sign[i] != self.sign[j]) | (self.exclusive[i] * self.exclusive[j] < 0)
        turned = (self.turns[i] & self.turns[j]) != 0
        channels = self.channel[i] & self.channel[j]
        payers = self.payer[i] & self.payer[j]
        found: NDArray[np.bool_] = (self.values[i] & self.values[j]) | (
            close & ((both_polar & (opposed | turned | channels)) | payers)
        )
        return found

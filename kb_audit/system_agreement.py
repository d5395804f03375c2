"""Articles against systems: an article that states another value than the system which the agent acts through.

The value of a system becomes a sentence (runtime.system_values), and that sentence is judged against every claim like
any two claims of two articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim, claims
from kb_audit.judgement import FAINT, Judgement, judge
from kb_audit.scope import read_scope
from kb_audit.sources import markdown
from kb_audit.values import Value
from kb_audit.wording import Words
from runtime.system_values import SLOT, SystemValue
from runtime.understanding.encode import Encode


@dataclass(frozen=True)
class HeldValue:
    """A value as its system held it; `why` it is not known otherwise."""

    value: SystemValue
    held: str = ""
    why: str = ""


@dataclass(frozen=True)
class Spoken:
    """A claim (by number) that speaks of a value; `says` how it differs, empty where it agrees."""

    claim: int
    says: str = ""


def claim_of_value(value: SystemValue, held: str) -> Claim | None:
    """The sentence with the value as a claim, or None where no typed value stands in its place."""
    if not held.strip() or len(held) > 40:
        return None
    said = value.sentence(held.strip())
    at = value.says.index(SLOT)
    found = next(iter(claims(markdown.parse("value", said))), None)
    end = len(said) - (len(value.says) - at - len(SLOT))
    inside = [v for _, v in found.values if v.start < end and v.end > at] if found else []
    return found if inside else None


def spoken_of(stated: Sequence[Claim], held: Sequence[HeldValue], encode: Encode) -> list[list[Spoken]]:
    """For each value the claims that speak of it; none for a value that is not known."""
    asked = [claim_of_value(each.value, each.held) for each in held]
    valued = {number: claim for number, claim in enumerate(stated) if claim.values}
    if not valued or not any(asked):
        return [[] for _ in held]
    rows, words = encode([claim.subject for claim in valued.values()]), Words(encode)
    return [list(_speaking(claim, each, valued, rows, encode, words)) for claim, each in zip(asked, held, strict=True)]


def _speaking(
    own: Claim | None,
    held: HeldValue,
    valued: Mapping[int, Claim],
    rows: NDArray[np.float32],
    encode: Encode,
    words: Words,
) -> Iterator[Spoken]:
    if own is None:
        return
    cosines = rows @ encode([own.subject])[0]
    kinds = {value.kind for _, value in own.values}
    for (number, claim), cosine in zip(valued.items(), cosines.tolist(), strict=True):
        if cosine < FAINT or not kinds & {value.kind for _, value in claim.values}:
            continue
        here = replace(own, scope={**own.scope, **_region_of_its_page(claim)})
        if not _differs(_with_other_values(here), claim, cosine, words, kinds):
            continue
        found = judge(here, claim, cosine, words)
        says = f"the article says {claim.stated()}; {held.value.place} holds {own.stated()}"
        yield Spoken(number, says if found.verdict == "conflict" and found.kind in kinds else "")


def _with_other_values(own: Claim) -> Claim:
    """The same sentence with values that no article will hold: what contradicts it speaks of the same thing."""
    return replace(own, values=tuple((role, _moved(value)) for role, value in own.values))


def _moved(value: Value) -> Value:
    return replace(value, lo=value.lo * 3 + 1, hi=value.hi * 3 + 1)


def _region_of_its_page(claim: Claim) -> dict[str, frozenset[str]]:
    """A region that only the page's fields name narrows nothing: the system is that of the same company."""
    named = claim.own_scope.keys() | read_scope("", claim.path).keys()
    return {kind: names for kind, names in claim.scope.items() if kind == "region" and kind not in named}


def _differs(own: Claim, claim: Claim, cosine: float, words: Words, kinds: Set[str]) -> bool:
    found: Judgement = judge(own, claim, cosine, words)
    return found.verdict == "conflict" and found.kind in kinds

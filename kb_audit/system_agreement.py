"""Articles against systems: an article that states another value than the system which the agent acts through.

The value of a system becomes a sentence (runtime.system_values), and that sentence is judged against every claim like
any two claims of two articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb_audit.claims import Claim, claims
from kb_audit.conflicts import FAINT
from kb_audit.judgement import Judgement, judge
from kb_audit.normal_form import written
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
    if not stated or not any(asked):
        return [[] for _ in held]
    rows, words = encode([claim.subject for claim in stated]), Words(encode)
    return [list(_speaking(claim, each, stated, rows, encode, words)) for claim, each in zip(asked, held, strict=True)]


def _speaking(
    own: Claim | None, held: HeldValue, stated: Sequence[Claim], rows: np.ndarray, encode: Encode, words: Words
) -> Iterator[Spoken]:
    if own is None:
        return
    cosines = rows @ encode([own.subject])[0]
    kinds = {value.kind for _, value in own.values}
    for number in np.flatnonzero(cosines >= FAINT).tolist():
        claim = stated[number]
        if not kinds & {value.kind for _, value in claim.values}:
            continue
        here = replace(own, scope=read_scope(own.text, claim.path, {}) | _fields(claim))
        if not _differs(_with_other_values(here), claim, float(cosines[number]), words, kinds):
            continue
        found = judge(here, claim, float(cosines[number]), words)
        says = f"the article says {claim.stated()}; {held.value.place} holds {_value_of(own)}"
        yield Spoken(number, says if found.verdict == "conflict" and found.kind in kinds else "")


def _differs(own: Claim, claim: Claim, cosine: float, words: Words, kinds: set[str]) -> bool:
    found: Judgement = judge(own, claim, cosine, words)
    return found.verdict == "conflict" and found.kind in kinds

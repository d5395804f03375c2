"""What two sentences differ in, told without reading them together: a reading is believed only where something differs.

The less there is to point at, the surer a reading must be; surest where something speaks against it: values agree, or the sentences
are of one mould, which under one heading ("since 5.2" / "since 5.4" below "Technical information") are told of two things. The
thresholds are the result of measuring (docs/knowledge-conflicts.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb_audit.claims import Claim
from kb_audit.clashes import Clash
from kb_audit.wording import content_words, stem

MANY, NEVER = 100, 2.0


@dataclass(frozen=True)
class _Needed:
    values: float
    numbers: float
    statements: float
    of_a_manual: float
    one_number: float
    nothing: float
    agreeing: float
    one_mould: float
    one_mould_and_heading: float


_AMONG_MANY = _Needed(0.15, 0.25, 0.82, 0.9, 0.7, 0.9, 0.9, 0.85, NEVER)
_AMONG_FEW = _Needed(0.3, 0.3, 0.3, 0.6, 0.3, 0.5, 0.8, 0.8, 0.8)
_SAYS_MORE, _ONE_MOULD = 0.74, 0.89
_NUMBER = re.compile(
    r"\d(?:[\d.,]*\d)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|"
    r"hundred|once|twice|half|quarter|double|third|single|free|unlimited|dozen|daily|weekly|monthly|yearly|annually|quarterly|noon|midnight)\b"
)
_CONDITION = re.compile(r"\b(?:if|when|whenever|in case)\b[^,;.]*")
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|nor|only|unless|except|excluded?|refused?|rejected|forbidden|prohibited|"
    r"void|\w+n't)\b|\b(?:un|in|ir)(?:able|limited|refundable|available|valid)\b"
)


def needed(a: Claim, b: Claim, clash: Clash | None, read: int) -> float:
    """How likely a contradiction must read to be believed, 0..1. `read`: of how many pairs this is one; among hundreds of near pairs of
    a well-kept base hardly one is a contradiction."""
    least = _AMONG_MANY if read >= MANY else _AMONG_FEW
    if clash is not None and clash.agrees:
        return least.agreeing
    if clash is not None and clash.between:
        return least.values
    one_heading = a.path[-1] == b.path[-1]
    one_mould = least.one_mould_and_heading if one_heading else least.one_mould
    mine, theirs = (frozenset(_NUMBER.findall(each.text.lower())) for each in (a, b))
    if mine - theirs and theirs - mine:
        return one_mould if _says_more(a, b, _SAYS_MORE if one_heading else _ONE_MOULD) else least.numbers
    if clash is not None or _denials(a) % 2 != _denials(b) % 2 or bool(_denials(a)) != bool(_denials(b)):
        if clash is None and _says_more(a, b):
            return one_mould
        return least.of_a_manual if a.technical or b.technical else least.statements
    if _says_more(a, b):
        return one_mould
    return least.one_number if bool(mine) != bool(theirs) else least.nothing


def _denials(claim: Claim) -> int:
    return len(_DENIAL.findall(_CONDITION.sub(" ", claim.text.lower())))


def _says_more(a: Claim, b: Claim, share: float = _SAYS_MORE) -> bool:
    """Whether one sentence is the other with something added; of one mould, what the rules do not know as values are numbers of
    things ("page 2", "since 5.4")."""
    one, other = ({stem(word) for word in content_words(each.text)} for each in (a, b))
    shorter = min(len(one), len(other))
    return shorter == 0 or len(one & other) / shorter > share

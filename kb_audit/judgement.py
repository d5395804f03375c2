"""The verdict on two claims: one subject, one scope, and yet both cannot hold.

Subject: the cosine of the masked sentences finds candidates; word by word, what the shorter one speaks of must stand in the
other, and neither slot nor scope may set them apart. Values and polarity then say whether they clash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb_audit.claims import Claim
from kb_audit.clashes import Clash, by_polarity, by_value
from kb_audit.incompatible import relate
from kb_audit.scope import Comparison, compare
from kb_audit.slots import contrast
from kb_audit.wording import Alignment, Words

Verdict = Literal["conflict", "possible", "scope", "agree", "unrelated"]

CANDIDATE = 0.40
SUBJECT = 0.55
COVERED = 0.70
COVERED_FULLY = 0.85
_SAME_WORDING = 0.85
_NARROWING = ("plan", "customer", "region", "product")


@dataclass(frozen=True)
class Judgement:
    """The verdict on one pair, and why in one sentence. `kind` is the value's kind or "permission"."""

    verdict: Verdict
    why: str = ""
    kind: str = ""


UNRELATED = Judgement("unrelated")


def judge(a: Claim, b: Claim, similarity: float, words: Words) -> Judgement:
    """The verdict on two claims whose subjects have this cosine similarity."""
    clash = by_value(a, b) or by_polarity(a, b)
    if clash is None:
        return UNRELATED
    if clash.agrees:
        return Judgement("agree")
    alignment = words.align(_speaks_of(a, clash), _speaks_of(b, clash))
    if not _one_subject(a, b, similarity, alignment, clash):
        return UNRELATED
    apart = contrast(_speaks_of(a, clash), _speaks_of(b, clash), words.alike)
    if apart:
        return Judgement("scope", f"{clash.says}, for different things ({apart})", clash.kind)
    scope = compare(a.scope, b.scope, a.excluded, b.excluded)
    return _in_scope(a, b, similarity, clash, scope)


def _in_scope(a: Claim, b: Claim, similarity: float, clash: Clash, scope: Comparison) -> Judgement:
    if scope.relation == "disjoint" and not clash.across_channels(scope):
        return Judgement("scope", f"{clash.says}, for different scope ({scope.says})", clash.kind)
    if _heading_values_differ(a, b):
        return Judgement("scope", f"{clash.says}, under headings that name different values", clash.kind)
    doubt = clash.doubt or _doubt(a, b)
    if doubt:
        return Judgement("possible", f"{clash.says}; {doubt}", clash.kind)
    if scope.relation == "one_silent" and not (similarity >= _SAME_WORDING and _only_headings_narrow(a, b)):
        return Judgement("possible", f"{clash.says}; {scope.says}", clash.kind)
    return Judgement("conflict", clash.says, clash.kind)


def _speaks_of(claim: Claim, clash: Clash) -> str:
    """The sentence without what carries the clash: its values, or its words of allowing and forbidding."""
    return claim.denied_subject if clash.kind == "permission" else claim.subject


def _one_subject(a: Claim, b: Claim, similarity: float, alignment: Alignment, clash: Clash) -> bool:
    if similarity < CANDIDATE or alignment.both_alone:
        return False
    if clash.kind == "permission" and alignment.longer < COVERED and similarity < SUBJECT:
        return False
    return alignment.shorter >= (COVERED if similarity >= SUBJECT else COVERED_FULLY)


def _only_headings_narrow(a: Claim, b: Claim) -> bool:
    """Whether the sentences alone have one scope; a heading's plan, customer, region or product still narrows."""
    if compare(a.own_scope, b.own_scope).relation != "equal":
        return False
    return not any(a.scope.get(kind) != b.scope.get(kind) for kind in _NARROWING)


def _doubt(a: Claim, b: Claim) -> str:
    """A reason why the two may both hold all the same; empty when there is none."""
    if a.article == b.article:
        return "both stand in one article, which may tell them apart"
    if a.in_row and b.in_row:
        return "both are rows of tables"
    return ""


def _heading_values_differ(a: Claim, b: Claim) -> bool:
    return any(relate(x, y) == "incompatible" for x in a.heading_values for y in b.heading_values)

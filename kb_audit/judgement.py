"""The verdict on two claims: one subject, one scope, and yet both cannot hold.

Subject: the cosine of the masked sentences finds candidates; word by word, what the shorter one speaks of must stand in the
other, and neither slot nor scope may set them apart. Values and polarity then say whether they clash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kb_audit.claims import Claim, sets_a_rule
from kb_audit.clashes import Clash, find_clash
from kb_audit.doubts import doubt
from kb_audit.incompatible import relate
from kb_audit.payers import payer
from kb_audit.scope import Comparison, compare, read_scope, without_channel
from kb_audit.slots import contrast
from kb_audit.wording import Words, content_words
from kb_audit.wording_stop import STOP, WEAK

Verdict = Literal["conflict", "possible", "scope", "agree", "unrelated"]

FAINT = 0.42
SUBJECT = 0.55
NEAR = 0.60
CLOSE = 0.65
SURE = 0.82
PERMISSION = 0.62
BARE_PERMISSION = 0.75
COVERED_LITTLE = 0.45
COVERED_HALF = 0.50
COVERED = 0.67
COVERED_FULLY = 0.85
ALIKE = 0.60
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
    clash = find_clash(a, b)
    if clash is None:
        return UNRELATED
    if clash.agrees:
        return Judgement("agree")
    if not _one_subject(a, b, similarity, words, clash):
        return UNRELATED
    apart = contrast(_speaks_of(a, clash), _speaks_of(b, clash), words.alike)
    if apart:
        return Judgement("scope", f"{clash.says}, for different things ({apart})", clash.kind)
    denied = clash.kind == "permission"  # "the policy excludes water damage" is then the claim itself
    mine, other = (_scope_without_payer(each) if clash.kind == "payer" else each.scope for each in (a, b))
    scope = compare(mine, other, {} if denied else a.excluded, {} if denied else b.excluded)
    if clash.conditional and words.align(a.masked, b.masked).longer < COVERED_FULLY:
        return Judgement("possible", f"{clash.says}; only one side sets a condition", clash.kind)
    found = _in_scope(a, b, similarity, clash, scope)
    if found.verdict == "conflict" and (a.technical or b.technical) and not _mirrors(a, b, similarity, words, clash):
        return Judgement(
            "possible", f"{clash.says}; in a manual only sentences that mirror each other are sure", clash.kind
        )
    return found


def _mirrors(a: Claim, b: Claim, similarity: float, words: Words, clash: Clash) -> bool:
    """Whether two sentences differ in little but what clashes; a manual says like things of many parts of one program."""
    found = words.align(_speaks_of(a, clash), _speaks_of(b, clash))
    if clash.kind in ("permission", "channel", "payer"):
        return similarity >= SURE and found.longer >= COVERED_FULLY
    rules = clash.kind not in ("count", "percentage") or (sets_a_rule(a.text) and sets_a_rule(b.text))
    return rules and found.longer >= COVERED_HALF and not found.both_alone


def _in_scope(a: Claim, b: Claim, similarity: float, clash: Clash, scope: Comparison) -> Judgement:
    if scope.relation == "disjoint" and not clash.across_channels(scope):
        return Judgement("scope", f"{clash.says}, for different scope ({scope.says})", clash.kind)
    if _heading_values_differ(a, b):
        return Judgement("scope", f"{clash.says}, under headings that name different values", clash.kind)
    why = doubt(a, b, clash)
    if why:
        return Judgement("possible", f"{clash.says}; {why}", clash.kind)
    if clash.kind == "permission" and _denied_in_any_way(a, b, scope):
        return Judgement("conflict", clash.says, clash.kind)
    if scope.relation == "one_silent" and not (similarity >= _SAME_WORDING and _only_headings_narrow(a, b)):
        return Judgement("possible", f"{clash.says}; {scope.says}", clash.kind)
    return Judgement("conflict", clash.says, clash.kind)


def _scope_without_payer(claim: Claim) -> Mapping[str, frozenset[str]]:
    """ "Paid by the tenant" names who pays and not for whom the rule holds."""
    paid = payer(claim.text)
    return read_scope(paid.rest, claim.path) if paid else claim.scope


def _speaks_of(claim: Claim, clash: Clash) -> str:
    """The sentence without what carries the clash: its values, its channel, or its words of allowing and forbidding."""
    if clash.kind == "channel":
        return without_channel(claim.about)
    if clash.kind == "payer":
        paid = payer(claim.text)
        return paid.rest if paid else claim.text
    if clash.opposites[0]:
        return re.sub(rf"\b(?:{'|'.join(clash.opposites)})\b", " ", claim.text)
    return claim.about if clash.kind == "permission" else claim.subject


def _one_subject(a: Claim, b: Claim, similarity: float, words: Words, clash: Clash) -> bool:
    """What the shorter side speaks of stands in the other; where little is said, or only allowed, nearly all must match."""
    if similarity < _least(clash):
        return False
    found = words.align(_speaks_of(a, clash), _speaks_of(b, clash))
    if found.both_alone and similarity < SURE:
        return False
    if clash.kind in ("permission", "channel", "payer"):
        bare = clash.kind == "permission" and not _both_cued(a, b) and not clash.opposites[0]
        return (
            similarity >= (BARE_PERMISSION if bare else PERMISSION)
            and found.shorter >= (COVERED if similarity >= SURE else COVERED_FULLY)
            and found.longer >= (COVERED if bare else COVERED_HALF)
            and (found.shared > 1 or similarity >= SURE)
            and _share_predicate(a, b, words)
            and not (_both_conditional(a, b) and words.align(a.masked, b.masked).both_alone)
        )
    if clash.far and found.longer < COVERED_FULLY:
        return False
    if found.shared < 2 and found.longer < COVERED_HALF and similarity < CLOSE:
        return False
    if similarity < NEAR and found.longer < COVERED_LITTLE:
        return False
    if similarity >= SURE:
        return found.shorter >= COVERED_HALF
    return found.shorter >= (COVERED if similarity >= SUBJECT else COVERED_FULLY)


def _least(clash: Clash) -> float:
    """The cosine below which two claims never have one subject, asked before their words are compared: most end here."""
    return PERMISSION if clash.kind in ("permission", "channel", "payer") else FAINT


def _share_predicate(a: Claim, b: Claim, words: Words) -> bool:
    """Whether the other side speaks of the very thing that one side denies."""
    for mine, other in ((a, b), (b, a)):
        word = mine.polarity.predicate if mine.polarity else ""
        if word in STOP or word in WEAK or word.endswith("ly") or word[:5] in other.text.lower():
            continue
        if max((words.alike(word, each) for each in content_words(other.text)), default=0.0) < ALIKE:
            return False
    return True


def _both_conditional(a: Claim, b: Claim) -> bool:
    return all(each.polarity is not None and each.polarity.conditional for each in (a, b))


def _both_cued(a: Claim, b: Claim) -> bool:
    return all(each.polarity is not None and each.polarity.cues > 0 for each in (a, b))


def _denied_in_any_way(a: Claim, b: Claim, scope: Comparison) -> bool:
    """One side allows something by one channel or payment, the other denies it without naming any."""
    silent = b if any(kind in a.scope for kind in scope.kinds) else a
    denied = silent.polarity is not None and silent.polarity.sign < 0
    return denied and scope.relation == "one_silent" and set(scope.kinds) <= {"channel", "payment"}


def _only_headings_narrow(a: Claim, b: Claim) -> bool:
    """Whether the sentences alone have one scope; a heading's plan, customer, region or product still narrows."""
    if compare(a.own_scope, b.own_scope).relation != "equal":
        return False
    return not any(a.scope.get(kind) != b.scope.get(kind) for kind in _NARROWING)


def _heading_values_differ(a: Claim, b: Claim) -> bool:
    return any(relate(x, y) == "incompatible" for x in a.heading_values for y in b.heading_values)

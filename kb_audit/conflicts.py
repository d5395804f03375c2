"""Conflicts: two claims about the same thing, in the same scope, that cannot both be right.

Similarity finds the same *subject* and never the truth; typed values, conditions, polarity and scope decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kb_audit.claims import Claim
from kb_audit.incompatible import far_apart, relate
from kb_audit.neighbours import pairs_above
from kb_audit.normal_form import written
from kb_audit.polarity import opposed
from kb_audit.scope import compare
from kb_audit.values import Value
from kb_audit.wording import Words
from runtime.understanding.encode import Encode

Verdict = Literal["conflict", "possible", "scope", "agree", "unrelated"]

SAME_VALUE_SUBJECT = 0.56
SAME_POLARITY_SUBJECT = 0.70
BARE_POLARITY_SUBJECT = 0.80
FAINT = 0.50
_SURE = 0.70
_PERMISSION_WORDS = 0.55
_OVERLAP = 0.51
_COPIES = 2
_SAME_WORDING = 0.85
_STRONG = ("plan", "customer", "region", "product")


@dataclass(frozen=True)
class Judgement:
    """The verdict on one pair, and why in one sentence. `kind` is the value's kind or "permission"."""

    verdict: Verdict
    why: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Pair:
    """Two claims by their numbers, with the cosine of what they are about."""

    a: int
    b: int
    similarity: float
    judgement: Judgement


@dataclass(frozen=True)
class Compared:
    """All judged pairs that are worth a word, and how many were compared in all."""

    pairs: tuple[Pair, ...]
    compared: int


def find_conflicts(claims: Sequence[Claim], encode: Encode) -> Compared:
    """Compare every two claims about one subject; pairs inside one section are left to the reader of that section."""
    if not claims:
        return Compared((), 0)
    kept = _without_copies(claims)
    rows = encode([claims[n].subject for n in kept])
    words = Words(encode)
    found = ((kept[i], kept[j], s) for i, j, s in pairs_above(rows, FAINT))
    near = [(i, j, s) for i, j, s in found if claims[i].section != claims[j].section]
    words.learn(
        text
        for i, j, _ in near
        if _may_clash(claims[i], claims[j])
        for n in (i, j)
        for text in (claims[n].masked, claims[n].about)
    )
    judged = [Pair(i, j, s, judge(claims[i], claims[j], s, words)) for i, j, s in near]
    return Compared(tuple(p for p in judged if p.judgement.verdict != "unrelated"), len(near))


def _without_copies(claims: Sequence[Claim]) -> list[int]:
    """Numbers of the claims worth comparing: of many word-for-word copies the first in each of two articles."""
    seen: dict[tuple[str, str], set[str]] = {}
    kept = []
    for number, claim in enumerate(claims):
        articles = seen.setdefault((claim.text, claim.path[-1]), set())
        if len(articles) < _COPIES or claim.article in articles:
            articles.add(claim.article)
            kept.append(number)
    return kept


def judge(a: Claim, b: Claim, similarity: float, words: Words) -> Judgement:
    """The verdict on two claims whose subjects have this cosine similarity."""
    found = _by_value(a, b) if a.values and b.values else Judgement("unrelated")
    if found.verdict == "unrelated" and not (a.of("outcome") and b.of("outcome")):
        found = _by_polarity(a, b, similarity)
    elif found.verdict == "agree" and _both_say(a, b):
        denied = _by_polarity(a, b, similarity)
        found = denied if denied.verdict == "conflict" else found
    if found.verdict != "conflict":
        return found
    if similarity < SAME_VALUE_SUBJECT or not _same_subject(a, b, similarity, found.kind, words):
        return Judgement("unrelated")
    doubt = _doubt(a, b, found.kind)
    if doubt:
        return Judgement("possible", f"{found.why}; {doubt}", found.kind)
    scope = compare(a.scope, b.scope, a.excluded, b.excluded)
    if scope.relation == "disjoint":
        return Judgement("scope", f"{found.why}, for different scope ({scope.says})", found.kind)
    if scope.relation == "one_silent" and not (similarity >= _SAME_WORDING and _only_headings_narrow(a, b)):
        return Judgement("possible", f"{found.why}; {scope.says}", found.kind)
    if _heading_values_differ(a, b):
        return Judgement("scope", f"{found.why}, under headings that name different values", found.kind)
    return found


def _same_subject(a: Claim, b: Claim, similarity: float, kind: str, words: Words) -> bool:
    """Beyond the cosine: no telling word without partner on *both* sides, and enough words in common."""
    if kind == "permission":
        return words.contrast(a.about, b.about, _PERMISSION_WORDS) is None and words.share_predicate(a, b)
    if words.contrast(a.masked, b.masked) is not None:
        return False
    mixed_roles = not ((a.of("outcome") and b.of("outcome")) or (a.of("condition") and b.of("condition")))
    if similarity >= _SURE:
        return True
    return not (a.in_row or b.in_row or mixed_roles) and words.overlap(a.subject, b.subject) >= _OVERLAP


def _only_headings_narrow(a: Claim, b: Claim) -> bool:
    """Whether the sentences alone have one scope; a heading's plan, customer, region or product still narrows."""
    if compare(a.own_scope, b.own_scope).relation != "equal":
        return False
    return not any(a.scope.get(kind) != b.scope.get(kind) for kind in _STRONG)


def _doubt(a: Claim, b: Claim, kind: str) -> str:
    """A reason why the two may both hold all the same; empty when there is none."""
    if a.article == b.article:
        return "both stand in one article, which may tell them apart"
    if a.in_row and b.in_row:
        return "both are rows of tables"
    if kind == "permission" and a.polarity and b.polarity and a.polarity.conditional != b.polarity.conditional:
        return "only one side sets a condition"
    return ""


def _by_value(a: Claim, b: Claim) -> Judgement:
    deontic = a.deontic and b.deontic
    if not ((a.of("outcome") and b.of("outcome")) or (a.of("condition") and b.of("condition"))):
        whole = _match([v for _, v in a.values], [v for _, v in b.values], deontic)
        return (
            Judgement("conflict", _says(whole.clash), whole.clash[0].kind)
            if whole.clash
            else Judgement("agree" if whole.agreed else "unrelated")
        )
    conditions = _match(a.of("condition"), b.of("condition"), deontic)
    outcomes = _match(a.of("outcome"), b.of("outcome"), deontic)
    if outcomes.clash is not None:
        if conditions.clash is not None:
            return Judgement("scope", f"{_says(conditions.clash)} are different conditions", outcomes.clash[0].kind)
        if conditions.left_over and conditions.agreed == 0:
            return Judgement(
                "possible", f"{_says(outcomes.clash)}; only one side sets a condition", outcomes.clash[0].kind
            )
        return Judgement("conflict", _says(outcomes.clash), outcomes.clash[0].kind)
    if conditions.clash is not None and (outcomes.agreed or not (a.of("outcome") or b.of("outcome"))):
        return Judgement("conflict", f"{_says(conditions.clash)} for the same outcome", conditions.clash[0].kind)
    if outcomes.agreed or conditions.agreed:
        return Judgement("agree")
    return Judgement("unrelated")


@dataclass(frozen=True)
class _Matched:
    agreed: int
    clash: tuple[Value, Value] | None
    left_over: int


def _match(a: list[Value], b: list[Value], deontic: bool) -> _Matched:
    """Pair off values that agree; of the rest, a clash is two comparable values that alone are left of their kind."""
    rest_a, rest_b, agreed = list(a), list(b), 0
    for x in a:
        partner = next((y for y in rest_b if relate(x, y, deontic=deontic) in ("same", "compatible")), None)
        if partner is not None:
            rest_a.remove(x)
            rest_b.remove(partner)
            agreed += 1
    for kind in dict.fromkeys(v.kind for v in rest_a):
        left, right = [v for v in rest_a if v.kind == kind], [v for v in rest_b if v.kind == kind]
        pairs = [
            (x, y)
            for x, y in zip(left, right, strict=False)
            if relate(x, y, deontic=deontic) == "incompatible" and not far_apart(x, y)
        ]
        if pairs and len(left) == len(right):
            return _Matched(agreed, pairs[0], len(rest_a) + len(rest_b) - 2 * len(pairs))
    return _Matched(agreed, None, len(rest_a) + len(rest_b))


def _says(clash: tuple[Value, Value]) -> str:
    return f"{written(clash[0])} against {written(clash[1])}"


def _by_polarity(a: Claim, b: Claim, similarity: float) -> Judgement:
    if a.polarity is None or b.polarity is None or not opposed(a.polarity, b.polarity):
        return Judgement("unrelated")
    bare = not (a.polarity.cues and b.polarity.cues) and not a.polarity.exclusive
    if (
        similarity < (BARE_POLARITY_SUBJECT if bare else SAME_POLARITY_SUBJECT)
        or max(a.polarity.cues, b.polarity.cues) > 3
    ):
        return Judgement("unrelated")
    if len(a.of("condition")) != len(b.of("condition")):
        return Judgement("possible", f"{a.stated()} against {b.stated()}, under a condition", "permission")
    return Judgement("conflict", _polar(a, b), "permission")


def _both_say(a: Claim, b: Claim) -> bool:
    """Whether each side itself allows, demands or denies, about equally many values."""
    said = a.polarity is not None and b.polarity is not None and a.polarity.cues > 0 and b.polarity.cues > 0
    return said and len(a.values) == len(b.values) and not (a.of("outcome") and b.of("outcome"))


def _polar(a: Claim, b: Claim) -> str:
    assert a.polarity is not None and b.polarity is not None
    if a.polarity.sign == b.polarity.sign:
        return "one side says only some may, the other that anyone may"
    words = {
        "permission": ("allows", "does not allow"),
        "obligation": ("demands", "waives or forbids"),
        "fact": ("affirms", "denies"),
    }
    yes, no = words["obligation" if "obligation" in (a.polarity.force, b.polarity.force) else a.polarity.force]
    return f"one side {yes} what the other {no}"


def _may_clash(a: Claim, b: Claim) -> bool:
    return bool(a.values and b.values) or (
        a.polarity is not None and b.polarity is not None and opposed(a.polarity, b.polarity)
    )


def _heading_values_differ(a: Claim, b: Claim) -> bool:
    return any(relate(x, y) == "incompatible" for x in a.heading_values for y in b.heading_values)

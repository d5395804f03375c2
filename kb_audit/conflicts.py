"""Conflicts: two claims about the same thing, in the same scope, that cannot both be right.

Similarity finds the same *subject* and never the truth; typed values, conditions, polarity and scope decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim
from kb_audit.incompatible import far_apart, relate
from kb_audit.neighbours import pairs_above
from kb_audit.polarity import opposed
from kb_audit.scope import compare
from kb_audit.values import Value, written
from runtime.understanding.encode import Encode

Verdict = Literal["conflict", "possible", "scope", "agree", "unrelated"]

SAME_VALUE_SUBJECT = 0.58
SAME_POLARITY_SUBJECT = 0.70
BARE_POLARITY_SUBJECT = 0.80
FAINT = 0.50
_SURE = 0.70
_WORD_MATCH = 0.45
_WORD_SAME = 0.60
_PREDICATE = 0.60


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
    rows = encode([claim.subject for claim in claims])
    words = _Words(encode)
    near = [(i, j, s) for i, j, s in pairs_above(rows, FAINT) if claims[i].section != claims[j].section]
    words.learn(text for i, j, _ in near if _may_clash(claims[i], claims[j]) for n in (i, j) for text in (claims[n].masked, claims[n].about))
    judged = [Pair(i, j, s, judge(claims[i], claims[j], s, words)) for i, j, s in near]
    return Compared(tuple(p for p in judged if p.judgement.verdict != "unrelated"), len(near))


def judge(a: Claim, b: Claim, similarity: float, words: _Words) -> Judgement:
    """The verdict on two claims whose subjects have this cosine similarity."""
    found = _by_value(a, b) if a.values and b.values else Judgement("unrelated")
    if found.verdict == "unrelated" and not (a.of("outcome") and b.of("outcome")):
        found = _by_polarity(a, b, similarity)
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
    if scope.relation == "one_silent":
        return Judgement("possible", f"{found.why}; {scope.says}", found.kind)
    if _heading_values_differ(a, b):
        return Judgement("scope", f"{found.why}, under headings that name different values", found.kind)
    return found


def _same_subject(a: Claim, b: Claim, similarity: float, kind: str, words: _Words) -> bool:
    """Beyond the cosine: no telling word without partner on *both* sides, and enough words in common."""
    if kind == "permission":
        return words.contrast(a.about, b.about) is None and words.share_predicate(a, b)
    if words.contrast(a.masked, b.masked) is not None:
        return False
    mixed_roles = not (a.of("outcome") and b.of("outcome") or a.of("condition") and b.of("condition"))
    return similarity >= _SURE or not (a.in_row or b.in_row or mixed_roles) and words.shared(a.subject, b.subject) >= 2


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
    if not (a.of("outcome") and b.of("outcome") or a.of("condition") and b.of("condition")):
        whole = _match([v for _, v in a.values], [v for _, v in b.values], deontic)
        return Judgement("conflict", _says(whole.clash), whole.clash[0].kind) if whole.clash else Judgement("agree" if whole.agreed else "unrelated")
    conditions = _match(a.of("condition"), b.of("condition"), deontic)
    outcomes = _match(a.of("outcome"), b.of("outcome"), deontic)
    if outcomes.clash is not None:
        if conditions.clash is not None:
            return Judgement("scope", f"{_says(conditions.clash)} are different conditions", outcomes.clash[0].kind)
        if conditions.left_over and conditions.agreed == 0:
            return Judgement("possible", f"{_says(outcomes.clash)}; only one side sets a condition", outcomes.clash[0].kind)
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
        pairs = [(x, y) for x, y in zip(left, right, strict=False) if relate(x, y, deontic=deontic) == "incompatible" and not far_apart(x, y)]
        if pairs and len(left) == len(right):
            return _Matched(agreed, pairs[0], len(rest_a) + len(rest_b) - 2 * len(pairs))
    return _Matched(agreed, None, len(rest_a) + len(rest_b))


def _says(clash: tuple[Value, Value]) -> str:
    return f"{written(clash[0])} against {written(clash[1])}"


def _by_polarity(a: Claim, b: Claim, similarity: float) -> Judgement:
    if a.polarity is None or b.polarity is None or not opposed(a.polarity, b.polarity):
        return Judgement("unrelated")
    bare = not (a.polarity.cues and b.polarity.cues) and not a.polarity.exclusive
    if similarity < (BARE_POLARITY_SUBJECT if bare else SAME_POLARITY_SUBJECT) or max(a.polarity.cues, b.polarity.cues) > 3:
        return Judgement("unrelated")
    if a.of("condition") or b.of("condition"):
        return Judgement("possible", f"{a.stated()} against {b.stated()}, under a condition", "permission")
    return Judgement("conflict", _polar(a, b), "permission")


def _polar(a: Claim, b: Claim) -> str:
    assert a.polarity is not None and b.polarity is not None
    if a.polarity.sign == b.polarity.sign:
        return "one side says only some may, the other that anyone may"
    words = {"permission": ("allows", "does not allow"), "obligation": ("demands", "waives or forbids"), "fact": ("affirms", "denies")}
    yes, no = words["obligation" if "obligation" in (a.polarity.force, b.polarity.force) else a.polarity.force]
    return f"one side {yes} what the other {no}"


def _may_clash(a: Claim, b: Claim) -> bool:
    return bool(a.values and b.values) or (a.polarity is not None and b.polarity is not None and opposed(a.polarity, b.polarity))


def _heading_values_differ(a: Claim, b: Claim) -> bool:
    return any(relate(x, y) == "incompatible" for x in a.heading_values for y in b.heading_values)


class _Words:
    """Which content words of one sentence have no partner in the other: "bicycles" against "parking", say."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, NDArray[np.float32]] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Embed all words at once; `contrast` embeds what is missing one by one."""
        self.learn_words(w for text in texts for w in content_words(text))

    def contrast(self, a: str, b: str) -> tuple[str, str] | None:
        """A word on each side that nothing on the other resembles, or `None`."""
        left, right = content_words(a), content_words(b)
        self.learn([a, b])
        alone_a, alone_b = self._alone(left, right), self._alone(right, left)
        return (alone_a, alone_b) if alone_a and alone_b else None

    def shared(self, a: str, b: str) -> int:
        """How many content words of `a` have nearly the same word in `b`; a sentence of one such word counts double."""
        left, right = content_words(a), content_words(b)
        self.learn([a, b])
        same = sum(max((float(self._rows[w] @ self._rows[o]) for o in right), default=0.0) >= _WORD_SAME for w in left)
        return same * 2 if min(len(left), len(right)) <= 1 else same

    def share_predicate(self, a: Claim, b: Claim) -> bool:
        """Whether the other side speaks of the very thing that one side denies."""
        for mine, other in ((a, b), (b, a)):
            word = mine.polarity.predicate if mine.polarity else ""
            if word:
                partners = re.findall(r"[a-z][a-z'-]{2,}", other.text.lower())
                self.learn_words([word, *partners])
                if max((float(self._rows[word] @ self._rows[p]) for p in partners), default=0.0) < _PREDICATE:
                    return False
        return True

    def learn_words(self, words: Iterable[str]) -> None:
        fresh = sorted(set(words) - self._rows.keys())
        if fresh:
            self._rows |= dict(zip(fresh, self._encode(fresh), strict=True))

    def _alone(self, mine: list[str], theirs: list[str]) -> str:
        worst, name = _WORD_MATCH, ""
        for word in mine:
            best = max((float(self._rows[word] @ self._rows[other]) for other in theirs), default=1.0)
            if best < worst:
                worst, name = best, word
        return name


_STOP = frozenset(
    "a an the of to in on at for from by with and or but if when is are was were be been being it its this that these those you your yours we our us they them their i my me he she his her "
    "can could may might must should shall will would do does did have has had not no never some any all each every per as within up than then there here also only just so such most more less least "
    "amount percent time date hour number size age about into out over under after before during until once please make sure need get take use used using via one first last next full day days what which who how why where "
    # verbs and nouns that any rule may be put in: they tell nothing of its subject
    "cost charge fee price bill pay paid add incur apply applie subject issue issued accept accepted receive received receiving allow allowed require required requirement available "
    "availability start begin open close end stay keep kept hold held retain retained submit submitted made send sent arrive arrival reach reaches take taken give given get expect ask "
    "limit limited maximum minimum default include included contain create created hold allowed complete completed process processed file filed report later earlier run last "
    "anyone everyone customer guest staff time period term policy rule count deadline cut-off due valid expire goe go come leave back entirely fully total additional extra "
    "full own current currently currently usually typically generally normally different possible carry provide provided offer offered want wish submitting according "
    "target early must let know amount set do done remain remains compensate compensation depend amounts afterward afterwards whole onwards annual yearly per monthly please note".split()
)


def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, singular, each once, in order."""
    found = (w.lower().strip("'’-") for w in re.findall(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]+", text))
    return list(dict.fromkeys(one for w in found if w not in _STOP and len(w) > 2 and (one := _singular(w)) not in _STOP))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word

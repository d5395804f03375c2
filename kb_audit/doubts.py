"""Doubts: why two claims that clash may both hold all the same. One of them makes a conflict a possible one.

Each is a fact that can be pointed at: a release's notes on one side, another setting's name, a default against a choice, a
sentence whose subject stands elsewhere. Policies rarely give cause for any; manuals of software give it often.
"""

from __future__ import annotations

import re

from kb_audit.claims import Claim
from kb_audit.clashes import Clash
from kb_audit.technical import called, code_names
from kb_audit.wording import content_words, stem
from kb_audit.wording_stop import WEAK

_NAMES_IT = 3
_DEFAULT = re.compile(r"\bdefaults?\b", re.I)
_PARTLY = re.compile(
    r"\bnot (?:every|all|always|necessarily)\b|\bnot \w+ (?:by|for|in|on|with|to) (?:most|all|every)\b", re.I
)
_EXAMPLE = re.compile(
    r"^[\W\d.]*(?:examples?|worked examples?|sample|exercises?|tutorial|walk-?through|case study)\b|\bexamples?\W*$",
    re.I,
)
_VERSION = re.compile(r"\b(?:version|release|v)\.? ?(\d+(?:\.[\dx]+)*)", re.I)
_SOME = re.compile(r"^\W*some\b", re.I)
_ANY_THAT = re.compile(r"\bany \w+(?: \w+)? (?:that|which|who|of|in these)\b", re.I)
_COMPARES = re.compile(
    r"\bexceed|\b(?:greater|less|larger|smaller|higher|lower|more|fewer) than\b|\bequal to\b|\bat least\b", re.I
)
_ALL = re.compile(r"\b(?:every|all|always|any)\b", re.I)
_REFERS = re.compile(
    r"^\W*(?:(?:but|and|so|then|here|now|also|however|currently),? )?(?:it|they|this|these|those|that|which|such)\b(?!\s+(?:is|are) (?:not )?(?:possible|important|necessary))|"
    r"^\W*(?:will be|is|are|can be|the following)\b|^(?-i:[A-Z][a-z]+s) (?:the|an?|all|any|whether|how)\b|"
    r"\b(?:this|these) (?:directive|option|setting|command|function|method|parameter|module|file|value|"
    r"attribute|field|dialog|window|screen|page|tab|menu|form|panel|wizard|section|report)s?\b",
    re.I,
)
_STEP = re.compile(
    r"^\W*(?:(?:to|in|on|from|under|at|if|when|with)\b[^,]*, )?(?:then |now |next |simply |just |either )?(?:please )?"
    r"(?:(?:double-|right-|left-)?click|select|choose|press|open|enter|type|drag|set|insert|tap|go to|tick|mark|pick|scroll|swipe)\b",
    re.I,
)
_OPTION = re.compile(
    r"^\W*(?:not (?:permitted|allowed|required)|permitted|allowed|none|never|always|o[nf]f?|yes|no|enabled?|disabled?|any|automatic|manual)\W*$",
    re.I,
)
_GREATEST, _LEAST = (re.compile(rf"\b{word}(?:um|al)\b", re.I) for word in ("maxim", "minim"))
_HAPPENED = re.compile(
    r"\b(?:was|were|had|did|has been|have been|arrived|came|added|removed|fixed|released|introduced)\b", re.I
)
_OPEN = re.compile(
    r"^\W*(?:the |its |in )?(?:defaults?|maxim(?:um|al)|minim(?:um|al)|initial|usual)\b|\b(?:is the|as(?: the)?) default(?: value)?\W*$",
    re.I,
)


def doubt(a: Claim, b: Claim, clash: Clash) -> str:
    """A reason why both may hold; empty when there is none."""
    return (
        clash.doubt
        or doubt_of_place(a, b)
        or _other_names(a, b, clash)
        or _elsewhere(a, b)
        or _step_or_option(a, b, clash)
        or (_of_a_statement(a, b) if clash.kind == "permission" else _of_a_value(a, b))
    )


def doubt_of_place(a: Claim, b: Claim) -> str:
    """One that lies in where the two sentences stand: whatever they say, reading them does not remove it."""
    return _place(a, b) or _release(a, b) or _versions(a, b) or _example(a, b)


def _place(a: Claim, b: Claim) -> str:
    if a.article == b.article:
        return "both stand in one article, which may tell them apart"
    return "both are rows of tables" if a.in_row and b.in_row else ""


def _release(a: Claim, b: Claim) -> str:
    return "one side tells what a release changed" if a.record or b.record else ""


def _versions(a: Claim, b: Claim) -> str:
    """What holds for one version of a thing need not hold for another."""
    mine, theirs = (frozenset(_VERSION.findall(each.text)) for each in (a, b))
    apart = mine and theirs and not mine & theirs
    return f"they speak of different versions ({min(mine)} / {min(theirs)})" if apart else ""


def _example(a: Claim, b: Claim) -> str:
    return "one side stands in an example" if any(_EXAMPLE.search(h) for c in (a, b) for h in c.path[-2:]) else ""


def _other_names(a: Claim, b: Claim, clash: Clash) -> str:
    """Code is called by its name: other names are other things; a name on one side only leaves it open."""
    mine, theirs = called(a.text), called(b.text)
    if mine and theirs and (not mine & theirs or (clash.kind == "permission" and mine != theirs)):
        return f"they name different things of software ({min(mine - theirs or mine)} / {min(theirs - mine or theirs)})"
    alone = code_names(a.text) if not theirs else code_names(b.text) if not mine else ()
    return f"only one side names {min(alone)}" if alone else ""


def _elsewhere(a: Claim, b: Claim) -> str:
    """A sentence that only refers ("this option", "the default is") needs its headings, and they name other things."""
    shared = _telling(a.about) & _telling(b.about)
    both_open = bool(_OPEN.search(a.text) and _OPEN.search(b.text)) and len(shared) < _NAMES_IT
    if both_open and not shared:
        return "neither sentence says what it is about"
    if (a.technical or b.technical) and a.path[-1] == b.path[-1] and _parents_apart(a, b):
        return f"both stand under “{a.path[-1]}”, of different things"
    refers = both_open or _REFERS.search(a.text) or _REFERS.search(b.text)
    return "what it is about is said elsewhere, and their headings differ" if refers and _apart(a, b) else ""


def _step_or_option(a: Claim, b: Claim, clash: Clash) -> str:
    """What to click says what is done, not what holds; what stands under "Not permitted" tells of a choice."""
    if clash.kind not in ("permission", "count"):
        return ""
    if any(_STEP.search(each.text) for each in (a, b)):
        return "one side is a step that somebody takes"
    return "one side tells of one choice of several" if any(_OPTION.search(each.path[-1]) for each in (a, b)) else ""


def _of_a_statement(a: Claim, b: Claim) -> str:
    if bool(_DEFAULT.search(a.text)) != bool(_DEFAULT.search(b.text)):
        return "only one side speaks of the default"
    for one, other in ((a, b), (b, a)):
        if _SOME.search(one.text) or (_PARTLY.search(one.text) and not _ALL.search(other.text)):
            return "one side says that it holds in part"
        if _ANY_THAT.search(one.text):
            return "one side speaks of any of a kind"
    if _COMPARES.search(a.text) and _COMPARES.search(b.text):
        return "both compare two things, perhaps the other way round"
    return ""


def _of_a_value(a: Claim, b: Claim) -> str:
    ends = [(bool(_GREATEST.search(each.text)), bool(_LEAST.search(each.text))) for each in (a, b)]
    if sorted(ends) == [(False, True), (True, False)]:
        return "one side says the maximum, the other the minimum"
    if _HAPPENED.search(a.text) and _HAPPENED.search(b.text) and not (a.deontic or b.deontic):
        return "both tell what happened"
    return ""


def _apart(a: Claim, b: Claim) -> bool:
    """Whether each one's headings name something that neither the headings nor the sentence of the other do."""
    mine, theirs = (_telling(" ".join(each.path)) for each in (a, b))
    return bool(mine - theirs - _telling(b.text)) and bool(theirs - mine - _telling(a.text))


def _parents_apart(a: Claim, b: Claim) -> bool:
    """A manual's pages are cut from one form: "KURT › Syntax" and "SKEW › Syntax"."""
    mine, theirs = (_telling(" ".join(each.path[-2:-1])) for each in (a, b))
    return bool(mine and theirs) and not mine & theirs


def _telling(text: str) -> set[str]:
    return {stem(word) for word in content_words(text) if word not in WEAK}

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
_PARTLY = re.compile(r"\bnot (?:every|all|always|necessarily)\b", re.I)
_SOME = re.compile(r"^\W*some\b", re.I)
_ANY_THAT = re.compile(r"\bany \w+(?: \w+)? (?:that|which|who|of|in these)\b", re.I)
_COMPARES = re.compile(
    r"\bexceed|\b(?:greater|less|larger|smaller|higher|lower|more|fewer) than\b|\bequal to\b|\bat least\b", re.I
)
_ALL = re.compile(r"\b(?:every|all|always|any)\b", re.I)
_REFERS = re.compile(
    r"^\W*(?:(?:but|and|so|then|here|now|also|however|currently),? )?(?:it|they|this|these|those|that|which|such)\b(?!\s+(?:is|are) (?:not )?(?:possible|important|necessary))|"
    r"^\W*(?:will be|is|are|can be)\b|\b(?:this|these) (?:directive|option|setting|command|function|method|parameter|module|file|value|attribute|field)s?\b",
    re.I,
)
_HAPPENED = re.compile(
    r"\b(?:was|were|had|did|has been|have been|arrived|came|added|removed|fixed|released|introduced)\b", re.I
)
_OPEN = re.compile(
    r"^\W*(?:the |its |in )?(?:defaults?|maxim(?:um|al)|minim(?:um|al)|initial|usual)\b|\bis the default(?: value)?\W*$",
    re.I,
)


def doubt(a: Claim, b: Claim, clash: Clash) -> str:
    """A reason why both may hold; empty when there is none."""
    return (
        clash.doubt
        or _place(a, b)
        or _release(a, b)
        or _other_names(a, b, clash)
        or _elsewhere(a, b)
        or (_of_a_statement(a, b) if clash.kind == "permission" else _of_a_value(a, b))
    )


def _place(a: Claim, b: Claim) -> str:
    if a.article == b.article:
        return "both stand in one article, which may tell them apart"
    return "both are rows of tables" if a.in_row and b.in_row else ""


def _release(a: Claim, b: Claim) -> str:
    return "one side tells what a release changed" if a.record or b.record else ""


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
    refers = both_open or _REFERS.search(a.text) or _REFERS.search(b.text)
    return "what it is about is said elsewhere, and their headings differ" if refers and _apart(a, b) else ""


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
    if _HAPPENED.search(a.text) and _HAPPENED.search(b.text) and not (a.deontic or b.deontic):
        return "both tell what happened"
    return ""


def _apart(a: Claim, b: Claim) -> bool:
    """Whether each one's headings name something that neither the headings nor the sentence of the other do."""
    mine, theirs = (_telling(" ".join(each.path)) for each in (a, b))
    return bool(mine - theirs - _telling(b.text)) and bool(theirs - mine - _telling(a.text))


def _telling(text: str) -> set[str]:
    return {stem(word) for word in content_words(text) if word not in WEAK}

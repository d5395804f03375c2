"""Polarity of a sentence: does it allow or forbid, demand or waive, affirm or deny – and of what.

`about` is the sentence without the words that carry the polarity, so that "can be returned" and "cannot be returned" meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb_audit.polarity_words import RULES, Force
from kb_audit.wording_stop import STOP, WEAK

_CUES = re.compile("|".join(rf"(?P<r{i}>(?<![\w-])(?:{p})(?![\w-]))" for i, (p, *_) in enumerate(RULES)), re.I)
_ONLY = re.compile(r"\bonly\b|\bsolely\b|\bexclusively\b|\bno one (?:but|except)\b|\bnobody (?:but|except)\b", re.I)
_ANYONE = re.compile(r"\b(?:any(?:one|body)?|every(?:one|body)?|all)\b(?! (?:sales|items|times))", re.I)
_NO = re.compile(
    r"(?<![\w-])(?:not|no|none|neither|nobody|nothing|without|nor)(?![\w-])(?! (?:later|more|less|longer|fewer|earlier|matter|one but))",
    re.I,
)
_IF = re.compile(
    r"\b(?:if|unless|when|whether|in case|once(?! (?:an?|per|every|each)\b))\b[^,;:.]*(?:,|$|(?=[.;:]))", re.I
)
_DENIAL = re.compile(
    r"(?<![\w-])(?:not|n't|cannot|never|no|none|nobody|without|unable|prohibit\w*|forbid\w*|forbidden|optional\w*)(?![\w-])|n't\b",
    re.I,
)
_TELLING = re.compile(r"[a-z][a-z'-]{2,}")
_EMPTY = frozenset(
    [
        "the",
        "any",
        "your",
        "our",
        "their",
        "its",
        "his",
        "her",
        "you",
        "they",
        "been",
        "being",
        "have",
        "has",
        "had",
        "does",
        "did",
        "are",
        "was",
        "were",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
        "shall",
        "that",
        "this",
        "these",
        "those",
        "for",
        "from",
        "with",
        "and",
        "use",
        "used",
        "using",
        "allowed",
        "permitted",
        "required",
        "needed",
        "necessary",
        "need",
        "able",
        "also",
        "always",
        "yet",
        "longer",
        "ever",
        "only",
        "just",
        "supported",
        "offered",
        "available",
        "accepted",
        "accept",
        "included",
        "provided",
        "possible",
        "more",
        "than",
    ]
)
_ANSWER = re.compile(r"^(?:no|yes|yep|nope|sorry|unfortunately|of course|sure)(?:[.,!:]|\s[–—-])\s+", re.I)
_BESIDE = re.compile(
    r"\([^()]*\)|→[^.;,→]*|\bnothing to (?:do|worry)\b|\b(?:include or exclude|enable or disable|allow or deny|accept or reject|with or without)\b|"
    r"^(?:In order t|T)o (?:find|see|learn|check|know|determine)\b[^,;.]*,|"
    r"(?:\bnot|n't) (?:only|just|merely|solely|simply|necessarily)\b|"
    r"(?<=\w )(?:that|which|who) (?:\w+ ){0,2}(?:do|does|is|are|was|were|has|have)(?:n't| not)\b[^,;.]*(?=[.!]?$)|"
    r"(?<=\w )(?:that|which|who) (?:is|are|has|have)(?:n't| not) (?:\w+ ){1,3}?(?=(?:is|are|will|must|can|may|cannot|should|do|does)\b)",
    re.I,
)
_BREAK = re.compile(
    r"\s*(?:;|(?<=\w\w)\.\s| [—–-]{1,2} |, no longer\b|, not (?!later|more|less|fewer)|\brather than\b|\binstead of\b|, but\b|, however\b|\bhowever\b|, although\b|"
    r", whereas\b|, while\b| but )\s*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """`sign` +1 or −1; `exclusive` +1 for "only …", −1 for "anyone …", 0 for neither.

    `predicate` is what a denial denies (its first telling word); `conditional`: it holds only if something does.
    """

    sign: int
    force: Force
    about: str
    exclusive: int
    cues: int
    predicate: str
    conditional: bool


def polarity(text: str) -> Polarity | None:
    """Polarity of the main clause; a sentence without any cue affirms (`cues` 0). `None` for a fragment."""
    parts = _BREAK.split(_BESIDE.sub(" ", _ANSWER.sub("", text)))
    clause = _IF.sub(
        " ",
        max(parts, key=len) if len(text) > 160 else next((part for part in parts if len(part.split()) > 2), parts[0]),
    ).strip()
    conditional = any(
        w not in STOP and w not in WEAK for clause in _IF.findall(text) for w in _TELLING.findall(clause.lower())
    )
    signs: list[int] = []
    forces: list[Force] = []
    last = 0
    out: list[str] = []
    for match in _CUES.finditer(clause):
        _, sign, force, put = RULES[int((match.lastgroup or "r0")[1:])]
        signs.append(sign)
        forces += [force] if force else []
        out += [clause[last : match.start()], put]
        last = match.end()
    rest = "".join([*out, clause[last:]])
    negatives = sum(1 for s in signs if s < 0) + len(_NO.findall(rest))
    exclusive = 1 if _ONLY.search(clause) else -1 if _ANYONE.search(clause) else 0
    if not rest.strip() or len(clause.split()) < 3:
        return None
    force = "obligation" if "obligation" in forces else "permission" if "permission" in forces else "fact"
    predicate = _predicate(clause)
    about = " ".join(_NO.sub(" ", _ANYONE.sub(" ", _ONLY.sub(" ", rest))).split())
    return Polarity(
        -1 if negatives % 2 else 1, force, about, exclusive, len(signs) + len(_NO.findall(rest)), predicate, conditional
    )


def _predicate(clause: str) -> str:
    """The first telling word after a denial; where the denial closes the clause, the last one before it."""
    match = _DENIAL.search(clause)
    if match is None:
        return ""
    after = [w for w in _TELLING.findall(clause[match.end() :].lower()) if w not in _EMPTY]
    before = [w for w in _TELLING.findall(clause[: match.start()].lower()) if w not in _EMPTY]
    return after[0] if after else before[-1] if before else ""


def opposed(a: Polarity, b: Polarity) -> bool:
    """Whether two sentences about the same thing cannot both hold."""
    if a.sign != b.sign:
        return not _compatible(a, b)
    return a.exclusive * b.exclusive < 0 and a.sign > 0


def _compatible(a: Polarity, b: Polarity) -> bool:
    """ "You can" and "you need not" go together; so do a permission and a waived duty."""
    waived, other = (a, b) if a.sign < 0 else (b, a)
    return waived.force == "obligation" and other.force == "permission" and waived.cues > 0

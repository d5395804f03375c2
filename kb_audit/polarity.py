"""Polarity of a sentence: does it allow or forbid, demand or waive, affirm or deny – and of what.

`about` is the sentence without the words that carry the polarity, so that "can be returned" and "cannot be returned" meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kb_audit.wording_stop import STOP, WEAK

Force = Literal["permission", "obligation", "fact"]

_RULES: tuple[tuple[str, int, Force | None, str], ...] = (
    (
        r"(?:do|does)(?:n't| not) (?:need(?: to)?|have to|require)|need not|no need to|(?:is|are) "
        r"(?:purely |entirely |always )?optional|optional(?= (?:to|for)\b)|(?:is|are) (?:purely |entirely |always )?voluntary|(?:is|are)(?:n't| not) (?:required|mandatory|necessary|"
        r"needed|obligatory)|without (?:having|needing) to", -1, "obligation", "must"),
    (r"no longer", -1, None, ""),
    (r"not reimbursed?", -1, "fact", "we pay"),
    (
        r"(?:there (?:is|are) |(?:is|are) )?(?:at )?no (?:[a-z]+ ){0,2}?(?:charges?|fees?|costs?|surcharges?)(?! for late)|(?:is |are |for )?free of charge|"
        r"without (?:any |extra )?(?:charge|fee|cost)s?|costs? (?:you |the customer )?nothing|on us", 1, "fact", "we pay"),
    (
        r"(?:must|may|shall|should) (?:not|never)|mustn't|shouldn't|(?:is|are) (?:strictly )?(?:prohibited|"
        r"forbidden|banned|disallowed)|prohibits?|forbids?|prohibited|forbidden|(?:is|are)(?:n't|"
        r" not)(?: \w+)? (?:allowed|permitted)|not (?:allowed|permitted)|disallow\w*|off limits", -1, "permission", "may"),
    (r"can ?not|can't|unable to|(?:is|are)(?:n't| not) able to|can never|can no longer|cannot", -1, "permission", "may"),
    (r"(?:it(?:'s| is) )?(?:not possible|impossible)(?: to)?", -1, "permission", "may"),
    (r"refrain(?:s)? from|(?<!to )avoid(?:s)?(?= \w+ing\b)", -1, "permission", ""),
    (r"never|under no circumstances|in no case", -1, "permission", ""),
    (r"non-?refundable|not refundable|no refunds?|not be refunded", -1, "fact", "refund"),
    (r"non-?returnable|final sale|all sales are final|not returnable", -1, "fact", "return"),
    (r"non-?transferable", -1, "fact", "transfer"),
    (r"ineligible|not eligible|not entitled|not qualify", -1, "permission", "may get"),
    (r"exclud(?:es?|ed|ing)|not includ(?:e|ed|ing)|(?:does|do|is|are|will)(?:n't| not)(?: be)? (?:cover|include)(?:ed|d)?", -1, "fact", "include"),
    (
        r"unavailable|not available|not offered|not supported|unsupported|not accept(?:ed)?|(?:do|"
        r"does)(?:n't| not) (?:accept|offer|support|provide|allow)|refuse[sd]?|reject(?:s|ed)?|"
        r"declined?", -1, "fact", "offer"),
    (r"(?:do|does|did|is|are|was|were|will|would|has|have)(?:n't| not)", -1, "fact", ""),
    (r"manual(?:ly)?|by hand", -1, "fact", "by itself"),
    (r"unpaid", -1, "fact", "paid"),
    (r"closed", -1, "fact", "open"),
    (
        r"must|(?:is|are) (?:required|mandatory|obligatory|necessary|compulsory)|required|mandatory|"
        r"compulsory|(?:need|needs|have|has) to|shall|requires?|obligated|always", 1, "obligation", "must"),
    (
        r"can|may|(?:is|are)(?: \w+)? (?:allowed|permitted|able|free|welcome) to|(?:is|are) possible(?: to)?|(?:is|are)(?: "
        r"\w+)? (?:allowed|permitted)|allows?|permits?|allowed|permitted|able to", 1, "permission", "may"),
    (r"(?:is|are)(?: \w+)? welcome", 1, "permission", "may"),
    (r"eligible|entitled|qualif(?:y|ies)", 1, "permission", "may get"),
    (r"refundable|refunded|refunds?", 1, "fact", "refund"),
    (r"returnable|exchangeable", 1, "fact", "return"),
    (r"transferable", 1, "fact", "transfer"),
    (r"includ(?:es?|ed|ing)|covers?|covered", 1, "fact", "include"),
    (r"available|offer(?:s|ed)?|supports?|supported|accept(?:s|ed)?|provides?|provided", 1, "fact", "offer"),
    (r"automatic(?:ally)?", 1, "fact", "by itself"),
    (r"open", 1, "fact", "open"),
    (r"reimbursed?|reimburses?", 1, "fact", "we pay"),
)  # fmt: skip
_CUES = re.compile("|".join(rf"(?P<r{i}>(?<![\w-])(?:{p})(?![\w-]))" for i, (p, *_) in enumerate(_RULES)), re.I)
_ONLY = re.compile(r"\bonly\b|\bsolely\b|\bexclusively\b|\bno one (?:but|except)\b|\bnobody (?:but|except)\b", re.I)
_ANYONE = re.compile(r"\b(?:any(?:one|body)?|every(?:one|body)?|all)\b(?! (?:sales|items|times))", re.I)
_NO = re.compile(
    r"(?<![\w-])(?:not|no|none|neither|nobody|nothing|without|nor)(?![\w-])(?! (?:later|more|less|longer|fewer|earlier|matter|one but))",
    re.I,
)
_IF = re.compile(r"\b(?:if|unless|when|whether|in case|once(?! (?:an?|per|every|each)\b))\b[^,;:.]*(?:,|$|(?=[.;:]))", re.I)
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
_BESIDE = re.compile(r"\([^()]*\)|(?:\bnot|n't) (?:only|just|merely|solely|simply|necessarily)\b|"
    r"(?<=\w )(?:that|which|who) (?:\w+ ){0,2}(?:do|does|is|are|was|were|has|have)(?:n't| not)\b[^,;.]*(?=[.!]?$)", re.I)
_BREAK = re.compile(r"\s*(?:;| [—–-]{1,2} |, no longer\b|, not (?!later|more|less|fewer)|\brather than\b|\binstead of\b|, but\b|, however\b|\bhowever\b|, although\b|, whereas\b|, while\b| but )\s*", re.I)


@dataclass(frozen=True)
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
    clause = _IF.sub(" ", max(parts, key=len) if len(text) > 160 else next((part for part in parts if len(part.split()) > 2), parts[0])).strip()
    conditional = any(w not in STOP and w not in WEAK for clause in _IF.findall(text) for w in _TELLING.findall(clause.lower()))
    signs: list[int] = []
    forces: list[Force] = []
    last = 0
    out: list[str] = []
    for match in _CUES.finditer(clause):
        _, sign, force, put = _RULES[int((match.lastgroup or "r0")[1:])]
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
    return Polarity(-1 if negatives % 2 else 1, force, about, exclusive, len(signs) + len(_NO.findall(rest)), predicate, conditional)


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


_OPPOSITES = tuple(
    re.compile(rf"\b(?:(?P<a>{one})|(?P<b>{other}))\b", re.I)
    for one, other in (
        (r"keep|retain", r"return(?:ed|s)?|lose|loses|forfeits?|forfeited"), (r"activated?|enabled?", r"deactivated?|disabled?"),
        (r"approved?|granted?", r"rejected?|denied|deny"), (r"locked|encrypted|limited|insured|restricted|taxed|staffed|supervised|monitored",
         r"unlocked|unencrypted|unlimited|uninsured|unrestricted|untaxed|unstaffed|unsupervised|unmonitored"),
        (r"automatic(?:ally)?", r"(?:must|have to|has to|needs? to) (?:be )?(?:request(?:ed)?|appl(?:y|ied)|ask)|(?:on|upon) request|manual(?:ly)?"),
        (r"any|of (?:your|their) (?:own )?choice|freely", r"approved|authori[sz]ed|certified|designated"),
        (r"(?:switched|turned|is|are|stays?|remains?) on(?= by default|[.,;]|$)", r"(?:switched|turned|is|are|stays?|remains?) off(?= by default|[.,;]|$)"),
        (r"included?", r"(?:charged|costs?|billed|paid) (?:extra|separately)"), (r"inclusive", r"exclusive"),
    )
)  # fmt: skip


def opposites(a: str, b: str) -> tuple[str, str]:
    """Two words that turn one statement into the other ("keep" and "return"); empty where there are none."""
    left, right = turning(a), turning(b)
    for number, (side, word) in left.items() if right else ():
        other = right.get(number, (side, ""))
        if other[0] != side:
            return word, other[1]
    return "", ""


@lru_cache(maxsize=200_000)
def turning(text: str) -> dict[int, tuple[str, str]]:
    """Number of a pair of opposites → which of the two, and the word as written. A sentence meets many others."""
    found = ((number, pattern.search(text)) for number, pattern in enumerate(_OPPOSITES))
    return {number: (match.lastgroup or "", match[0]) for number, match in found if match}


def _compatible(a: Polarity, b: Polarity) -> bool:
    """ "You can" and "you need not" go together; so do a permission and a waived duty."""
    waived, other = (a, b) if a.sign < 0 else (b, a)
    return waived.force == "obligation" and other.force == "permission" and waived.cues > 0

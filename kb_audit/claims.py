"""Claims: a checkable statement of a section – its sentence, typed values, polarity and scope, and where it stands.

A value in a heading is scope, not a claim. A sentence without a subject takes its heading's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb_audit.article import Article
from kb_audit.normal_form import written
from kb_audit.polarity import Polarity, polarity
from kb_audit.roles import Role, roles
from kb_audit.scope import exclusions, read_scope
from kb_audit.sentences import Sentence, sentences
from kb_audit.technical import is_record, is_technical
from kb_audit.values import Value, mask, values

_ARITHMETIC = re.compile(
    r"\b(?:e\.g\.|for example|for instance|such as|example|imagine|sample|say,|let's say|suppose|today,|would)\b", re.I
)
_COMPLETE = re.compile(r"^[\"'“(]*[A-ZÀ-Ý0-9].*[.!][\"'”)]*$", re.S)
_STAMP = re.compile(
    r"^\W*(?:(?:last|page|article)\s+)*(?:updated|modified|reviewed|changed|edited|published|created|posted)\b[:,]?\s*(?:on\b|at\b)?\s*\W*(?:\d|(?-i:[A-Z][a-z]{2,8}\.? \d))",
    re.I,
)
_COMMAND = re.compile(r"(?:^|\s)--?[a-z][\w-]+")
_QUESTION = re.compile(r"\?\s*[\"'”’)]*$")
_DESCRIPTIVE = re.compile(
    r"\b(?:had|was|were|recorded|reported|grew|founded|launched|raised|ago|in the past|last year|since)\b", re.I
)
_DEONTIC = re.compile(
    r"\b(?:can|may|must|should|shall|will|cannot|required?|allowed|permitted|within|up to|at least|at most|limit(?:ed)?|maximum|minimum|no (?:more|later|less)|"
    r"fees?|costs?|charged?|prices?|eligible|entitled|need|policy|deadline|due|expires?|valid|takes?|available|open|free)\b",
    re.I,
)
_SUBJECTLESS = re.compile(
    r"^(?:(?:the )?(?:default|maximum|minimum|limit|price|cost|fee|deadline|duration|period)\b|"
    r"this|that|it\b|these|those|they\b|up to|within|at least|no more|\$|€|£|\d|(?:is|are|must|"
    r"can|may|should|takes?|costs?|applies)\b)", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that states something checkable. `subject` is what is compared: the sentence (with its heading where it
    names no subject) without its values; `about` is the sentence without the words that allow or forbid. `record`: it stands
    in the notes of a release; `technical`: its article is about software."""

    article: str
    section: str
    path: tuple[str, ...]
    text: str
    start: int
    end: int
    masked: str
    about: str
    subject: str
    values: tuple[tuple[Role, Value], ...]
    heading_values: tuple[Value, ...]
    polarity: Polarity | None
    scope: Mapping[str, frozenset[str]]
    own_scope: Mapping[str, frozenset[str]]
    excluded: Mapping[str, frozenset[str]]
    deontic: bool
    in_row: bool = False
    record: bool = False
    technical: bool = False

    def of(self, role: Role) -> list[Value]:
        return [value for each, value in self.values if each == role]

    def stated(self) -> str:
        """Normal forms of its values, for findings."""
        parts = [f"{'if ' if role == 'condition' else ''}{written(value)}" for role, value in self.values]
        if parts:
            return ", ".join(parts)
        if self.polarity is None:
            return ""
        return ("yes" if self.polarity.sign > 0 else "no") + f" ({self.polarity.force})"


def claims(article: Article) -> Iterator[Claim]:
    """Claims of an article, in reading order."""
    found = list(sentences(article))
    out: dict[str, dict[str, frozenset[str]]] = {}
    for sentence in found:
        merged = out.setdefault(sentence.section.id, {})
        for kind, names in exclusions(sentence.text).items():
            merged[kind] = merged.get(kind, frozenset()) | names
    technical = is_technical(article, [sentence.text for sentence in found])
    for sentence in found:
        made = claim_of(sentence, article.scope, out[sentence.section.id], technical)
        if made is not None:
            yield made


def claim_of(
    sentence: Sentence, fields: Mapping[str, str], excluded: Mapping[str, frozenset[str]], technical: bool = False
) -> Claim | None:
    """The claim that a sentence makes, or `None`: questions, examples, captions and fragments make none."""
    text = sentence.text
    words = len(text.split())
    if (
        sentence.caption
        or _QUESTION.search(text)
        or _STAMP.search(text)
        or _ARITHMETIC.search(text)
        or words < 3
        or words > 70
        or text.endswith(":")
    ):
        return None
    lead = sentence.lead if len(sentence.lead) < 200 else ""
    found = values(text)
    complete = sentence.clause or _COMPLETE.search(text)
    said = words <= 30 and complete and not sentence.in_row and not _COMMAND.search(text)
    sign = polarity(text) if said else None
    if not found and sign is None:
        return None
    masked = _same(mask(text, found), text)
    headings = sentence.section.path
    return Claim(
        article=sentence.section.article,
        section=sentence.section.id,
        path=headings,
        text=text,
        start=sentence.start,
        end=sentence.end,
        masked=masked,
        about=_same(sign.about, masked) if sign else masked,
        subject=_subject(masked if found or sign is None else sign.about, headings, lead),
        values=roles(text, found),
        heading_values=tuple(v for h in headings for v in values(h)),
        polarity=sign,
        scope=read_scope(f"{lead} {text}" if lead else text, headings, fields),
        own_scope=read_scope(f"{lead} {text}" if lead else text),
        excluded=excluded,
        deontic=bool(_DEONTIC.search(text)) or not _DESCRIPTIVE.search(text),
        in_row=sentence.in_row,
        record=is_record(sentence.section.article, headings),
        technical=technical,
    )


def sets_a_rule(text: str) -> bool:
    """Whether a sentence has a word of rules ("within", "must", "limit"); a picture's caption has none."""
    return bool(_DEONTIC.search(text))


def _same(new: str, old: str) -> str:
    """The old string where the new one is equal: a claim is held by the hundred thousand."""
    return old if new == old else new


def _subject(masked: str, headings: tuple[str, ...], lead: str) -> str:
    """Headings help only where the sentence does not name its subject; everywhere else they blur it."""
    leaf = headings[-1] if len(headings) > 1 else (headings[0] if headings else "")
    if lead:
        return f"{mask(lead, values(lead)).rstrip(':')} {masked}"
    if leaf and (_SUBJECTLESS.match(masked) or len(masked.split()) < 7):
        return f"{leaf}: {masked}"
    return masked

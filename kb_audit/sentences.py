"""Sentences of a section with their place in the article, so that every quote is a literal substring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb_audit.article import Article, Section, once, plain

_END = re.compile(r"[.!?][\"'”’)\]*_]*(?=\s+[\"'“(\[*_]*[A-ZÀ-ÝÄÖÜ0-9$€£])|[。！？]|;(?=\s)|\n\s*\n")
_REFERS = re.compile(
    r"(?:it|they|these|those|this|that|both|he|she)\b(?!\s+(?:is|are) (?:possible|important|necessary|not possible))",
    re.I,
)
"""A sentence that begins so speaks of what the one before it named."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nr|min|max|mr|mrs|ms|dr|inc|ltd|co|st|u\.s|a\.m|p\.m|incl|excl|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|\b[A-Z])\.$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is what is read (markup gone); `start:end` is where it stands in the article's body.

    `lead` is the line that introduces the list or the head of the table that the sentence stands in, or the sentence before
    where this one only refers ("It costs …").
    """

    section: Section
    text: str
    start: int
    end: int
    lead: str = ""
    in_row: bool = False
    clause: bool = False
    caption: bool = False


def sentences(article: Article) -> Iterator[Sentence]:
    """Every sentence of running text; code is left out, a table row is one sentence."""
    yield from once(article, "sentences", lambda: tuple(_found(article.body, article.sections)))


def numbered(article: Article, numbers: Sequence[int]) -> Iterator[Sentence]:
    """Some of the sentences, by their numbers."""
    told = list(sentences(article)) if numbers else []
    return (told[number] for number in numbers)


def _found(body: str, sections: tuple[Section, ...]) -> Iterator[Sentence]:
    for section in sections:
        for block in section.blocks:
            if block.kind == "code":
                continue
            before = ""
            for start, end in _cut(body, block.start, block.end, whole=block.kind == "row"):
                text = plain(body[start:end])
                if len(text) > 2:
                    lead = block.lead or (before if _REFERS.match(text) or before.endswith("?") else "")
                    clause = text.endswith(";") or before.endswith(";")
                    yield Sentence(
                        section, text, start, end, lead, block.kind == "row", clause, block.kind == "caption"
                    )
                    before = text


def _cut(body: str, start: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    at = start
    for match in () if whole else _END.finditer(body, start, end):
        if _ABBREVIATION.search(body[at : match.end()].rstrip("\"'”’)]*_")):
            continue
        yield from _trimmed(body, at, match.end())
        at = match.end()
    yield from _trimmed(body, at, end)


def _trimmed(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    raw = body[start:end]
    start, end = start + len(raw) - len(raw.lstrip()), end - (len(raw) - len(raw.rstrip()))
    marker = re.match(r"(?:[-*+]|\d{1,3}[.)])\s+", body[start:end])
    start += marker.end() if marker else 0
    if start < end:
        yield start, end

"""Structure: what keeps retrieval from finding an answer – sections that the model cuts, pages without headings.

all-MiniLM-L6-v2 reads 256 word pieces and silently drops the rest (its max_seq_length).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kb_audit.article import Article, Section, plain

WORD_PIECES = 256
LONG_ARTICLE = 3000
_NEEDS_HEADINGS = 400


@dataclass(frozen=True)
class StructureIssue:
    kind: Literal["cut_section", "long_article", "no_headings"]
    article: Article
    section: Section | None
    says: str


def issues(articles: Iterable[Article]) -> Iterator[StructureIssue]:
    """Issues of each article, in order."""
    for article in articles:
        words = article.words
        if words > LONG_ARTICLE:
            yield StructureIssue("long_article", article, None, f"has {words} words; split it below {LONG_ARTICLE}")
        if words > _NEEDS_HEADINGS and len(article.sections) == 1:
            yield StructureIssue(
                "no_headings", article, article.sections[0], f"has {words} words and no heading below its title"
            )
        for section in article.sections:
            pieces = word_pieces(section_text(article, section))
            if pieces > WORD_PIECES:
                says = f"about {pieces} word pieces; retrieval reads the first {WORD_PIECES}"
                yield StructureIssue("cut_section", article, section, says)


def section_text(article: Article, section: Section) -> str:
    """The running text of a section, without code, on one line."""
    return " ".join(plain(article.body[b.start : b.end]) for b in section.blocks if b.kind != "code")


def word_pieces(text: str) -> int:
    """An estimate without the tokenizer: a word of up to seven letters is one piece, a longer one more, a sign one."""
    return sum(1 + max(0, len(w) - 7) // 5 if w[0].isalnum() else 1 for w in re.findall(r"\w+|[^\w\s]", text))

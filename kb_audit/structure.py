"""Structure: what keeps retrieval from finding an answer, or an agent from reading it.

all-MiniLM-L6-v2 reads 256 word pieces and silently drops the rest (its max_seq_length); a picture is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kb_audit.article import Article, Block, Image, Section, once, plain
from kb_audit.languages import clearly, language, language_of

WORD_PIECES = 256
LONG_ARTICLE = 3000
_NEEDS_HEADINGS = 400
_FEW_WORDS = 40
_SPOKEN_LONG_ENOUGH = 25
_STEPS = 4
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LONG_WORD = re.compile(r"\b[^\W_]\w{11,}")
_SAYS_NOTHING = re.compile(
    r"^(?:image|img|picture|screenshot|screen ?shot|photo|figure|fig|untitled|\S+\.(?:png|jpe?g|gif|svg|webp))?[\s\d_.-]*$",
    re.I,
)
_HOLDS_TEXT = re.compile(
    r"table|fee|price|tariff|screen|step|chart|diagram|flow|form|list|scan|text|infograph|matrix|compar|poster", re.I
)
_POINTS_AT = re.compile(
    r"(?:(?:see|as shown|shown|look at|find|following|below|in) (?:in |at )?(?:the |this )?(?:\w+ ){0,2}"
    r"(?:picture|image|screenshot|figure|table|chart|diagram|graphic)s?\b[^.]{0,30}|(?:below|following|as follows))\s*[:.]?\s*$",
    re.I,
)
_NEXT = re.compile(
    r"\b(?:first(?:ly)?|then|next|after (?:that|this)|afterwards|finally|now|lastly|second(?:ly)?|once (?:you|this|that))\b",
    re.I,
)
_DO = re.compile(r"\b(?:click|select|choose|press|open|enter|tap|go to|type|scroll|dial|tick|confirm)\b", re.I)

Kind = Literal[
    "cut_section", "long_article", "no_headings", "image_text", "headless_table", "run_on_steps", "mixed_language"
]


@dataclass(frozen=True)
class StructureIssue:
    """`start:end` in the article's body shows the place; empty for the whole article."""

    kind: Kind
    article: Article
    start: int
    end: int
    says: str
    do: str


def issues(articles: Iterable[Article]) -> Iterator[StructureIssue]:
    """Issues of each article, in order."""
    for article in articles:
        yield from _of_article(article)
        spoken = language(article)
        for section in article.sections:
            yield from _of_section(article, section, spoken)
        yield from _of_pictures(article)


def section_text(article: Article, section: Section) -> str:
    """The running text of a section, without code, on one line."""
    texts: dict[str, str] = once(article, "texts", dict)
    if section.id not in texts:
        texts[section.id] = " ".join(plain(article.body[b.start : b.end]) for b in section.blocks if b.kind != "code")
    return texts[section.id]


def word_pieces(text: str) -> int:
    """An estimate without the tokenizer: a word of up to seven letters is one piece, a longer one more, a sign one."""
    return len(_TOKEN.findall(text)) + sum((len(word) - 7) // 5 for word in _LONG_WORD.findall(text))


def _of_article(article: Article) -> Iterator[StructureIssue]:
    words = article.words
    if words > LONG_ARTICLE:
        says = f"has {words} words; split it below {LONG_ARTICLE}"
        yield StructureIssue(
            "long_article", article, 0, 0, says, "make an article of each part that answers a question of its own"
        )
    if words > _NEEDS_HEADINGS and len(article.sections) == 1:
        start = article.sections[0].start
        says = f"has {words} words and no heading below its title"
        yield StructureIssue("no_headings", article, start, start, says, "divide it by headings, one question each")


def _of_section(article: Article, section: Section, spoken: str) -> Iterator[StructureIssue]:
    text = section_text(article, section)
    pieces = word_pieces(text)
    if pieces > WORD_PIECES:
        says = f"about {pieces} word pieces; retrieval reads the first {WORD_PIECES}"
        yield StructureIssue(
            "cut_section", article, section.start, section.start, says, "divide it by headings, one question each"
        )
    here = language_of(text) if len(text.split()) >= _SPOKEN_LONG_ENOUGH else ""
    if here and spoken and here != spoken and clearly(text, here, spoken):
        says = f"a section in another language ({here}) inside an article in {spoken}"
        do = "give each language an article of its own"
        yield StructureIssue("mixed_language", article, section.start, section.blocks[0].end, says, do)
    bare = [b for b in section.blocks if b.kind == "row" and not b.lead]
    if len(bare) > 1:
        says = f"a table of {len(bare)} rows without a header: nobody can tell what its columns mean"
        yield StructureIssue("headless_table", article, bare[0].start, bare[0].end, says, "give each column a heading")
    for block in section.blocks:
        if block.kind == "paragraph" and block.end - block.start > 200 and _runs_on(article, block):
            says = "a sequence of steps in one paragraph"
            yield StructureIssue(
                "run_on_steps", article, block.start, block.end, says, "make it a numbered list, one step a line"
            )


def _runs_on(article: Article, block: Block) -> bool:
    text = plain(article.body[block.start : block.end])
    return len(text.split()) >= 50 and len(_NEXT.findall(text)) >= _STEPS and len(_DO.findall(text)) >= _STEPS


def _of_pictures(article: Article) -> Iterator[StructureIssue]:
    """Pictures without words of their own that stand where words are expected."""
    few = article.words < _FEW_WORDS
    for image in article.images:
        why = "" if not _SAYS_NOTHING.match(image.alt.strip()) else _carries(article, image, few)
        if why:
            name = image.target.rsplit("/", 1)[-1] or "a picture"
            says = f"{name} {why}, and says nothing to those who cannot see it"
            do = "write what it shows as text; keep the picture beside it"
            yield StructureIssue("image_text", article, image.start, image.start, says, do)


def _carries(article: Article, image: Image, few: bool) -> str:
    if _POINTS_AT.search(plain(article.body[max(0, image.start - 200) : image.start])):
        return "is what the text before it points at"
    if _HOLDS_TEXT.search(image.target.rsplit("/", 1)[-1]):
        return "seems to hold text"
    return f"stands in an article of {article.words} words" if few else ""

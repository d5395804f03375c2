"""Drafts: the edit in a Markdown article that resolves one finding, where a machine can propose one at all."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from kb_audit.article import Article, Section, once, plain, slug
from kb_audit.artifact import KnowledgeFinding, Side
from kb_audit.sentences import sentences
from kb_audit.structure import word_pieces

_ROOM = 200  # word pieces of a section that retrieval reads with room to spare
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)]*)\)")


@dataclass(frozen=True)
class Edit:
    """`body[start:end]` becomes `text`."""

    start: int
    end: int
    text: str


Pages = Mapping[str, Article]
Drafter = Callable[[Pages, KnowledgeFinding, int], Edit | None]


def draft(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    """An edit on the side `mend`; None where only a person can say what stands there."""
    drafter = _DRAFTERS.get(finding.verdict)
    return drafter(pages, finding, mend) if drafter else None


def _say_the_other_value(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    """Only where one side is probably right, and both wrote their value once."""
    wrong, right = finding.sides[mend], finding.sides[1 - mend]
    if (
        "is probably right" not in finding.suggestion
        or not wrong.said
        or not right.said
        or wrong.quote.count(wrong.said) != 1
    ):
        return None
    start = wrong.start + wrong.quote.index(wrong.said)
    return Edit(start, start + len(wrong.said), right.said)


def _take_out(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    side = finding.sides[mend]
    if side.end <= side.start:
        return None
    body = pages[side.article].body
    start, end = side.start, side.end
    whole_line = body[:start].endswith("\n") or start == 0
    if whole_line:
        while end < len(body) and body[end] == "\n" and (body[start - 2 : start] == "\n\n" or start == 0):
            end += 1
        while body[end : end + 1] == " ":
            end += 1
    elif body[start - 1 : start] == " ":
        start -= 1
    return Edit(start, end, "")


def _mend_link(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    """To the page whose name is nearest; without one, only the words stay."""
    side = finding.sides[mend]
    found = _LINK.search(side.quote)
    if found is None or "{%" in side.quote:
        return None
    place = side.start + found.start(), side.start + found.end()
    target = _nearest(pages, pages[side.article], side.value)
    return Edit(*place, f"[{found['text']}]({target})" if target else found["text"])


def _nearest(pages: Pages, article: Article, target: str) -> str:
    path, _, fragment = target.partition("#")
    if not path:
        near = get_close_matches(fragment.lower(), sorted(article.anchors()), n=1, cutoff=0.75)
        return f"#{near[0]}" if near else ""
    names = {posixpath.splitext(posixpath.basename(name))[0].lower(): name for name in sorted(pages)}
    wanted = posixpath.splitext(posixpath.basename(path.rstrip("/")))[0].lower()
    near = get_close_matches(wanted, list(names), n=1, cutoff=0.8)
    return posixpath.relpath(names[near[0]], posixpath.dirname(article.id) or ".") if near else ""


def _new_name(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    side = finding.sides[0]
    new = re.match(r"say (.+) instead$", finding.suggestion)
    if new is None or side.value not in side.quote:
        return None
    return Edit(side.start, side.end, side.quote.replace(side.value, new[1]))


def _lead_to_the_other(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit:
    """Instead of the second copy a link to the first."""
    here, there = finding.sides[mend], finding.sides[1 - mend]
    article, other = pages[here.article], pages[there.article]
    section = _section_at(other, there.start)
    path = posixpath.relpath(other.id, posixpath.dirname(article.id) or ".")
    anchor = f"#{slug(section.heading)}" if section and len(section.path) > 1 else ""
    own = _section_at(article, here.start)
    end = own.end if own and finding.verdict != "partial_duplicate" else here.end
    return Edit(here.start, end, f"See [{there.heading or other.title}]({path}{anchor}).")


def _divide(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    """Headings between paragraphs, so that each part is short enough; named after their first words, to be renamed."""
    side = finding.sides[mend]
    article = pages[side.article]
    section = _section_at(article, side.start)
    if section is None:
        return None
    level = "#" * min(6, max(2, len(section.path) + 1))
    text, at = "", section.start
    for place, name in dict(once(article, "cuts", partial(cuts_in, article))).get(section.start, ()):
        text += article.body[at:place] + f"{level} {name}\n\n"
        at = place
    return Edit(section.start, section.end, text + article.body[at : section.end]) if text else None


def cuts_in(article: Article) -> tuple[tuple[int, tuple[tuple[int, str], ...]], ...]:
    """Where each section that is too long begins, and between which paragraphs headings of what name would divide it."""
    return tuple((section.start, cuts) for section in article.sections if (cuts := tuple(_cuts(article, section))))


def _cuts(article: Article, section: Section) -> Iterator[tuple[int, str]]:
    held = 0
    for block in section.blocks:
        pieces = word_pieces(plain(article.body[block.start : block.end]))
        fresh = article.body.endswith("\n\n", 0, block.start)
        if held and held + pieces > _ROOM and fresh and block.kind in ("paragraph", "code"):
            yield block.start, _name(article.body[block.start : block.end])
            held = 0
        held += pieces


def _name(text: str) -> str:
    words = re.sub(r"[^\w\s'’-]", "", plain(text)).split()[:6]
    return " ".join(words) or "More"


def _number_steps(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit:
    side = finding.sides[mend]
    article = pages[side.article]
    block = next((b for s in article.sections for b in s.blocks if b.start == side.start), None)
    end = block.end if block else side.end
    steps = [article.body[s.start : s.end] for s in sentences(article) if side.start <= s.start and s.end <= end]
    return Edit(side.start, end, "\n".join(f"{n}. {' '.join(step.split())}" for n, step in enumerate(steps, start=1)))


def _section_at(article: Article, at: int) -> Section | None:
    return next((s for s in article.sections if s.start <= at < s.end), None)


def _unlink(pages: Pages, finding: KnowledgeFinding, mend: int) -> Edit | None:
    side: Side = finding.sides[0]
    found = _LINK.search(side.quote)
    return Edit(side.start + found.start(), side.start + found.end(), found["text"]) if found else None


_DRAFTERS: Mapping[str, Drafter] = {
    "conflict": _say_the_other_value,
    "passed_date": _take_out,
    "old_version": _take_out,
    "injection": _take_out,
    "hidden_text": _take_out,
    "dead_link": _mend_link,
    "gone_reference": _new_name,
    "duplicate": _lead_to_the_other,
    "near_duplicate": _lead_to_the_other,
    "partial_duplicate": _lead_to_the_other,
    "cut_section": _divide,
    "no_headings": _divide,
    "run_on_steps": _number_steps,
    "internal_exposed": _unlink,
}

"""Menu paths in running text: `Settings > Billing > Export`, `Settings → Billing`, "choose Tools - Options - View"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from kb_audit.article import Article, once
from kb_audit.sentences import Sentence, sentences

_SIGN = re.compile(r"\s*(?:-{1,2}>|=>|[›»→▸‣❯⇒➔➜])\s*|\s+>{1,2}\s+")
_DASH = re.compile(r"\s+[-–—]\s+")
_WORD = r"[\"'“‘]?[A-ZÀ-ÖØ-Þ0-9][\w&/'’+.…-]*[\"'”’…]?"
_JOINED = r"(?:\s+(?:(?:and|of|of the|to|for|by|from|in|on|with|as|&)\s+)?"
_RUN = rf"{_WORD}{_JOINED}{_WORD}){{0,5}}"
_NO_STEP = (
    r"(?!(?:was|were|has|have|had|is|are|will|can|may|must|does|no|not|to|in|and|or|on|for|from|of|with|at|by|as|then|if|when|where|"
    r"which|that|the|an?|your|you|it|shows?|opens?|lists?|sends?|lets?|gives?|works?|contains?|appears?|moved|only|instead|here)\b)"
)
_TAIL = rf"(?:(?:\s+{_NO_STEP}[a-z][\w-]+){{1,2}}(?=\s*(?:[.,;:!?)\"”’]|$)|\s+(?:was|were|has|have|is|are|will|no|to|in|and|or|on|for|moved)\b))?"
"""Labels are often written with one capital, `Voice mail`: small words that end where a sentence goes on are part of the step."""
_LAST = re.compile(_RUN + _TAIL)
_FIRST = re.compile(rf"(?<![\w-]){_RUN}$")
_WHOLE = re.compile(r"[\"'“‘]?[A-ZÀ-ÖØ-Þ0-9][^.:;!?|]{0,48}(?:\.{3}|…)?[\"'”’]?$")
_VERB = (
    r"(?:choos(?:e|ing)|select(?:ing)?|click(?:ing)?(?: on)?|open(?:ing)?|use|using|go(?:ing)? (?:back )?to|"
    r"activat(?:e|ing)|navigat(?:e|ing) to|tap(?:ping)?(?: on)?|press(?:ing)?)"
)
_LED = re.compile(rf"(?<![\w-]){_VERB}(?:\s+(?:the|menu|to|your))*\s+$", re.I)
_LEADS = re.compile(rf"^(?:{_VERB}(?:\s+(?:the|menu|to|your))*|under|via|in|from|on|the|menu)\s+", re.I)
_KIND = re.compile(
    r"\s*\(.*\)$|\s+(?:tabs?|buttons?|dialog(?:ue)?s?(?: box)?|pages?|menus?|item|section|options?|command|icon|screen)(?:\s+page)?$",
    re.I,
)
_ENDS = re.compile(
    r"\b(?:or|and (?:then|click|choose|select)|was|were|has|have|is|are|will|moved|renamed|replaced)\b|[,(]"
)
_EDGE = "\"'“”‘’(),…. "
_DAY = re.compile(r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?s?$|\d{1,2}(?:[:.]\d\d)?$")
_MOST_WORDS = 7


@dataclass(frozen=True)
class MenuPath:
    """A path as it is written, its place in the sentence's text, and `key`: its steps as they are compared."""

    sentence: Sentence
    steps: tuple[str, ...]
    start: int
    end: int

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(step_key(step) for step in self.steps)

    def __str__(self) -> str:
        return written(self.steps)


def menu_paths(article: Article) -> Iterator[MenuPath]:
    """Paths of two steps and more, in order; with dashes only behind a word like "choose"."""
    found = list(sentences(article))
    for number, steps, start, end in once(article, "menus", partial(menus_in, article)):
        yield MenuPath(found[number], steps, start, end)


def menus_in(article: Article) -> tuple[tuple[int, tuple[str, ...], int, int], ...]:
    """The number of the sentence, the steps, and where they stand in the sentence."""
    return tuple((n, *path) for n, sentence in enumerate(sentences(article)) for path in _paths_in(sentence.text))


def written(steps: tuple[str, ...]) -> str:
    return " > ".join(steps)


def step_key(step: str) -> str:
    """`Options…` and `the Options tab` are one step; `Tab` alone stays."""
    bare = step.casefold().strip(_EDGE)
    return " ".join((_KIND.sub("", bare) or bare).split()).strip(_EDGE)


@lru_cache(maxsize=4096)
def _paths_in(text: str) -> tuple[tuple[tuple[str, ...], int, int], ...]:
    found = [*_cut_at(text, _SIGN, led=False)]
    return tuple(found or _cut_at(text, _DASH, led=True))


def _cut_at(text: str, sign: re.Pattern[str], *, led: bool) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Pieces between signs: what stands whole between two is a step, the ends are the capitalised words beside a sign."""
    edges = [0, *(at for match in sign.finditer(text) for at in match.span()), len(text)]
    pieces = list(zip(edges[::2], edges[1::2], strict=True))
    steps: list[str] = []
    begun = ended = 0
    for number, (start, end) in enumerate(pieces):
        piece, more = text[start:end], number < len(pieces) - 1
        if steps and more and _is_step(piece, steps[0]):
            steps, ended = [*steps, piece], end
            continue
        again = len(piece) - len(steps[0]) if steps and piece.endswith(f" and {steps[0]}") else None
        last = _LAST.match(piece[:again].removesuffix(" and ")) if steps else None
        if last:
            steps, ended = [*steps, last[0]], start + last.end()
        yield from _told(steps, begun, ended)
        first = (again or _first(piece, led=led and not last)) if more else None
        steps, begun = ([], 0) if first is None else ([piece[first:]], start + first)


def _told(steps: list[str], start: int, end: int) -> Iterator[tuple[tuple[str, ...], int, int]]:
    bare = tuple(step.strip(_EDGE) for step in steps)
    if len(bare) > 1 and all(bare) and not all(step[0].isdigit() for step in bare) and not _DAY.match(bare[0]):
        yield bare, start, end


def _first(piece: str, led: bool) -> int | None:
    """Where the first step begins in what stands before a sign; with `led` only behind a word that leads to a menu."""
    found = _FIRST.search(piece[-80:])
    if not found:
        return None
    start = len(piece) - len(piece[-80:]) + found.start()
    leads = _LEADS.match(piece[start:])
    if leads:
        return start + leads.end() if piece[start + leads.end() :][:1].isupper() else None
    return start if not led or _LED.search(piece[:start]) else None


def _is_step(piece: str, root: str) -> bool:
    goes_on = _ENDS.search(piece) or piece.endswith(f" and {root}")
    return bool(_WHOLE.match(piece)) and len(piece.split()) <= _MOST_WORDS and not goes_on

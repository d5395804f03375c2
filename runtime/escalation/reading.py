"""A ticket's text as its reader meets it: lines without mark-up, which of them say something, which are transcript or
machine text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from runtime.escalation.anchors import figures, names
from runtime.escalation.cues import Cues

BOUND = 20_000
_WORD = re.compile(r"[^\W_]+(?:['’./:,-][^\W_]+)*")
_MACHINE = re.compile(
    r"[{}\[\]<>]{2,}|\"\w+\"\s*:|\b[0-9a-f]{16,}\b|traceback|exception|\b\w+(?:\.\w+){3,}\(|=>|</?\w+>|\b[A-Za-z0-9+/]{40,}={0,2}|\b\w+_\w+_\w+\b|\bnull\b|\w+=\w+[&;,]\w+="
)
_JSON = re.compile(r"(?:^|\n)\s*[{\[]\s*(?:\n\s*)?[\"{]")
_KEY_MARK = re.compile(r"\[cx(?::|ready)[^\]]*\]")


@dataclass(frozen=True)
class Unit:
    """One sentence. `fresh`: number of words that no earlier unit had and that are no cue words; `anchors`: of its
    figures and names; `content`: its words that are neither cue nor function words.
    """

    text: str
    words: tuple[str, ...]
    fresh: int
    anchors: int
    named: bool
    content: frozenset[str]
    speech: bool
    machine: bool
    position: int  # words before it

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True)
class Read:
    """A text in units; placeholder lines and lines of mere cue words are not among them."""

    units: tuple[Unit, ...]
    lines: tuple[str, ...]
    raw_json: bool
    machine_chars: int

    @cached_property
    def case_words(self) -> frozenset[str]:
        """Content words of the sentences that hold a figure or a name: what the case is about."""
        return frozenset(word for unit in self.told if unit.anchors for word in unit.content)

    @property
    def told(self) -> tuple[Unit, ...]:
        """What was written for the reader: neither transcript nor machine text."""
        return tuple(unit for unit in self.units if not unit.speech and not unit.machine)


def read(text: str, cues: Cues) -> Read:
    """Splits at most 20,000 characters; HTML is shown as text, as a ticket system's plain view would."""
    plain = _KEY_MARK.sub("", plain_text(text[:BOUND]))
    lines = [line.strip(" \t•*-–#|>") for line in plain.splitlines()]
    kept = [line for line in lines if line and not cues.placeholder.fullmatch(line.lower())]
    dialogue = _is_dialogue(kept, cues)
    units: list[Unit] = []
    seen: set[str] = set()
    position = machine = 0
    for line in kept:
        speech = bool(cues.speaker.match(line)) and (dialogue or not _labelled_prose(line))
        noise = _is_machine(line) or _is_code(line, cues)
        machine += len(line) if noise else 0
        for sentence in sentences_of(line):
            unit = _unit(sentence, cues, seen, speech, noise, position)
            if unit is None:
                continue
            units.append(unit)
            seen |= set(unit.words)
            position += len(unit.words)
    return Read(tuple(units), tuple(kept), bool(_JSON.search(plain)) or plain.lstrip()[:1] == "{", machine)


def plain_text(text: str) -> str:
    """HTML as lines of text; other text unchanged."""
    if not re.search(r"<(?:p|br|div|dl|dt|dd|li|ul|b|strong|table|tr|td|h\d|html|body|span)\b", text, re.IGNORECASE):
        return text
    parser = _Lines()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._cell = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        if tag in ("p", "br", "div", "dt", "li", "tr", "h1", "h2", "h3", "h4", "table"):
            self.parts.append("\n")
        elif tag == "dd":
            self.parts.append(": ")
        if tag == "tr":
            self._cell = 0
        elif tag in ("td", "th"):  # a row's first cell labels the second
            self._cell += 1
            self.parts.append({1: "", 2: ": "}.get(self._cell, " "))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        if tag in ("p", "dd", "li", "tr", "div"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _unit(sentence: str, cues: Cues, seen: set[str], speech: bool, machine: bool, position: int) -> Unit | None:
    words = tuple(word.lower().replace("’", "'") for word in _WORD.findall(sentence))
    if not words or cues.placeholder.fullmatch(sentence.lower().strip()):
        return None
    lower = sentence.lower().replace("’", "'")
    cue_words = {word for found in cues.any.findall(lower) for word in _WORD.findall(found)}
    fresh = len({word for word in words if _new(word, cues, seen)})
    if fresh < 1 and sum(word in cue_words for word in words) > 0.6 * len(words):
        return None
    named = names(sentence, cues.language, cues.vocabulary, cues.titles)
    content = frozenset(word for word in words if word not in cues.vocabulary and len(word) > 3)
    anchors = len(figures(sentence)) + len(named)
    return Unit(sentence, words, fresh, anchors, bool(named), content, speech, machine, position)


def _new(word: str, cues: Cues, seen: set[str]) -> bool:
    return word not in seen and (word[0].isdigit() or (len(word) > 2 and word not in cues.vocabulary))


def sentences_of(line: str) -> list[str]:
    """Split after a full stop; one before a small letter only where a whole word stands before it ("dana w. (acct"). A
    semicolon splits when at least eight words follow it.
    """
    parts = re.split(
        r"(?<=[.!?])(?<![ (]\d\.)(?<![ (]\d\d\.)\s+(?=[^\W\d_a-zäöüß]|[\d¿¡(])|(?<=[?!])\s+|(?<=[^\W\d_]{4}\.)\s+", line
    )
    return [half.strip() for part in parts for half in _halves(part) if half.strip()]


def _halves(sentence: str) -> list[str]:
    halves: list[str] = []
    for half in re.split(r"\s?;\s", sentence):
        if halves and len(half.split()) < 8:
            halves[-1] += f"; {half}"
        else:
            halves.append(half)
    return halves


def _is_machine(line: str) -> bool:
    hits = sum(len(found) for found in _MACHINE.findall(line))
    marks = sum(line.count(mark) for mark in '{}[]"=<>\\|_')
    return (
        (marks >= 6 and marks > len(line) / 14)
        or hits > len(line) / 4
        or bool(re.match(r"\s*(?:at \w+[.(]|File \"|\"\w+\"\s*:|[{}\]]\s*,?$)", line))
    )


def _is_code(line: str, cues: Cues) -> bool:
    """A row of abbreviations and numbers (`PT BYRNE / DOS 1003 / CPT 71046 x2`) that only its system reads."""
    words = re.findall(r"[^\W_]+", line)
    short = sum(word.isupper() or word.isdigit() for word in words)
    prose = sum(word.lower() in cues.function for word in words)
    return len(words) >= 8 and short > 0.6 * len(words) and prose < 0.12 * len(words)


def _is_dialogue(lines: list[str], cues: Cues) -> bool:
    """Two speakers take turns: then `Guest: 412` is speech, too, and no label."""
    spoken = [line.partition(":")[0].lower().split()[-1:] for line in lines if cues.speaker.match(line)]
    return len(spoken) >= 4 and len({tuple(one) for one in spoken}) == 2


def _labelled_prose(line: str) -> bool:
    """`Customer: Ms Weber, account A-2, by phone` is a label, `Customer: I was charged twice!` is speech."""
    said = line.partition(":")[2].lower().split()
    me = {
        "i",
        "i'm",
        "i've",
        "my",
        "me",
        "you",
        "your",
        "we",
        "hi",
        "hello",
        "ok",
        "thanks",
        "yes",
        "no",
        "please",
        "sorry",
        "ich",
        "mein",
        "meine",
        "mir",
        "mich",
        "sie",
        "wir",
        "hallo",
        "ja",
        "nein",
        "danke",
        "bitte",
    }
    return bool(said) and not me & {word.strip(".,!?") for word in said[:8]} and not line.rstrip().endswith(("!", "?"))

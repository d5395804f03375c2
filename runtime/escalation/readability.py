"""Can a person act on a handoff in ten seconds? A score from 0 to 100 of thirteen features, each with its reason.

Deterministic, offline, no model. `strict` is for our own renderings, whose parts are known from their labels; `text`
is for foreign tickets.
Form earns points only as far as there is content, and every deduction counts absolute faults: words that say nothing
never raise a score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from runtime.escalation.cues import SLOTS, Cues, cues
from runtime.escalation.form import Handoff
from runtime.escalation.reading import Read, Unit, read
from runtime.escalation.wording import WORDS

Mode = Literal["strict", "text"]
FEATURES = {
    "parts": 28,
    "ask first": 14,
    "no machine text": 10,
    "reason early": 8,
    "subject early": 6,
    "length": 6,
    "transcript below": 6,
    "facts": 6,
    "sentences": 5,
    "vague words": 4,
    "lines": 3,
    "variety": 2,
    "reading ease": 2,
}
PASS = {"strict": (75, 60), "text": (70, 55)}  # median, tenth percentile
_LABELS = {
    "why": "why",
    "who": "who",
    "problem": "problem",
    "checked": "checked",
    "tried": "checked",
    "done": "done",
    "not_done": "done",
    "unknown": "done",
    "recommended": "next",
    "unsure": "next",
    "decide_by": "when",
    "if_no_answer": "when",
}
_FACT = re.compile(
    r"(?<!\w)(?:[A-Z]{1,5}-?\d[\w-]*|[€$£]?\d[\d.,:/-]*\d?(?: ?(?:%|eur|usd|gbp|€))?)(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True)
class Why:
    """Points earned of a feature, and a sentence for the reader; a cap earns 0 of 0."""

    feature: str
    points: float
    of: int
    says: str


@dataclass(frozen=True)
class Score:
    """`language` is "unknown" when there is no cue list for it: then the score is no measurement."""

    score: int
    mode: Mode
    language: str
    measured: bool
    reasons: tuple[Why, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "score": self.score,
            "mode": self.mode,
            "language": self.language,
            "measured": self.measured,
            "reasons": [r.__dict__ for r in self.reasons],
        }


def score(what: str | Handoff, mode: Mode | None = None, *, language: str | None = None) -> Score:
    """Scores a handoff (rendered first) or a ticket's text as it was read back.

    Args:
        what: text or HTML, of which 20,000 characters are read; or a Handoff.
        mode: default strict for a Handoff, text for a text.
        language: ISO 639-1 of the text; default: read from its words.
    """
    if isinstance(what, Handoff):
        from runtime.escalation.rendering import render

        rendered = render(what, language or "en")
        return score(rendered.text, mode or "strict", language=rendered.language)
    code = language or _language(what)
    known = cues(code)
    used = known or cues("en")
    assert used is not None
    return _score(what, mode or "text", code, used, known is not None)


def _score(text: str, mode: Mode, code: str, used: Cues, measured: bool) -> Score:
    got = read(text, used)
    filled = _strict_parts(got, code) if mode == "strict" else _text_parts(got, used)
    content = min(1.0, len(filled) / 4)
    parts = [_parts(filled), _ask(got, used), _reason(got, used, filled), _subject(got), _facts(got)]
    form = [
        _machine(got),
        _length(got),
        _transcript(got),
        _sentence_length(got),
        _vague(got, used),
        _lines(got),
        _variety(got),
        _ease(got, code),
    ]
    form = [_earned(w, content) for w in form]
    caps = _caps(got, parts, filled, mode)
    total = min([sum(w.points for w in parts + form), *(limit for limit, _ in caps)])
    reasons = sorted(parts + form, key=lambda w: w.points - w.of)
    return Score(
        round(total),
        mode,
        code,
        measured,
        (*(Why("cap", 0, 0, f"at most {limit}: {why}") for limit, why in caps), *reasons),
    )


def _earned(why: Why, content: float) -> Why:
    """Form counts only as far as there is content."""
    if content == 1.0:
        return why
    return Why(
        why.feature,
        round(why.points * content, 1),
        why.of,
        f"{why.says} (counts {content:.0%}: too few parts are there)",
    )


def _parts(filled: set[str]) -> Why:
    missing = [slot for slot in SLOTS if slot not in filled]
    names = {
        "why": "why it stopped",
        "who": "who the customer is",
        "problem": "the problem",
        "checked": "what was checked",
        "done": "what was and was not done",
        "next": "what to do next",
        "when": "by when",
    }
    return Why(
        "parts",
        4 * len(filled),
        28,
        "all seven parts are there" if not missing else "does not say " + ", ".join(names[slot] for slot in missing),
    )


def _text_parts(got: Read, used: Cues) -> set[str]:
    """A sentence fills a part when it brings at least two new words of its own, at most 60 % cue words; and at most
    three parts.
    """
    filled: set[str] = set()
    for unit in got.told:
        if unit.fresh < 2 or not _has_substance(unit, used):
            continue
        found = [slot for slot in SLOTS if slot not in filled and used.slots[slot].search(unit.lower)]
        filled |= set(found[:3])
    return filled


def _strict_parts(got: Read, code: str) -> set[str]:
    """Parts by the labels of our own rendering."""
    labels = {text.lower(): _LABELS[key] for key, text in WORDS.get(code, WORDS["en"]).items() if key in _LABELS}
    filled = set()
    for line in got.lines:
        label, colon, said = line.partition(":")
        if colon and label.strip().lower() in labels and len(said.split()) >= 1:
            filled.add(labels[label.strip().lower()])
    return filled


def _has_substance(unit: Unit, used: Cues) -> bool:
    cue_words = sum(len(found.split()) for found in used.any.findall(unit.lower))
    return cue_words <= 0.6 * len(unit.words)


def _ask(got: Read, used: Cues) -> Why:
    for unit in got.told[:3]:
        if unit.position < 45 and _is_ask(unit, used):
            return Why("ask first", 14, 14, "the decision asked for stands first")
    later = next((unit for unit in got.told if _is_ask(unit, used)), None)
    if later is not None:
        return Why("ask first", 4, 14, f"what is asked stands only after {later.position} words")
    return Why("ask first", 0, 14, "nothing is asked of the reader")


def _is_ask(unit: Unit, used: Cues) -> bool:
    head = list(unit.words[:7])
    question = unit.text.rstrip().endswith("?") and len(unit.words) >= 4
    imperative = any(word in used.ask_first for word in head[:2]) or (
        any(word in used.ask_first for word in head)
        and bool({"please", "bitte", "to", "needed", "needs", "you"} & set(head))
    )
    return unit.fresh >= 2 and _has_substance(unit, used) and (question or imperative)


def _reason(got: Read, used: Cues, filled: set[str]) -> Why:
    place = next((unit.position for unit in got.told if unit.fresh >= 2 and used.slots["why"].search(unit.lower)), None)
    if place is None or "why" not in filled:
        return Why("reason early", 0, 8, "it does not say why a person is needed")
    return Why(
        "reason early",
        8 if place < 60 else 3,
        8,
        "the reason stands early" if place < 60 else f"the reason comes only after {place} words",
    )


def _subject(got: Read) -> Why:
    early = [unit for unit in got.told if unit.position < 25]
    hit = any(_FACT.search(unit.text) for unit in early)
    return Why(
        "subject early",
        6 if hit else 0,
        6,
        "an amount or number stands at the start" if hit else "no amount, account or number in the first lines",
    )


def _facts(got: Read) -> Why:
    told = [unit for unit in got.told if unit.fresh >= 1]
    found = {fact.lower() for unit in told for fact in _FACT.findall(unit.text)}
    per_100 = 100 * len(found) / max(60, sum(len(unit.words) for unit in got.units))
    return Why("facts", round(6 * min(1.0, per_100 / 5), 1), 6, f"{len(found)} figures, dates or numbers")


def _machine(got: Read) -> Why:
    told = sum(len(unit.text) for unit in got.units if not unit.machine) or 1
    share = got.machine_chars / (got.machine_chars + told)
    return Why(
        "no machine text",
        round(10 * max(0.0, 1 - max(share * 2, got.machine_chars / 1500)), 1),
        10,
        f"{share:.0%} of it is machine text" if got.machine_chars else "no machine text",
    )


def _length(got: Read) -> Why:
    n = sum(len(unit.words) for unit in got.units)
    return Why("length", round(6 * max(0.0, min(1.0, (600 - n) / 380)), 1), 6, f"{n} words")


def _transcript(got: Read) -> Why:
    speech = [i for i, unit in enumerate(got.units) if unit.speech]
    above = sum(any(not later.speech for later in got.units[i + 1 :]) for i in speech)
    only = len(speech) > 2 and len(got.told) < 3
    points = 0.0 if only else max(0.0, 6 - 1.5 * above)
    return Why(
        "transcript below",
        points,
        6,
        (
            "no transcript above the summary"
            if points == 6
            else f"{above or len(speech)} lines of dialogue stand where a summary should"
        ),
    )


def _sentence_length(got: Read) -> Why:
    excess = sum(max(0, len(unit.words) - 24) for unit in got.units)
    return Why(
        "sentences",
        round(max(0.0, 5 - excess / 8), 1),
        5,
        "short sentences" if not excess else f"{excess} words too many in long sentences",
    )


def _vague(got: Read, used: Cues) -> Why:
    found = [word for unit in got.units if not unit.speech for word in used.vague.findall(unit.lower)]
    return Why(
        "vague words",
        max(0.0, 4 - 1.3 * len(found)),
        4,
        f"vague: {', '.join(sorted(set(found))[:4])}" if found else "no vague words",
    )


def _lines(got: Read) -> Why:
    walls = sum(len(line) > 320 for line in got.lines)
    return Why(
        "lines", max(0.0, 3 - 1.5 * walls), 3, f"{walls} blocks of over 320 characters" if walls else "short lines"
    )


def _variety(got: Read) -> Why:
    repeated = _repeats(got)
    return Why("variety", max(0.0, 2 - repeated / 5), 2, f"{repeated} repeated words" if repeated else "no repetition")


def _repeats(got: Read) -> int:
    counts: dict[str, int] = {}
    for unit in got.units:
        for word in unit.words:
            if len(word) > 4 and not word[0].isdigit():
                counts[word] = counts.get(word, 0) + 1
    return sum(max(0, n - 5) for n in counts.values())


def _ease(got: Read, code: str) -> Why:
    """Words of five or more syllables (Liang's hyphenation patterns); a count, so that filler cannot improve it."""
    hard = sum(
        _syllables(word, code) >= (7 if code == "de" else 5)
        for unit in got.told
        for word in set(unit.words)
        if word.isalpha()
    )
    return Why("reading ease", max(0.0, 2 - 0.4 * hard), 2, f"{hard} very long words" if hard else "plain words")


def _syllables(word: str, code: str) -> int:
    if len(word) < 11:
        return 1
    return len(_dictionary(code).inserted(word).split("-"))


@cache
def _dictionary(code: str) -> Any:
    import pyphen  # type: ignore[import-untyped, unused-ignore]

    return pyphen.Pyphen(lang="de_DE" if code == "de" else "en_US")


def _caps(got: Read, parts: list[Why], filled: set[str], mode: Mode) -> list[tuple[int, str]]:
    told = sum(len(unit.text) for unit in got.told)
    n = sum(len(unit.words) for unit in got.units)
    asked = next(w for w in parts if w.feature == "ask first").points > 0
    found = [
        (39, "raw JSON", got.raw_json and got.machine_chars > 0),
        (49, "more machine text than sentences", got.machine_chars > told),
        (49, "the same words over and over", _repeats(got) > 25),
        (69, f"{n} words", n > 400),
        (74, "nothing is asked of the reader", not asked),
        (64, "it does not say why a person is needed", mode == "strict" and "why" not in filled),
        (69, "no recommendation, and no word on what is unsure", mode == "strict" and "next" not in filled),
    ]
    return [(limit, why) for limit, why, true in found if true]


def _language(text: str) -> str:
    from runtime.escalation.reading import plain_text
    from runtime.understanding.language import language_of

    return language_of(plain_text(text[:20_000]))

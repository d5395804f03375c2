"""What a handoff says: its seven parts, the decision asked for, the reason, the subject and figures – and where they stand."""

from __future__ import annotations

import re

from runtime.escalation.cues import SLOTS, Cues
from runtime.escalation.points import Why
from runtime.escalation.reading import Read, Unit
from runtime.escalation.wording import WORDS

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


def content(got: Read, used: Cues, filled: set[str]) -> list[Why]:
    """The five features of content; `filled`: the parts that are there."""
    return [_parts(filled), _ask(got, used), _reason(got, used, filled), _subject(got), _facts(got)]


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


def text_parts(got: Read, used: Cues) -> set[str]:
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


def strict_parts(got: Read, code: str) -> set[str]:
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

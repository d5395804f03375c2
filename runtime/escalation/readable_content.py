"""What a handoff says: its seven parts, the decision asked for, the reason, the subject and figures – and where they stand."""

from __future__ import annotations

from runtime.escalation.anchors import figures
from runtime.escalation.cues import SLOTS, Cues
from runtime.escalation.points import Why
from runtime.escalation.reading import Read, Unit
from runtime.escalation.wording import words

PLEASE = frozenset({"please", "bitte", "veuillez", "favor"})
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
    """The parts that a foreign ticket's sentences fill, at most three a sentence.

    A sentence counts when it is one: two new words of its own, at most 60 % cue words, and a function word or an
    anchor (name, figure). Who and when need the anchor itself: "the customer" is nobody, "by" is no time.
    """
    filled: set[str] = set()
    for unit in got.told:
        filled |= _labelled(unit, used)
        if not is_sentence(unit, got, used):
            continue
        found = [slot for slot in SLOTS if slot not in filled and fills(slot, unit, got, used)]
        filled |= set(found[:3])
    return filled


def _labelled(unit: Unit, used: Cues) -> set[str]:
    """`Why: over the limit of 25 EUR` fills the part that its label names, when the value holds a figure or a name."""
    label, colon, value = unit.lower.partition(":")
    if not colon or len(label.split()) > 3 or len(value.split()) < 2 or not figures(value) or not unit.fresh:
        return set()
    return {slot for slot in SLOTS if used.slots[slot].fullmatch(label.strip())}


def fills(slot: str, unit: Unit, got: Read, used: Cues) -> bool:
    """Whether a sentence says this part."""
    cue = bool(used.slots[slot].search(unit.lower))
    if slot == "who":
        return unit.named or (cue and unit.anchors > 0)
    if slot == "next":
        return cue or is_ask(unit, got, used)
    if slot == "problem":
        return (cue and unit.fresh >= 3) or (unit.anchors >= 2 and unit.fresh >= 4 and not is_ask(unit, got, used))
    if slot == "checked":
        return cue and (unit.anchors > 0 or unit.fresh >= 3)
    return cue


def is_sentence(unit: Unit, got: Read, used: Cues) -> bool:
    """Says something of this case: a heap of the right words, or of any words, does not, nor does a courtesy."""
    return unit.fresh >= 2 and _is_shaped(unit, used) and _is_about(unit, got, used) and _has_substance(unit, used)


def _is_shaped(unit: Unit, used: Cues) -> bool:
    """Written as a sentence or a line of a form: a figure or name in it, or a function word and a beginning or an end."""
    if unit.anchors:
        return True
    framed = not unit.text[:1].islower() or unit.text.rstrip("”\"')").endswith((".", "?", "!", ":"))
    return framed and any(word in used.function for word in unit.words)


def _is_about(unit: Unit, got: Read, used: Cues) -> bool:
    """Holds a figure or a name, points back, or takes up a word of a sentence that holds one."""
    return unit.anchors > 0 or bool(used.refers & set(unit.words)) or bool(unit.content & got.case_words)


def strict_parts(got: Read, code: str) -> set[str]:
    """Parts by the labels of our own rendering."""
    labels = {text.lower(): _LABELS[key] for key, text in words(code)[0].items() if key in _LABELS}
    filled = set()
    for line in got.lines:
        label, colon, said = line.partition(":")
        if colon and label.strip().lower() in labels and len(said.split()) >= 1:
            filled.add(labels[label.strip().lower()])
    return filled


def _has_substance(unit: Unit, used: Cues) -> bool:
    cue_words = sum(len(found.split()) for found in used.any.findall(unit.lower))
    return cue_words <= (0.7 if unit.anchors else 0.6) * len(unit.words)


def _ask(got: Read, used: Cues) -> Why:
    for unit in got.told[:3]:
        if unit.position < 45 and is_ask(unit, got, used):
            return Why("ask first", 14, 14, "the decision asked for stands first")
    later = next((unit for unit in got.told if is_ask(unit, got, used)), None)
    if later is not None:
        return Why("ask first", 4, 14, f"what is asked stands only after {later.position} words")
    return Why("ask first", 0, 14, "nothing is asked of the reader")


def is_ask(unit: Unit, got: Read, used: Cues) -> bool:
    question = unit.text.rstrip().endswith("?") and len(unit.words) >= 4
    says = is_sentence(unit, got, used) or (unit.anchors > 0 and (question or _has_substance(unit, used)))
    return says and (question or _requests(unit.words[:8], used) or _pleads(unit.words, used))


def _pleads(words: tuple[str, ...], used: Cues) -> bool:
    """ "please approve" also at the end of a sentence."""
    return any(word in PLEASE and bool(used.ask_first & set(words[i + 1 : i + 4])) for i, word in enumerate(words))


def _requests(head: tuple[str, ...], used: Cues) -> bool:
    """An act first ("Refund 19.99 …"), after a word that asks ("please call"), or before one ("approval is requested")."""
    acts = [i for i, word in enumerate(head) if word in used.ask_first]
    asks = [i for i, word in enumerate(head) if word in used.asks]
    first = any(i == 0 or (i == 1 and head[0] not in used.function) for i in acts)  # not "The order of January was …"
    return first or any(-2 <= act - ask <= 3 for act in acts for ask in asks)


def _reason(got: Read, used: Cues, filled: set[str]) -> Why:
    place = next(
        (u.position for u in got.told if is_sentence(u, got, used) and used.slots["why"].search(u.lower)), None
    )
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
    hit = any(unit.anchors for unit in early)
    return Why(
        "subject early",
        6 if hit else 0,
        6,
        "an amount, number or name stands at the start" if hit else "no amount, number or name in the first lines",
    )


def _facts(got: Read) -> Why:
    told = [unit for unit in got.told if unit.fresh >= 1]
    found = {fact for unit in told for fact in figures(unit.text)}
    per_100 = 100 * len(found) / max(60, sum(len(unit.words) for unit in got.units))
    return Why("facts", round(6 * min(1.0, per_100 / 5), 1), 6, f"{len(found)} figures, dates or numbers")

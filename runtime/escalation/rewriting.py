"""A foreign handoff put into the order in which people can act on it: its own sentences, nothing added, gaps shown as gaps.

An example for whoever writes the handoffs, not a text to send: which sentence belongs where is read from words.
"""

from __future__ import annotations

from runtime.escalation.cues import Cues, cues
from runtime.escalation.form import cut
from runtime.escalation.readable_content import fills, is_ask
from runtime.escalation.reading import Read, Unit, read, sentences_of
from runtime.escalation.rendering import MOST_WORDS
from runtime.escalation.wording import words
from runtime.understanding.language import language_of

ORDER = ("why", "problem", "who", "checked", "done", "next", "when")
LABEL = {"why": "why", "problem": "problem", "who": "who", "checked": "checked", "done": "done", "next": "recommended"}
LABEL["when"] = "decide_by"
MISSING = {
    "ask": "what you ask of the reader, as a question with its options: “Approve or refuse …?”",
    "why": "why a person is needed: the rule, with its figures",
    "problem": "the problem in one sentence",
    "who": "who the customer is, and how to reach them",
    "checked": "what was checked, and where",
    "done": "what was done, and what was not",
    "next": "what you would do, and why",
    "when": "by when, and what happens without an answer",
}


def rewritten(text: str, language: str | None = None) -> str:
    """The text's own sentences under our labels, the question first; `‹missing: …›` where nothing was found.

    Args:
        text: plain or HTML; 20,000 characters are read.
        language: ISO 639-1; default: read from the words. Empty result: there is no word list for it.
    """
    code = language or language_of(text[:20_000])
    used = cues(code)
    if used is None:
        return ""
    got = read(text, used)
    ask = next((unit for unit in got.told if is_ask(unit, got, used)), None)
    parts = _sorted(got, used, ask)
    say = words(code)[0]
    lines = [ask.text if ask else _gap("ask")]
    for slot in ORDER:
        own = parts.get(slot, [])
        told = " ".join(unit.text for unit in own) or _plain(got, used, slot)
        if told or not (slot in ("next", "when") and ask and fills(slot, ask, got, used)):
            lines.append(f"{say[LABEL[slot]]}: {_within(told) if told else _gap(slot)}")
    return "\n".join([*lines, *_left_out(got)])


def _sorted(got: Read, used: Cues, ask: Unit | None) -> dict[str, list[Unit]]:
    """Each sentence under the first part that it fills and that is still empty, else under the first that it fills."""
    found: dict[str, list[Unit]] = {}
    for unit in got.told:
        if unit is ask:
            continue
        own = [slot for slot in ORDER if fills(slot, unit, got, used) or used.slots[slot].search(unit.lower)]
        place = next((slot for slot in own if slot not in found), own[0] if own else "problem")
        found.setdefault(place, []).append(unit)
    return found


def _plain(got: Read, used: Cues, slot: str) -> str:
    """A sentence of common words only ("Nothing was paid so far."): worth no points, but worth showing."""
    known = {unit.text for unit in got.units}
    rest = (one for line in got.lines for one in sentences_of(line) if one not in known)
    return next((one for one in rest if used.slots[slot].search(one.lower()) and len(one.split()) >= 3), "")


def _within(text: str) -> str:
    kept = text.split()[: MOST_WORDS // len(ORDER) + 20]
    return cut(" ".join(kept), 400)


def _gap(slot: str) -> str:
    return f"‹missing: {MISSING[slot]}›"


def _left_out(got: Read) -> list[str]:
    speech = sum(unit.speech for unit in got.units)
    noted = [f"{speech} lines of dialogue"] if speech else []
    noted += [f"{got.machine_chars} characters of machine text"] if got.machine_chars else []
    return [f"‹behind a link: {', '.join(noted)}›"] if noted else []

"""The gate leaves no pattern out that its text holds: its answer is that of trying every one."""

from __future__ import annotations

import random
import re

from kb_audit.scope import _GATE, _NAMES, _WHOLE
from kb_audit.word_gate import WordGate

SEEN = (
    "E-mail us from the EU or the U.S., in-store, by phone or in the app.", "X-rays on the 2nd visit in May.", "non-members pay at night",
    "The 1st bag of premium customers travels free on Sundays.", "Refurbished T-shirts, e-books and e-SIM cards for Business customers",
)  # fmt: skip


def test_the_gate_finds_what_every_pattern_by_itself_would() -> None:
    chance = random.Random(7)
    words = sorted({word for _, source in _NAMES for word in re.findall(r"[A-Za-z-]{2,}", source)})
    mixed = [" ".join(chance.sample(words, 8)) for _ in range(300)]
    patterns = [(key, re.compile(_WHOLE.format(source), re.I)) for key, source in _NAMES]
    for text in (*SEEN, *mixed):
        assert set(_GATE.found(text)) == {key for key, pattern in patterns if pattern.search(text)}, text


def test_a_pattern_whose_beginning_cannot_be_told_is_always_tried() -> None:
    gate = WordGate([("chat", r"(?:live )?chat"), ("us", r"(?<!not )U\.?S\.?")], r"(?<!\w)(?:{})(?!\w)")
    assert set(gate.found("Live chat in the US")) == {"chat", "us"}
    assert set(gate.found("not US")) == set()

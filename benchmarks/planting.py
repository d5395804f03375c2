"""Copies of a documentation's own sentences, in other words and with another figure: what is planted, and what training sees."""

from __future__ import annotations

import random
import re
from types import ModuleType

Chance = random.Random | ModuleType
"""A seeded generator, or the module `random`."""

_FIGURE = re.compile(
    r"(?<![\w.,-])(?:(?P<digits>\d{1,4})(?![\w.,:/-]|\.\d)|(?P<word>two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty)\b)",
    re.I,
)
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30,
}  # fmt: skip
_BY_NUMBER = {number: word for word, number in _WORDS.items()}
REWORDINGS: tuple[tuple[str, str], ...] = (
    (r"\bmust\b", "has to"), (r"\bcan\b", "may"), (r"\bwithin\b", "in no more than"), (r"\bneed to\b", "have to"), (r"\bprior to\b", "before"),
    (r"\bshould\b", "are expected to"), (r"\breceive\b", "get"), (r"\bbegin\b", "start"), (r"\bsubmit\b", "send in"), (r"\brequest\b", "ask for"),
)  # fmt: skip
FRAMES = ("As a rule, {}", "Please note: {}", "{} This holds for everyone.", "Remember that {}", "In short, {}")


def changed(text: str, chance: Chance) -> str | None:
    """The sentence with its one figure changed; `None` where it has none, or several."""
    figures = list(_FIGURE.finditer(text))
    if len(figures) != 1 or not 6 <= len(text.split()) <= 40:
        return None
    found = figures[0]
    number = int(found["digits"]) if found["digits"] else _WORDS[found["word"].lower()]
    near = (number * 2, number * 3, number // 2, number + 1, number + 5, number * 10, number // 3, number + 14)
    put = chance.choice([other for other in near if other not in (number, 0)])
    return f"{text[: found.start()]}{put if found['digits'] else _BY_NUMBER.get(put, put)}{text[found.end() :]}"


def reworded(text: str, chance: Chance) -> str:
    """The sentence in slightly other words: some of its words, its frame, the order of its clauses."""
    for pattern, put in REWORDINGS:
        if chance.random() < 0.8:
            text = re.sub(pattern, put, text, count=1)
    first, comma, rest = text.partition(", ")
    if comma and chance.random() < 0.25 and 2 < len(first.split()) < 12 and len(rest.split()) > 3:
        rest = rest.rstrip(".").strip()
        text = f"{rest[:1].upper()}{rest[1:]}, {first[:1].lower()}{first[1:]}."
    if chance.random() < 0.35:
        frame = chance.choice(FRAMES)
        lowered = text[:1].lower() + text[1:] if text[1:2].islower() and not frame.startswith("{") else text
        text = frame.format(lowered)
    return text

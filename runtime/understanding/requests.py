"""Does the customer ask for a person? The first time counts; nobody has to ask twice."""

from __future__ import annotations

import re

from runtime.understanding.language import language_of
from runtime.understanding.lexicon import languages, lexicon, sentences


def asks_for_human(text: str, *, language: str | None = None) -> bool:
    """True when any sentence asks for a person, in its language or, when that has no list, in any list."""
    code = language or language_of(text)
    codes = [code] if lexicon(code) else languages()
    return any(_asks(part, known) for part in sentences(text) for known in codes)


def threatens_law(text: str, *, language: str | None = None) -> bool:
    """True when a lawyer, a court or a regulator is announced."""
    from runtime.understanding.category import categories

    return "legal_threat" in categories(text, language=language).names


def _asks(sentence: str, language: str) -> bool:
    words = lexicon(language)
    if words is None or words.human is None or not words.human.search(sentence):
        return False
    return not (
        words.human_veto
        and words.human_veto.search(sentence)
        and not _without_veto(sentence, words.human, words.human_veto)
    )


def _without_veto(sentence: str, human: re.Pattern[str], veto: re.Pattern[str]) -> bool:
    """The sentence still asks once the vetoed words are taken out: "I spoke to your agent, now give me a real person"."""
    first, *rest = re.split(r"[,;]| but | now | and ", veto.sub(" ", sentence))
    if any(human.search(part) for part in rest):
        return True
    return bool(human.search(first)) and ("real" in first or "echt" in first)

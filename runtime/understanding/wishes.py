"""Whether a sentence wishes for something: thanks, what is settled or not wanted, and questions about how things are do not.

Meaning is measured by nearness, and "I do not want to move my appointment" is as near to a goal as its opposite. So words of
these kinds are looked for first, in every language that has a list: who asks once more costs a question, who acts costs trust.
"""

from __future__ import annotations

from runtime.understanding.lexicon import languages, lexicon, sentences


def is_no_wish(text: str) -> bool:
    """True when one of its sentences says that nothing is wanted."""
    lists = [words.no_wish for code in languages() if (words := lexicon(code)) and words.no_wish]
    return any(pattern.search(part) for part in sentences(text) for pattern in lists)


def question_in(text: str) -> str:
    """The words with which one of its sentences asks for information (`where`, `do you`); empty when none does."""
    lists = [words.asks for code in languages() if (words := lexicon(code)) and words.asks]
    found = (pattern.match(part.lstrip("¿¡ ")) for part in sentences(text) for pattern in lists)
    return next((match.group() for match in found if match), "")

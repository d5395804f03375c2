"""An optional language model that puts a finished reply into the customer's language and tone; it adds nothing.

What it writes is sent only if it holds the very figures of the approved reply, none more and none less, no address, no markup and
no promise of its own; else the approved reply is sent as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.cases.figures import figures_in, not_given, number_words
from runtime.understanding.language import UNKNOWN
from runtime.understanding.model_client import SECONDS, ModelFailed, asked, limits

LONGEST = 2.5
_ADDRESS = re.compile(
    r"https?:|www\.|[\w.+-]+@[\w-]+\.|\b[\w-]+\.(?:com|net|org|io|de|eu|ru|cn|example)\b", re.IGNORECASE
)
_MARKUP = re.compile(r"[<>\[\]{}|`]|\*\*|\u202e|\u200b|\u200d")
_PROMISE = re.compile(
    r"\b(?:guarantee\w*|promise\w*|we will also|free of charge|additional(?:ly)?|bonus|voucher|compensat\w*|garantier\w*|versprech\w*|zusätzlich\w*|gutschein\w*|kostenlos\w*)\b",
    re.IGNORECASE,
)
INSTRUCTIONS = (
    "You put a reply of a service desk into the language and tone of its customer. Keep every figure, number and name exactly as it "
    "stands. Add nothing, leave nothing out, promise nothing. Answer with the reply only."
)


@dataclass(frozen=True)
class Worded:
    """What is sent, and why it is not the model's text (empty: it is)."""

    text: str
    kept: str = ""


Reword = Callable[[str, str], Worded]
"""An approved reply and the customer's language (ISO 639-1) → what is sent."""


def reworder(model: Any) -> Reword:
    """Asks a pydantic-ai model; whatever it does, a reply comes back."""
    from pydantic_ai import Agent

    def reword(reply: str, language: str) -> Worded:
        agent = Agent(model, output_type=str, instructions=INSTRUCTIONS, retries=0)
        into = language if language and language != UNKNOWN else "the language of the reply"
        try:
            said = asked(
                lambda: agent.run(f"Language: {into}\n<reply>\n{reply}\n</reply>", usage_limits=limits()), SECONDS
            )
        except ModelFailed as failed:
            return Worded(reply, f"the model failed: {failed.why}")
        return checked(reply, str(said.output).strip())

    return reword


def checked(reply: str, said: str) -> Worded:
    """The model's text if nothing speaks against it, else the approved reply with the reason."""
    wrong = _wrong(reply, said)
    return Worded(reply, wrong) if wrong else Worded(said)


def _wrong(reply: str, said: str) -> str:
    if not said or len(said) > LONGEST * len(reply) + 80:
        return "its text is empty or much longer"
    if extra := not_given(said, figures_in(reply)):
        return f"it names {extra[0]!r}, which the reply does not"
    if left_out := not_given(reply, figures_in(said)):
        return f"it leaves out {left_out[0]!r}"
    return unfit(said, reply)


def unfit(said: str, reply: str = "") -> str:
    """What speaks against a model's words beside their figures; what an approved reply has as well is fit."""
    if number_words(said) - number_words(reply):
        return "it writes out a number that nothing names"
    if _ADDRESS.search(said) and not _ADDRESS.search(reply):
        return "it names an address"
    if _MARKUP.search(said) and not _MARKUP.search(reply):
        return "it holds markup or invisible characters"
    promise = _PROMISE.search(said)
    if promise and not _PROMISE.search(reply):
        return f"it promises something ({promise.group().lower()})"
    return ""

"""One message, understood: category (high stakes first), intent with confidence, mood, and what asks for a person at once.

Nothing here can raise autonomy; it can only send a case to a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from runtime.escalation.form import StopClass
from runtime.estate import Estate
from runtime.guardrails.grounds import OF_THE_CUSTOMER
from runtime.guardrails.policy import HIGH_STAKES
from runtime.guardrails.restricted import MASK
from runtime.understanding.category import category_of, own_words
from runtime.understanding.intent import Intents
from runtime.understanding.language import language_of
from runtime.understanding.model import Propose, Proposed
from runtime.understanding.mood import Turn, mood
from runtime.understanding.mood_words import own_category
from runtime.understanding.plain import plain_words
from runtime.understanding.requests import asks_for_human, threatens_law

MAX_MESSAGE = 20_000


@dataclass(frozen=True)
class Stop:
    """Why a person gets the case before anything is done: class of the handoff's reason, rule, one sentence."""

    kind: StopClass
    rule: str
    says: str


@dataclass(frozen=True)
class Understood:
    """`proposed`: a model named the intent and `slots`; such a case never acts without a person. `on`: the day that "tomorrow" counts from;
    `model`: what came of asking one, empty where none was asked.
    """

    intent: str | None
    confidence: float
    category: str | None
    language: str
    frustration: float
    because: tuple[str, ...]
    stop: Stop | None
    proposed: bool = False
    slots: Mapping[str, str] = field(default_factory=dict)
    runner_up: str | None = None
    on: str = ""
    model: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain values, for a checkpoint."""
        return asdict(self)

    @property
    def today(self) -> date | None:
        return date.fromisoformat(self.on) if self.on else None

    @staticmethod
    def of(plain: Mapping[str, Any]) -> Understood:
        stop = plain["stop"]
        return Understood(**{**plain, "because": tuple(plain["because"]), "stop": Stop(**stop) if stop else None})


def understand(
    message: str,
    estate: Estate,
    intents: Intents,
    *,
    contacts: int = 1,
    propose: Propose | None = None,
    before: Sequence[Turn] = (),
    channel: str = "",
    session: Mapping[str, Any] | None = None,
) -> Understood:
    """Reads the first 20,000 characters of a message.

    Args:
        session: what the channel vouches for; another customer's number in the message is a person's matter.
        contacts: of this customer in 14 days, this one included.
        before: what was said until now, oldest first.
        propose: asked when no goal is near enough and nothing calls for a person.
    """
    text = plain_words(message[:MAX_MESSAGE])
    own = own_category(text, estate.folder / "words")
    language = language_of(text)
    category = (category_of(text) or own) if text.strip() else None  # who says nothing is asked, in whatever language
    feeling = mood(
        [*before, Turn("customer", text, at=datetime.now(UTC))],
        contacts_14_days=contacts,
        channel=channel,
        words=estate.folder / "words",
    )
    intent = intents.of(own_words(text))
    understood = Understood(
        intent.name,
        intent.confidence,
        category,
        language,
        feeling.z,
        tuple(feeling.because),
        None,
        runner_up=intent.runner_up,
        on=datetime.now(UTC).date().isoformat(),
    )
    stop = _stop(text, understood, estate, own) or _about_two(text, session or {})
    if stop is None and intent.name is None and propose is not None:
        return _as_proposed(text, understood, propose(text, estate.goals), estate)
    return replace(understood, stop=stop)


def _as_proposed(text: str, found: Understood, proposed: Proposed, estate: Estate) -> Understood:
    """What a model read beside what was read without one: more stakes and less patience count, the other way round nothing does."""
    seen = replace(
        found,
        intent=proposed.goal,
        proposed=proposed.goal is not None,
        slots=dict(proposed.slots),
        category=found.category or proposed.category,
        frustration=max(found.frustration, proposed.frustration),
        because=found.because if found.frustration >= proposed.frustration else (*found.because, "a model's reading"),
        model=proposed.failed or ("proposed" if proposed.goal else "no goal"),
    )
    return replace(seen, stop=_stop(text, replace(seen, intent=None), estate, None))


def _about_two(text: str, session: Mapping[str, Any]) -> Stop | None:
    """The message names a customer number of another customer than the one who is signed in."""
    for name in OF_THE_CUSTOMER:
        own = str(session.get(name) or "")
        if sum(c.isdigit() for c in own) < 3:
            continue
        shape = "".join(r"\d" if c.isdigit() else re.escape(c) for c in own)
        if set(re.findall(rf"(?<![\w-]){shape}(?![\w-])", text, re.IGNORECASE)) - {own, own.lower()}:
            return Stop("not_allowed", "other_customer", "the message names another customer's number")
    return None


def _stop(text: str, found: Understood, estate: Estate, own: str | None) -> Stop | None:
    when = estate.guardrails.escalate_when
    stakes = {*estate.guardrails.high_stakes, *HIGH_STAKES, *([own] if own else [])}
    if found.category in stakes:
        words = str(found.category).replace("_", " ")
        return Stop("high_stakes", f"high_stakes.{found.category}", f"{words}: such cases go to a person at once")
    if MASK in text:
        return Stop("restricted_data", "restricted_data", "the message carried restricted data, which was masked")
    if when.asks_for_human and asks_for_human(text):
        return Stop("asked_for_human", "escalate_when.asks_for_human", "the customer asks for a person")
    if when.legal_threat and threatens_law(text):
        return Stop("not_allowed", "escalate_when.legal_threat", "the customer threatens legal action")
    if when.frustration_at_least is not None and found.frustration >= when.frustration_at_least:
        return Stop(
            "frustration",
            "escalate_when.frustration_at_least",
            f"the customer is frustrated ({', '.join(found.because)})",
        )
    if found.intent and when.confidence_below is not None and found.confidence < when.confidence_below:
        return Stop("low_confidence", "escalate_when.confidence_below", "it is not certain what the customer wants")
    return None

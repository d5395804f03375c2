"""What each kind of stop asks of a person: the question, the options, the advice, and what is not known.

Every sentence is fixed here, with holes for figures and names from the case; each has its translation in
`languages/*.po` (a test looks). None is written by a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from runtime.escalation.form import Ask, Option, Recommendation, StopClass

NOTHING = "nothing is done; the customer is told that a person looks into it"
WAITS = "the customer waits; the agent does nothing more"
QUESTIONS: Mapping[StopClass, str] = {
    "asked_for_human": "Please answer {who}: the customer asks for a person.",
    "frustration": "Please contact {who} first: the customer has lost patience.",
    "high_stakes": "Please take over {who} at once: {category}.",
    "restricted_data": "Please answer {who}: the message held data that the agent may not read.",
    "low_confidence": "Please find out what {who} wants and answer.",
    "tool_fault": "Please finish the case of {who} by hand: {where} did not work.",
    "unknown_effect": "Check whether it was done, then finish the case of {who}: {where}.",
    "conflict": "Please decide the case of {who}: {says}.",
    "not_allowed": "Please take over {who}: {says}.",
    "other": "Please take over {who}: {says}.",
}
ADVICE: Mapping[StopClass, str] = {
    "asked_for_human": "answer on the same channel; what the agent read stands below, nothing has to be asked again",
    "frustration": "speak to the person first and skip the steps that were tried",
    "high_stakes": "follow your team's own procedure; the agent has advised nothing",
    "restricted_data": "answer without repeating the masked data, and ask not to send it again",
    "low_confidence": "offer the readings below as a choice instead of asking openly",
    "tool_fault": "look into the system by hand; repeat nothing that stands under Done",
    "unknown_effect": "look into the system before anything is repeated",
    "conflict": "decide by the newer source and tell its owner about the other one",
    "not_allowed": "decide yourself; the agent has no right to",
    "other": "take it over as it stands",
}
IF_THEN: Mapping[StopClass, str] = {
    "unknown_effect": "if it is there, only tell the customer; if it is not, do it by hand",
    "tool_fault": "if the system stays away, tell the customer when to expect an answer",
    "low_confidence": "if no reading fits, ask what should be different afterwards",
}


@dataclass(frozen=True)
class Situation:
    """A stop as it happened.

    Args:
        what: the write in business words, empty when no write was at hand.
        digest: of the call that waits: a yes sets it free.
        where: the system or operation that failed.
        readings: what the message may have meant, the likelier first.
        can_recommend: every fact was read and holds; only a limit or the stage is in the way.
    """

    kind: StopClass
    says: str
    who: str = "a customer who is not known"
    what: str = ""
    digest: str = ""
    category: str = ""
    where: str = ""
    readings: tuple[str, ...] = ()
    can_recommend: bool = False


@dataclass(frozen=True)
class Content:
    """The parts of the form that depend on the kind of stop."""

    ask: Ask
    recommended: Recommendation | None
    unsure: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


def content_of(situation: Situation, deadline: datetime) -> Content:
    """A waiting call is approved or refused; a call that the agent may not do is decided; all else is taken over."""
    s = situation
    if s.what and s.kind != "unknown_effect":
        return _about_a_call(s, deadline)
    question = QUESTIONS[s.kind].format(who=s.who, says=s.says, category=s.category or "high stakes", where=_where(s))
    return Content(
        Ask(kind="take_over", question=question, decide_by=deadline, if_no_answer=WAITS),
        Recommendation(option="take_over", because=ADVICE[s.kind], if_then=IF_THEN.get(s.kind, "")),
        unsure=_unsure(s),
        alternatives=s.readings if s.kind == "low_confidence" else (),
    )


def _about_a_call(s: Situation, deadline: datetime) -> Content:
    if s.digest:
        question = f"Approve or refuse: {s.what}?"
        options = (Option(id="approve", says=s.what, effect=s.digest), Option(id="refuse", says="do nothing"))
    else:
        question = f"Please decide, the agent may not: {s.what}?"
        options = (
            Option(id="do_it_yourself", says=s.what),
            Option(id="decline", says="do nothing and tell the customer"),
        )
    advised = options[0].id if s.can_recommend else ""
    because = "all conditions were read and hold; only the limit or the stage stops the agent"
    return Content(
        Ask(kind="decide", question=question, options=options, decide_by=deadline, if_no_answer=NOTHING),
        Recommendation(option=advised, because=because) if advised else None,
        unsure=() if advised else (f"whether it is right: {s.says}",),
    )


def _where(s: Situation) -> str:
    return s.where or "a step"


def _unsure(s: Situation) -> tuple[str, ...]:
    doubts = [f"which was meant: {' / '.join(s.readings)}"] if s.kind == "low_confidence" and s.readings else []
    if s.kind == "unknown_effect":
        doubts.append(f"whether {_where(s)} took effect")
    return tuple(doubts)

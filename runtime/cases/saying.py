"""What a case says at its end, and what its messages name: figures come from systems, rules and approved texts, or nothing is said.

A model may only put the finished reply into other words; what it wrote and why it was not taken stands in the log.
"""

from __future__ import annotations

from typing import Any

from runtime.cases.figures import not_given
from runtime.cases.open_pilot import pilot
from runtime.cases.replies import DONE, done_reply
from runtime.cases.walk import Walk
from runtime.engine.durable import step as durable_step
from runtime.goals import CallStep
from runtime.plan import root


def done_words(walk: Walk) -> str:
    """The goal's `done` with its values; the plain sentence where a figure in it came from nowhere."""
    own = pilot()
    goal = own.estate.goals[walk.workflow]
    reply = done_reply(goal, walk.given)
    if not_given(reply, [goal.done, *read_by(walk)]):
        reply = DONE
    return (
        _in_other_words(walk.name, reply, walk.understood.language) if own.reword and not walk.is_simulated else reply
    )


def invented(walk: Walk, step: CallStep, arguments: dict[str, Any]) -> str:
    """The first figure in what a call sends out of the house that no system and no rule gave; empty when there is none."""
    effect = pilot().estate.effect(step.call)
    for name in effect.sends if effect else ():
        reference = step.with_.get(name)
        made_of = root(reference) if isinstance(reference, str) and root(reference) in walk.given else ""
        sources = read_by(walk, besides=made_of) if made_of else [*read_by(walk), reference]
        found = not_given(str(arguments.get(name, "")), sources)
        if found:
            return f"{name} names {found[0]}, which no system gave"
    return ""


def read_by(walk: Walk, besides: str = "") -> list[Any]:
    """Values that systems, rules and the session gave; what a customer only said is no source."""
    slots = pilot().estate.goals[walk.workflow].slots
    said = {name for name, slot in slots.items() if slot.from_ == "utterance" and not slot.else_choose}
    return [*(value for name, value in walk.given.items() if name not in said and name != besides), *walk.answers]


@durable_step("word")
def _in_other_words(case: str, reply: str, language: str) -> str:
    own = pilot()
    assert own.reword is not None
    found = own.reword(reply, language)
    own.note(case, "98 words", detail={"model": found.kept or "worded", "language": language})
    return found.text

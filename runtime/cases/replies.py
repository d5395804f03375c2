"""What the customer reads: templates of the files, with values that systems, rules and slots gave; never a model's figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.goal_names import PLACE
from runtime.goals import Goal
from runtime.plan import root, value_of

ASK_AGAIN = "Could you tell me in other words what you would like us to do?"
NOT_HERE = "I cannot do this for you here. Please contact our customer service."  # promises nothing: nobody was told
DONE = "It is done."
NOTHING_CHANGED = "All right. Nothing was changed."
ACKNOWLEDGED = "I can see that this has cost you patience, and I am sorry."
OFFERED = 'Say "person" if you would rather speak with a colleague.'
MOST_CHOICES = 8


def done_reply(goal: Goal, given: Mapping[str, Any]) -> str:
    """The goal's `done`; a name that leads nowhere makes it the plain sentence instead of a wrong one."""

    def value(match: re.Match[str]) -> str:
        if root(match[1]) not in given:
            raise KeyError(match[1])
        return str(value_of(match[1], given))

    try:
        return PLACE.sub(value, goal.done) or DONE
    except KeyError:
        return DONE


def acknowledged(reply: str, outcome: str) -> str:
    """A reply to a customer whose patience is going; where the agent goes on by itself, a person is offered."""
    if not reply:
        return reply
    return " ".join([ACKNOWLEDGED, reply, *([OFFERED] if outcome in ("resolved", "asked") else [])])


def which(name: str, choices: Sequence[str]) -> str:
    """Asks for a slot's value, with what a system or the words offered."""
    asked = f"Which {name.replace('_', ' ')} do you mean"
    return f"{asked}: {', '.join(choices[:MOST_CHOICES])}?" if choices else f"{asked}?"

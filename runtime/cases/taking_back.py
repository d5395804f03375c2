"""Compensation: what a case has done is taken back when a later step is refused, by the `undo` that its goal names for it.

Only what this very case wrote, the newest first, each through the same gate, decision and log as any write. Where the later
write's effect is unknown nothing is taken back: a person looks first.
"""

from __future__ import annotations

from typing import Any

from runtime import plan
from runtime.cases.hand_off import in_words
from runtime.cases.open_pilot import pilot
from runtime.cases.walk import Walk
from runtime.cases.write_steps import write_through
from runtime.exactly_once import key_of
from runtime.goals import CallStep


def to_take_back(walk: Walk, step: CallStep, answer: Any, *, is_own: bool) -> None:
    """Remembers how a write that was just done is taken back; what another case did is left alone."""
    if step.undo is None or not is_own:
        return
    try:
        given = {**walk.given, **{name: plan.taken_from(answer, pointer) for name, pointer in step.gives.items()}}
        walk.undo.append((step.undo.call, plan.arguments_of(step.undo, given)))
    except KeyError as error:
        walk.undo.append((step.undo.call, {"missing": str(error)}))


def take_back(walk: Walk) -> str:
    """Takes back what this case has done; gives a sentence for the person, empty when there was nothing."""
    said = []
    while walk.undo:
        call, arguments = walk.undo.pop()
        walk.covered = (*walk.covered, call)  # whoever said yes to the write need not say yes to its undoing
        context = walk.context(call, None, pilot().estate)
        key = key_of(walk.workflow, call, {"case": walk.name, **arguments})
        done = write_through(walk.name, walk.step(call), call, arguments, context, key)
        if done["state"] == "done":
            walk.writes.append({"operation": call, "arguments": arguments})
            said.append(f"taken back: {in_words(call, arguments)}")
        else:
            said.append(f"not taken back, please do it by hand: {in_words(call, arguments)} ({done['reason']})")
    return "; ".join(said)

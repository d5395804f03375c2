"""Can the agent leave a note that a colleague reads?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from probes.finding import Dimension, Evidence, Outcome, Subject, met, not_applicable, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.notes import NoteTrial
from probes.probe import Effort, Probe, Scope


class NotesWritable(Probe):
    """The agent leaves a note on the customer that can be read back.

    Why: the next colleague must see what the agent did and said, where they look anyway.
    How: a note is written on the test customer, read back and taken away.
    Remedy: offer an operation that adds a note to the customer. Let it be read in the same history as calls and mails.
    Name it in the effects file, with its undo.
    """

    dimension, level, kind, effort = "crm", 3, "M", Effort((1, 2, 6), "CRM owner")
    needs = (NoteTrial,)

    def subjects(self, scope: Scope, dimension: Dimension) -> Iterable[Subject]:
        return [Subject(unit=name) for name in scope.systems_of(dimension)]

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: NoteTrial = artifacts[0]
        name = seen.subject.unit
        if seen.writes_declared == 0:
            return not_applicable(f"{name} offers nothing to write", cause="reads only", grade="declared")
        if not seen.operation:
            return not_met(
                f"{name} offers no note on a customer",
                Evidence(says="neither effects file nor description name an operation that adds a note"),
                cause="not offered",
                grade="declared",
                consequence=_HARM,
            )
        shown = tuple(
            evidence_of(shot, says) for shot, says in ((seen.write, "the note"), (seen.read, "read back")) if shot
        )
        if not seen.found:
            return not_met(
                f"A note written to {name} cannot be read back", *shown, cause="not found", consequence=_HARM
            )
        return met(f"Notes written to {name} can be read back", *shown)


_HARM = "The colleague who takes over knows nothing of what the agent said, and contradicts it."

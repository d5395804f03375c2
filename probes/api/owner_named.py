"""Who owns change at the interface?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe

PLACEHOLDERS = {"", "tbd", "todo", "n/a", "na", "none", "unknown", "?", "-", "xxx", "owner", "team", "someone"}


class OwnerNamed(Probe):
    """Somebody owns changes to this interface, by name.

    Why: the day an interface changes, the agent breaks; without an owner nobody is asked before, and nobody mends it
    after.
    How: `owner` of the system in engagement.yaml, as a person answered it.
    Remedy: name the team that decides about changes to this interface. Agree how it tells you. Write it into
    engagement.yaml.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "A", Effort((0.5, 0.5, 2), "system owner", wait_days=5)
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name, owner = surface.subject.unit, (surface.owner or "").strip()
        if owner.lower() in PLACEHOLDERS:
            return not_measured(
                f"Nobody is named as owner of changes to {name}",
                cause="no owner",
                would_measure=f"Name the owner of {name} in engagement.yaml, or answer the question in answers.yaml.",
            )
        return met(
            f"{owner} owns changes to {name}",
            Evidence(says=f"owner: {owner}", source="engagement.yaml"),
            grade="attested",
        )

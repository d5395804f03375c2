"""Which writes are tried, and whether they may be: those that workflows call, on the test customer, when they can be
taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from probes.artifact import Cause
from probes.gather.guarded import find_operation
from probes.gather.plan import surface_of
from probes.gather.side_effects import HeldBack
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.surface import Operation


@dataclass(frozen=True)
class Target:
    """A write to try, or why not: `cause` and `detail` are set when it must not be sent."""

    name: str
    operation: Operation | None
    effect: Effect | None
    cause: Cause | None = None
    detail: str = ""


def targets(estate: Estate, system: str) -> list[Target]:
    """Every write that workflows call on a system, and on a CRM the one that leaves a note."""
    called = [
        op.partition(".")[2]
        for workflow in estate.goals
        for op in estate.writes_of(workflow)
        if op.startswith(f"{system}.")
    ]
    note = note_operation(estate, system)
    names = dict.fromkeys([*called, *([note] if note else [])])
    return [_target(estate, system, name) for name in names]


def uncalled_creates(estate: Estate, system: str) -> list[Target]:
    """Confirmed creates that no workflow calls and that can be taken back: what the agent has no business with."""
    written = estate.effects.get(system)
    called = {target.name for target in targets(estate, system)}
    names = [n for n, e in (written.operations if written else {}).items() if e.does == "create" and n not in called]
    found = [_target(estate, system, name) for name in names]
    return [one for one in found if not one.cause and one.operation and one.effect and one.effect.undo]


def note_operation(estate: Estate, system: str) -> str | None:
    """The confirmed create operation of a CRM that leaves a note, by its name."""
    written = estate.effects.get(system)
    if estate.systems[system].role != "crm" or not written:
        return None
    return next(
        (
            name
            for name, effect in written.operations.items()
            if effect.does == "create" and re.search(r"note|comment", name, re.IGNORECASE)
        ),
        None,
    )


def creator_undone_by(estate: Estate, system: str, operation: str) -> Target | None:
    """A create operation whose undo is `operation`: the way to try a delete without touching anyone's record."""
    written = estate.effects.get(system)
    for name, effect in (written.operations if written else {}).items():
        if effect.does == "create" and effect.undo == operation:
            return _target(estate, system, name)
    return None


def _target(estate: Estate, system: str, name: str) -> Target:
    operation = find_operation(surface_of(estate, system), name)
    effect = estate.effect(f"{system}.{name}")
    writes = estate.systems[system].writes
    if operation is None:
        return Target(name, None, effect, "gone", f"the description of {system} holds no operation {name}")
    if effect is None:
        return Target(
            name,
            operation,
            None,
            "needs",
            f"effects/{system}.yaml does not say, confirmed by a person, what {name} does",
        )
    if not writes.allowed:
        why = writes.why if isinstance(writes, HeldBack) else f"engagement.yaml does not allow writes on {system}"
        return Target(name, operation, effect, "not_allowed", why)
    if effect.does == "delete":
        maker = creator_undone_by(estate, system, name)
        if maker is None or maker.cause:
            return Target(
                name,
                operation,
                effect,
                "needs",
                f"no create operation in effects/{system}.yaml names {name} as its undo",
            )
        return Target(name, operation, effect)
    if not effect.undo and effect.does == "create" and writes.reversible_only:
        return Target(
            name,
            operation,
            effect,
            "not_reversible",
            f"effects/{system}.yaml names no undo for {name}, and only reversible writes are allowed",
        )
    return Target(name, operation, effect)

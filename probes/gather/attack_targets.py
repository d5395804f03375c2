"""What is attacked, and with which call: the confirmed writes of an action, each with an amount above its limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from probes.gather.example_body import example_body
from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.privilege import rights_tried
from probes.gather.session import Session
from runtime.estate import Estate
from runtime.guardrails.cedar import limit_minor
from runtime.guardrails.effects import Effect, Repeat
from runtime.money import from_minor
from runtime.systems.surface import Operation

PROBE = "enforced_at_api"


OVER_MINOR = 2_000


@dataclass(frozen=True)
class Target:
    """One write of an action, as the system declares it."""

    action: str
    system: str
    name: str
    operation: Operation
    effect: Effect

    @property
    def full_name(self) -> str:
        return f"{self.system}.{self.name}"


def targets_of(estate: Estate, action: str) -> list[Target]:
    """Confirmed writes of an action that a description declares."""
    found = []
    for name in estate.guardrails.actions[action].operations:
        system, _, short = name.partition(".")
        effect = estate.effect(name)
        if effect is None or effect.does == "read" or system not in estate.systems:
            continue
        operation = find_operation(surface_of(estate, system), short)
        if operation is not None:
            found.append(Target(action, system, short, operation, effect))
    return found


def over_limit(session: Session, target: Target) -> dict[str, Any]:
    """The engagement's example with an amount above the limit and our own reference; a path value that nobody gave names no record."""
    arguments, lacking = example_body(session.samples, session.estate, target.system, target.operation, session.now)
    arguments |= {
        p.name: "cxready-none" for p in target.operation.parameters if p.where == "path" and p.name in lacking
    }
    out = target.effect.money_out
    if out and out.field:
        over = _over(session.estate, target)
        currency = session.estate.guardrails.actions[target.action].limits.currency or session.estate.currency
        arguments[out.field] = str(over) if out.unit == "minor" else from_minor(over, currency)
    repeat = target.effect.repeat or Repeat()
    if repeat.reference.partition(".")[0] in target.operation.body_schema.get("properties", {}):
        arguments = repeat.carried(arguments, session.reference())
    return {k: v for k, v in arguments.items() if k.lower() != "idempotency-key"}


def words_of(estate: Estate, target: Target, arguments: Mapping[str, Any]) -> str:
    out = target.effect.money_out
    if out and out.field:
        currency = estate.guardrails.actions[target.action].limits.currency or estate.currency
        return f"{target.full_name} with {from_minor(_over(estate, target), currency)} {currency}, above the limit of {target.action}"
    return f"{target.full_name}, which only passes the enforcement point"


def _over(estate: Estate, target: Target) -> int:
    """Clearly above the limit of one call, in minor units."""
    action = estate.guardrails.actions[target.action]
    return 2 * (limit_minor(action, "each", action.limits.currency or estate.currency) or 0) + OVER_MINOR


def planned(estate: Estate) -> list[PlanLine]:
    """One call an operation; should it succeed, reading and taking back."""
    lines: list[PlanLine] = []
    for action in estate.guardrails.actions:
        targets = targets_of(estate, action)
        if all(estate.systems[t.system].attack_probes and estate.systems[t.system].writes.allowed for t in targets):
            lines += [one for t in targets if not asked_before(estate, t) for one in _lines(estate, t)]
    return lines


def asked_before(estate: Estate, target: Target) -> bool:
    """Whether the trial of the agent's rights already sends this very call: a create without an amount to exceed."""
    return not target.effect.money_out and target.name in {t.name for t in rights_tried(estate, target.system)}


def _lines(estate: Estate, target: Target) -> Iterator[PlanLine]:
    surface = surface_of(estate, target.system)
    undo = (
        find_operation(surface, target.effect.undo)
        if target.effect.undo
        else target.operation
        if target.effect.does == "update"
        else None
    )
    yield line(
        target.system,
        target.operation,
        f"must be refused: {words_of(estate, target, {})}",
        PROBE,
        1,
        undo.id if undo else None,
    )
    finder, update = target.effect.repeat.find if target.effect.repeat else None, target.effect.does == "update"
    by_id = target.effect.read_back or finder
    counts = {name: 1 for name in (finder,) if name and not update}  # where the answer is lost
    counts |= {by_id: counts.get(by_id, 0) + (3 if update else 1)} if by_id else {}
    for name, count in counts.items():
        if reader := find_operation(surface, name):
            yield line(target.system, reader, f"read around the attempt on {target.name}", PROBE, count)
    if undo:
        yield line(target.system, undo, f"take back {target.name}, should it have been accepted", PROBE, 1)

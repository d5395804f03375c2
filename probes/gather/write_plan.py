"""What the trials of writes would send at most, for the plan that is approved before anything goes out."""

from __future__ import annotations

from typing import Any

from probes.gather.audit_trail import audit_operation
from probes.gather.create_trial import KEY_HEADER
from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.write_targets import creator_undone_by, targets
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.surface import Operation


def planned(estate: Estate) -> list[PlanLine]:
    """Upper bounds of the trials: two sends, four reads, two undos a create; three, five and two an update."""
    lines: list[PlanLine] = []
    for system in estate.systems:
        surface = surface_of(estate, system)
        for target in targets(estate, system):
            if target.cause or not target.operation or not target.effect:
                continue
            maker = creator_undone_by(estate, system, target.name) if target.effect.does == "delete" else target
            if maker is None or maker.operation is None or maker.effect is None:
                continue
            lines += _lines(surface, system, maker.name, maker.operation, maker.effect)
        lines += _audit_lines(estate, system)
    return lines


def _lines(surface: Any, system: str, name: str, operation: Operation, effect: Effect) -> list[PlanLine]:
    update = effect.does == "update"
    undo = find_operation(surface, effect.undo) if effect.undo else operation if update else None
    keyed = bool(effect.repeat and effect.repeat.key) or any(p.name.lower() == KEY_HEADER for p in operation.parameters)
    sends = 2 if keyed else 1
    lines = [
        line(
            system,
            operation,
            f"write the example with {name}, then once more",
            "writes_stick",
            3 if update else sends,
            undo.id if undo else None,
        )
    ]
    readers = [
        find_operation(surface, n)
        for n in dict.fromkeys([effect.read_back, effect.repeat.find if effect.repeat else None])
        if n
    ]
    lines += [
        line(system, reader, f"read back {name}", "writes_stick", _reads(update, sends, len(readers)))
        for reader in readers
        if reader
    ]
    if undo:
        lines.append(
            line(
                system,
                undo,
                f"take back {name}",
                "deletes_stick",
                1 if undo is operation else 2 if update else 2 * sends,
            )
        )
    return lines


def _reads(update: bool, sends: int, readers: int) -> int:
    """Twice until the write is seen, once after each undo, and twice for the search by our reference."""
    if update:
        return 5
    return 2 + sends if readers == 1 and sends == 1 else 5 if readers == 1 else 4


def _audit_lines(estate: Estate, system: str) -> list[PlanLine]:
    operation = audit_operation(estate, system)
    return [line(system, operation, "look the write up in the system's own log", "audit_trail")] if operation else []

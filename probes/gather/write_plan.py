"""What the trials of writes would send at most, for the plan that is approved before anything goes out."""

from __future__ import annotations

from probes.gather.audit_trail import audit_operation
from probes.gather.guarded import find_operation
from probes.gather.key_header import key_header
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.write_targets import creator_undone_by, targets
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.systems.surface import Operation, Surface


def planned(estate: Estate) -> list[PlanLine]:
    """Upper bounds of the trials. An undo that the first credential may not do is asked again from what is kept for it."""
    lines: list[PlanLine] = []
    for system in estate.systems:
        surface = surface_of(estate, system)
        for target in targets(estate, system):
            if target.cause or not target.operation or not target.effect:
                continue
            maker = creator_undone_by(estate, system, target.name) if target.effect.does == "delete" else target
            if maker is None or maker.operation is None or maker.effect is None:
                continue
            keyed = key_header(estate, system, maker.operation, maker.effect) is not None
            lines += _lines(surface, system, maker.name, maker.operation, maker.effect, keyed)
        lines += _audit_lines(estate, system)
    return lines


def _lines(
    surface: Surface, system: str, name: str, operation: Operation, effect: Effect, keyed: bool
) -> list[PlanLine]:
    update = effect.does == "update"
    undo = find_operation(surface, effect.undo) if effect.undo else operation if update else None
    sends = 2 if keyed else 1
    lines = [
        line(
            system,
            operation,
            f"write the example with {name}" + (", then once more" if update or keyed else ""),
            "writes_stick",
            3 if update else sends,
            undo.id if undo else None,
        )
    ]
    lines += [
        line(system, reader, f"read back {name}", "writes_stick", count)
        for read, count in _reads(effect, sends).items()
        if (reader := find_operation(surface, read))
    ]
    if undo:
        lines.append(line(system, undo, f"take back {name}", "deletes_stick", 1 if update else sends))
    return lines


def _reads(effect: Effect, sends: int) -> dict[str, int]:
    """Operation → reads: twice until the write is seen and once after each undo, three times for the search by our reference;
    an update is read before, twice after, after its repetition, and when it was put back.
    """
    update, finder = effect.does == "update", effect.repeat.find if effect.repeat else None
    by_id = effect.read_back or finder
    found = {by_id: 5 if update else 2 + sends} if by_id else {}
    if finder and not update:
        found[finder] = found.get(finder, 0) + 3
    return found


def _audit_lines(estate: Estate, system: str) -> list[PlanLine]:
    operation = audit_operation(estate, system)
    return [line(system, operation, "look the write up in the system's own log", "audit_trail")] if operation else []

"""With which arguments a write is taken back: from its answer, from what was sent, from the record as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.gather.envelope import field_of, identity_of, plain, record_in
from runtime.guardrails.effects import Effect
from runtime.systems.surface import Operation, Parameter


def undo_arguments(
    undo: Operation, effect: Effect, arguments: Mapping[str, Any], answer: Any, before: Any
) -> dict[str, Any]:
    """Arguments of the undo, from the answer, from what was sent, and from the record as it was."""
    found: dict[str, Any] = {}
    for name, source in effect.undo_with.items():
        value = next(
            (
                v
                for v in (
                    field_of(answer, source),
                    field_of(before, source),
                    field_of(before, name),
                    field_of(arguments, source),
                )
                if v is not None
            ),
            None,
        )
        if value is not None:
            found[name] = value
    for parameter in undo.parameters:
        if parameter.name not in found and _names_the_record(parameter):
            value = next(
                (
                    v
                    for v in (
                        field_of(answer, parameter.name),
                        field_of(record_in(answer), parameter.name),
                        field_of(arguments, parameter.name),
                        identity_of(answer) if parameter.where == "path" or _is_id(parameter.name) else None,
                    )
                    if v is not None
                ),
                None,
            )
            if value is not None:
                found[parameter.name] = value
    if effect.does == "update" and isinstance(before, Mapping):
        keys = {p.name for p in undo.parameters if p.where != "body"}
        fields = [*undo.body_schema.get("properties", {}), *(p.name for p in undo.parameters if p.where == "body")]
        sent = [n for n in fields or arguments if n not in keys]
        found |= {n: before[n] for n in sent if n in before and n in arguments and n not in found}
    return found


def _names_the_record(parameter: Parameter) -> bool:
    """In a path; or, in protocols without paths, an argument that the operation cannot do without."""
    return parameter.where == "path" or (parameter.where == "body" and parameter.required)


def _is_id(name: str) -> bool:
    return plain(name).endswith(("id", "number", "key"))

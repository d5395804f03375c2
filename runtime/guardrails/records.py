"""Records tied to the call: what was read about one order says nothing about another one that the call names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.guardrails.conditions import Record
from runtime.guardrails.record_values import step


def tied(read: Mapping[str, Any], arguments: Mapping[str, Any], records: Mapping[str, Record]) -> Mapping[str, Any]:
    """What was read, without declared records that are not the ones the call names; their owners stand under `values`.

    A call that lacks the naming argument is about no such record in particular: the record then stays.
    """
    if not records:
        return read
    found, values = dict(read), dict(read.get("values") or {})
    for name, record in records.items():
        named = arguments.get(record.argument)
        there = read.get(name)
        if named is None or there is None:
            continue
        if not isinstance(there, Mapping) or str(_at(there, record.id)) != str(named):
            del found[name]
        elif record.customer is not None:
            values[str(named)] = {"customer": _at(there, record.customer), **values.get(str(named), {})}
    return {**found, "values": values}


def _at(record: Mapping[str, Any], path: str) -> Any:
    found: Any = record
    for part in path.split("."):
        found = step(found, part)
    return found

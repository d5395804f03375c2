"""Records tied to the call: what was read about one order says nothing about another one that the call names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runtime.guardrails.conditions import Record
from runtime.guardrails.record_values import step


def tied(read: Mapping[str, Any], arguments: Mapping[str, Any], records: Mapping[str, Record]) -> Mapping[str, Any]:
    """What was read, without declared records that are not the ones the call names; their owners stand under `values`.

    A call that lacks the naming argument is about no such record in particular: the record then stays. Nothing is looked
    up before somebody asks for it.
    """
    return _Tied(read, arguments, records) if records else read


class _Tied(Mapping[str, Any]):
    def __init__(self, read: Mapping[str, Any], arguments: Mapping[str, Any], records: Mapping[str, Record]) -> None:
        self._read, self._arguments, self._records = read, arguments, records

    def __getitem__(self, name: str) -> Any:
        if name == "values":
            return self._values()
        found, record = self._read[name], self._records.get(name)
        named = self._arguments.get(record.argument) if record else None
        if record is None or named is None or found is None or str(_at(found, record.id)) == str(named):
            return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._read if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _values(self) -> dict[str, Any]:
        """Referenced records as they were handed in, and whose record each declared one is."""
        found = dict(self._read.get("values") or {})
        for name, record in self._records.items():
            named = self._arguments.get(record.argument)
            there = self.get(name) if named is not None and record.customer is not None else None
            if there is not None:
                found[str(named)] = {"customer": _at(there, str(record.customer)), **found.get(str(named), {})}
        return found


def _at(record: Any, path: str) -> Any:
    for part in path.split("."):
        record = step(record, part)
    return record

"""Which record an update may be tried on, and what is sent: the example where it differs from the record, else another
value that the description allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.gather.envelope import Way, leaves, value_at
from probes.gather.samples import example_of, scalars, test_customer
from probes.gather.sent_and_found import is_plain, same
from probes.gather.session import Session
from runtime.systems.surface import Operation


def may_be_changed(
    session: Session, system: str, operation: Operation, arguments: Mapping[str, Any], before: Any
) -> bool:
    """Whether the record is one that a person named, or one that shows the test customer: no other is touched."""
    keys = [p.name for p in operation.parameters if p.where == "path"] or list(arguments)
    if any(example_of(session.estate, system, operation, name) is not None for name in keys[-1:]):
        return True
    customer = test_customer(session.estate, system)
    shown = [*arguments.values(), *(value for _, value in scalars(before))]
    return customer is not None and any(str(value) == customer for value in shown)


def change_to_send(
    operation: Operation, arguments: dict[str, Any], lacking: list[str], before: Any
) -> tuple[dict[str, Any], str]:
    """What to send: the example where it differs from the record, else another value that the description allows."""
    change = dict(arguments)
    body = fields_of(operation, change)
    if lacking:
        return {}, f"no value is given for {', '.join(lacking)}"
    if not body:
        return {}, "no field to change is given"
    unseen = [".".join(way) for way, _ in body if value_at(before, way) is None]
    if unseen:
        return {}, f"the record does not show {', '.join(unseen)}"
    otherwise = [".".join(way) for way, value in body if is_plain(value) and not is_plain(value_at(before, way))]
    if otherwise:
        return {}, f"the record shows {', '.join(otherwise)} in another form, so it could not be put back as it was,"
    if all(same(value, value_at(before, way)) for way, value in body):
        (name, *inner), value = body[0]
        other = None if inner else _other_value(operation, name, value)
        if other is None:
            return {}, f"the example is what the record already says ({'.'.join(body[0][0])})"
        change[name] = other
    return change, ""


def fields_of(operation: Operation, change: Mapping[str, Any]) -> list[tuple[Way, Any]]:
    """What the change sets, each value with its way; what only says which record it is, is left out."""
    keys = {p.name for p in operation.parameters if p.where in ("path", "query", "header")}
    return list(leaves({k: v for k, v in change.items() if k not in keys}))


def _other_value(operation: Operation, name: str, value: Any) -> Any:
    schema = operation.body_schema.get("properties", {}).get(name, {})
    return next((v for v in schema.get("enum", ()) if v != value), None)

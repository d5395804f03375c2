"""The body of a trial's write: what the engagement's example gives, else made from the declared schema.

Made up are only texts that say whose they are, and values that the schema itself names or bounds. Amounts come from the
engagement alone; personal data too, but for the test customer's own; other people's records lend nothing but identifiers.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from probes.gather.envelope import plain
from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, surface_of
from probes.gather.samples import Samples, candidates, declared, example_of, own_example, test_customer
from runtime.estate import Estate
from runtime.redacted_fields import kind_of_field
from runtime.systems.surface import Operation

OWN_TEXT = "[cxready test] please ignore"
LATER = "‹from an earlier answer›"
DEEPEST = 3
_MONEY = re.compile(
    r"amount|price|total|sum|fee|cost|charge|balance|credit|betrag|quantity|discount|limit", re.IGNORECASE
)
_NAMES_A_RECORD = re.compile(r"(id|ids|key|number|no|code|ref|reference|queue|slug|sku|type)$")


def example_body(
    samples: Samples, estate: Estate, system: str, operation: Operation, now: datetime
) -> tuple[dict[str, Any], list[str]]:
    """Arguments of a write on the test customer, and the required names for which nobody gave a value.

    Optional fields are sent only when the example names them, so that the record stays small.
    """
    found, lacking = samples.arguments(estate, system, operation, now)
    required = set(operation.body_schema.get("required", ()))
    required |= {p.name for p in operation.parameters if p.where == "body" and p.required}
    effect = estate.effect(f"{system}.{operation.id}")
    of_customer = effect.customer.field if effect and effect.customer else None
    required |= {of_customer} if of_customer else set()
    for name, schema in _properties(operation).items():
        value = example_of(estate, system, operation, name)
        if value is None and name in required and name not in found:
            value = test_customer(estate, system) if name == of_customer else None
            value = _made(samples, estate, system, operation, name, schema, now) if value is None else value
            lacking += [name] if value is None else []
        if value is not None:
            found[name] = value
    for name, value in own_example(estate, system, operation).items():
        found.setdefault(name, value)
    return found, [name for name in dict.fromkeys(lacking) if name not in found]


def shown_bodies(estate: Estate, lines: Iterable[PlanLine]) -> dict[str, str]:
    """`system.operation` → what a plan's trial of it sends, as far as it is known before any answer."""
    shown: dict[str, str] = {}
    for one in lines:
        operation = find_operation(surface_of(estate, one.system), one.operation) if one.operation else None
        name = f"{one.system}.{one.operation}"
        if operation is None or one.probe != "writes_stick" or one.access != "write" or name in shown:
            continue
        body, lacking = example_body(Samples(), estate, one.system, operation, datetime.now(UTC))
        shown[name] = json.dumps(body | dict.fromkeys(lacking, LATER), ensure_ascii=False, default=str)
    return shown


def _made(
    samples: Samples,
    estate: Estate,
    system: str,
    operation: Operation,
    name: str,
    schema: Mapping[str, Any],
    now: datetime,
) -> Any:
    """One required value: fixed by the schema, a text of ours, an identifier that an answer gave, or of the right type."""
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if plain(name) in ("account", "customer", "accountid", "customerid"):
        return test_customer(estate, system)
    if plain(name) == "currency":
        return estate.currency
    if schema.get("enum"):
        return schema["enum"][0]
    if _NAMES_A_RECORD.search(plain(name)):
        seen = next(candidates(samples.seen, system, operation, name), None)
        return declared(name, schema, now) if seen is None else seen
    if _MONEY.search(name):
        return None
    kind = kind_of_field(name)
    return _personal(estate, system, kind, schema) if kind else _of_type(name, schema, now, 0)


def _personal(estate: Estate, system: str, kind: str, schema: Mapping[str, Any]) -> Any:
    customer = test_customer(estate, system)
    if kind == "e-mail":
        return customer if customer and "@" in customer else None
    return _own_text(schema) if kind == "name" else None


def _of_type(name: str, schema: Mapping[str, Any], now: datetime, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = next((k for k in kinds if k != "null"), None) if isinstance(kinds, list) else kinds
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        return schema.get("minimum", 1 if kind == "integer" else None)
    if kind == "array":
        return [] if not schema.get("minItems") else None
    if kind == "object":
        return _object(schema, now, depth)
    return _text(name, schema, now) if kind == "string" else None


def _object(schema: Mapping[str, Any], now: datetime, depth: int) -> Any:
    if depth >= DEEPEST:
        return None
    made = {
        name: _of_type(name, schema.get("properties", {}).get(name, {}), now, depth + 1)
        for name in schema.get("required", ())
        if not _MONEY.search(name) and not kind_of_field(name)
    }
    complete = set(made) == set(schema.get("required", ())) and None not in made.values()
    return made if complete else None


def _text(name: str, schema: Mapping[str, Any], now: datetime) -> Any:
    fixed = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"cxready:{name}")),
        "uri": "https://cxready-test.invalid/",
        "date": now.date().isoformat(),
        "date-time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    shape = schema.get("format")
    if schema.get("pattern") or (shape and shape not in fixed):
        return declared(name, schema, now)
    return fixed[shape] if shape else _own_text(schema)


def _own_text(schema: Mapping[str, Any]) -> str | None:
    """A text that says whose it is, cut to the length that is allowed."""
    text = OWN_TEXT[: schema.get("maxLength", len(OWN_TEXT))]
    return text if len(text) >= max(1, schema.get("minLength", 1)) else None


def _properties(operation: Operation) -> dict[str, Mapping[str, Any]]:
    properties = dict(operation.body_schema.get("properties", {}))
    return properties | {p.name: p.schema for p in operation.parameters if p.where == "body"}

"""An answer against the schema that the description declares for its status. Nothing of the values is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.systems.exchange import Exchange, Seen
from runtime.systems.surface import Operation


def schema_for(operation: Operation, status: int | None) -> Mapping[str, Any] | None:
    """The schema declared for a status: its own, its class's (`2XX`), else `default`; None where none of them stands."""
    names = (str(status), f"{str(status)[:1]}XX", "default")
    return next((operation.answers[name] for name in names if name in operation.answers), None)


def answer_faults(operation: Operation, exchange: Exchange) -> tuple[str, ...]:
    """What a successful answer breaks; empty where it breaks nothing or nothing is declared."""
    if exchange.seen is not Seen.OK:
        return ()
    schema = schema_for(operation, exchange.status)
    if schema is None and operation.answers:
        return (f"status {exchange.status} is not declared",)
    return tuple(schema_faults(exchange.body, schema)) if schema else ()


def schema_faults(body: Any, schema: Mapping[str, Any]) -> list[str]:
    """What an answer breaks of its schema, at most five sentences; the values themselves are not repeated."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        errors = list(Draft202012Validator(_nullable(dict(schema))).iter_errors(body))
    except (SchemaError, RecursionError) as error:
        return [f"the declared schema cannot be used: {type(error).__name__}"]
    return [_fault(e) for e in errors[:5]]


def _fault(error: Any) -> str:
    place = "/".join(str(p) for p in error.absolute_path) or "answer"
    if error.validator == "required":
        lacking = next((n for n in error.validator_value if n not in error.instance), "?")
        return f"{place}: the required field {lacking} is missing"
    if error.validator == "type":
        return f"{place}: declared {error.validator_value}, seen {type(error.instance).__name__}"
    return f"{place}: breaks `{error.validator}`"


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable: true` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_nullable(s) for s in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {k: _nullable(v) for k, v in schema.items() if k not in ("nullable", "example", "xml", "discriminator")}
    if schema.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made

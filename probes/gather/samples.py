"""Values to ask with: what the engagement gives as examples, what earlier answers held, what the description shows.

Only values that the estate itself gave are used; nothing is guessed but dates and our own texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from probes.gather.envelope import plain
from runtime.estate import Estate
from runtime.redacted_fields import kind_of_field
from runtime.redaction import without_secrets
from runtime.systems.surface import Operation

_CUSTOMER = {
    "account",
    "accountid",
    "customer",
    "customerid",
    "accountno",
    "accountnumber",
    "customerno",
    "customernumber",
}
_START, _END = (
    {"from", "start", "since", "after", "begin", "startdate", "fromdate"},
    {"to", "end", "until", "before", "enddate", "todate"},
)
KEPT = 20


@dataclass
class Samples:
    """Values seen, by system and plain field name; the test customer's own come first."""

    seen: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def learn(self, system: str, body: Any, *, own: bool = False, resource: str = "") -> None:
        """Remembers the scalar fields of an answer, credentials left out. `own`: they belong to the test customer.
        `resource`: what a bare `id` identifies.
        """
        pool = self.seen.setdefault(system, {})
        for name, value in scalars(body, 0):
            if _is_secret(name, value):
                continue
            keys = [plain(name)] + ([plain(resource) + "id"] if plain(name) == "id" and resource else [])
            for key in keys:
                values = pool.setdefault(key, [])
                if value in values and not own:
                    continue
                if value in values:
                    values.remove(value)
                values.insert(0 if own else len(values), value)
                del values[KEPT:]

    def arguments(
        self, estate: Estate, system: str, operation: Operation, now: datetime, *, optional: bool = False
    ) -> tuple[dict[str, Any], list[str]]:
        """Arguments for a read, and the names of required parameters for which there is no value."""
        found: dict[str, Any] = {}
        lacking: list[str] = []
        for parameter in operation.parameters:
            if not (parameter.required or parameter.where == "path" or optional):
                continue
            value = self.value(estate, system, operation, parameter.name, parameter.schema, now)
            if value is not None:
                found[parameter.name] = value
            elif parameter.required or parameter.where == "path":
                lacking.append(parameter.name)
        return found, lacking

    def value(
        self, estate: Estate, system: str, operation: Operation, name: str, schema: Mapping[str, Any], now: datetime
    ) -> Any:
        """One value for a parameter or field; None when nobody gave one."""
        example = example_of(estate, system, operation, name)
        if example is not None:
            return example
        effect = estate.effect(f"{system}.{operation.id}")
        of_customer = bool(effect and effect.customer and effect.customer.field == name)
        if (
            of_customer
            or plain(name) in _CUSTOMER
            or (plain(name) == "id" and _resource(operation) in ("account", "customer"))
        ):
            return test_customer(estate, system)
        for candidate in candidates(self.seen, system, operation, name):
            return candidate
        return declared(name, schema, now)


def test_customer(estate: Estate, system: str) -> str | None:
    """The test customer of a system, else the one that another system names."""
    own = estate.systems[system].writes.test_customer
    return own or next((s.writes.test_customer for s in estate.systems.values() if s.writes.test_customer), None)


def records_of(body: Any) -> list[Any] | None:
    """The list of a listing: the answer itself, or its longest list of objects; None when there is none."""
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping):
        return None
    lists = [v for v in body.values() if isinstance(v, list) and all(isinstance(e, Mapping) for e in v)]
    named = [
        body[k] for k in ("items", "data", "results", "records", "value", "entries") if isinstance(body.get(k), list)
    ]
    return named[0] if named else max(lists, key=len) if lists else None


def scalars(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Name and value of each text and number in an answer, five levels deep."""
    if depth > 4:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, str | int) and not isinstance(inner, bool) and inner != "":
                yield str(name), inner
            else:
                yield from scalars(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:KEPT]:
            yield from scalars(inner, depth + 1)


def _is_secret(name: str, value: Any) -> bool:
    """A page's token is asked for next, and no secret."""
    return kind_of_field(name) == "secret" or (isinstance(value, str) and without_secrets(value) != value)


def own_example(estate: Estate, system: str, operation: Operation) -> Mapping[str, Any]:
    example = estate.systems[system].writes.example
    own = next(
        (
            v
            for k, v in example.items()
            if k.lower() in (operation.id.lower(), operation.id.rsplit(".", 1)[-1].lower()) and isinstance(v, Mapping)
        ),
        None,
    )
    return own or {}


def example_of(estate: Estate, system: str, operation: Operation, name: str) -> Any:
    own = own_example(estate, system, operation)
    if name in own:
        return own[name]
    value = estate.systems[system].writes.example.get(name)
    return None if isinstance(value, Mapping) else value


def _resource(operation: Operation) -> str:
    """`/accounts/{id}` → `account`."""
    return plain(operation.resource)


def candidates(
    seen: Mapping[str, Mapping[str, list[Any]]], system: str, operation: Operation, name: str
) -> Iterator[Any]:
    wanted = [plain(name)] + ([_resource(operation) + "id"] if plain(name) == "id" else [])
    for where in (system, *[s for s in seen if s != system]):
        for key in wanted:
            if key == "id" and (where != system or _resource(operation)):
                continue
            yield from seen.get(where, {}).get(key, [])


def declared(name: str, schema: Mapping[str, Any], now: datetime) -> Any:
    for key in ("example", "default", "const"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    if plain(name) in _START | _END:
        first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        moment = (first - timedelta(days=1)).replace(day=1) if plain(name) in _START else first
        return moment.date().isoformat() if schema.get("format") == "date" else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return None

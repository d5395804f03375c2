"""A GraphQL system behind the same interface: one field a call, plain values back, its errors as refusals.

Errors come inside HTTP 200 (https://spec.graphql.org/October2021/#sec-Errors); their `extensions.code` tells a no from
a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from runtime.errors import BadInput
from runtime.systems.auth import Auth
from runtime.systems.endpoint import Endpoint, given_of
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.graphql_documents import document_of
from runtime.systems.graphql_surface import load_schema
from runtime.systems.operations import find_operation
from runtime.systems.parsed import Parsed, as_declared
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Surface
from runtime.systems.transport import Transport

_THROTTLED = ("THROTTLED", "RATE_LIMITED", "TOO_MANY_REQUESTS", "MAX_COST_EXCEEDED")
_FAULTS = ("INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "INTERNAL")


class GraphQLSystem(Endpoint):
    """Implements `exchange.System`."""

    accepts = "application/graphql-response+json, application/json"

    def __init__(
        self, surface: Surface, transport: Transport, auth: Auth | None, settings: SystemSettings, folder: Path
    ) -> None:
        super().__init__(surface, transport, auth)
        self._file = folder / settings.description if settings.description else None

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`; `body` is the field's value, a single value stands under `result`."""
        found, given = find_operation(self.surface, operation), given_of(arguments)
        asked = {"query": document_of(self._schema, found, given), "variables": given}
        field = found.id.partition(".")[2]

        def parse(status: int, raw: bytes, content_type: str) -> Parsed:
            return value_of(as_declared(status, raw, content_type), field)

        return self.post(found, asked, shown=given, headers=headers, why=why, parse=parse)

    @cached_property
    def _schema(self) -> GraphQLSchema:
        if self._file is None or not self._file.is_file():
            raise BadInput(
                "a GraphQL system needs its schema",
                f"systems.{self.name}.description",
                "save its SDL, or the answer to an introspection query, into the folder",
            )
        return load_schema(self._file.read_bytes())


def value_of(answer: Parsed, field: str) -> Parsed:
    """The field's own value, or the errors in its place."""
    body = answer.body
    if answer.seen is not None or not isinstance(body, Mapping) or not ({"data", "errors"} & set(body)):
        return answer
    data = body.get("data")
    value = data.get(field) if isinstance(data, Mapping) else None
    errors = [one for one in body.get("errors") or () if isinstance(one, Mapping)]
    if errors and value is None:
        return Parsed({"errors": errors}, _seen(errors), str(errors[0].get("message", ""))[:200])
    return Parsed(value if isinstance(value, Mapping | list) or value is None else {"result": value})


def _seen(errors: list[Any]) -> Seen:
    codes = {
        str(one["extensions"].get("code", "")).upper() for one in errors if isinstance(one.get("extensions"), Mapping)
    }
    if codes & set(_THROTTLED):
        return Seen.THROTTLED
    return Seen.FAULT if codes & set(_FAULTS) else Seen.REFUSED

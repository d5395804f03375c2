"""A JSON-RPC 2.0 system behind the same interface. Source: https://www.jsonrpc.org/specification.

Errors come inside HTTP 200. Odoo names its own exceptions in `error.data.name` and ends sessions with code 100; Tryton
sends a list with the exception's name first. Both facts are from the projects' sources.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from runtime.systems.auth import Auth
from runtime.systems.endpoint import Endpoint, given_of
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.json_rpc_surface import by_position
from runtime.systems.operations import find_operation
from runtime.systems.parsed import Parsed, as_declared
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import Transport

_SESSION_ENDED = ("SessionExpiredException", "SessionExpired", "LoginException")
_OWN_NO = (
    "UserError",
    "UserWarning",
    "AccessError",
    "ValidationError",
    "MissingError",
    "AccessDenied",
    "ConcurrencyException",
)
_INTERNAL = -32603


class JsonRpcSystem(Endpoint):
    """Implements `exchange.System`."""

    def __init__(self, surface: Surface, transport: Transport, auth: Auth | None) -> None:
        super().__init__(surface, transport, auth)
        self._numbers = itertools.count(1)

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`; `body` is the result, a single value stands under `result`."""
        found, given = find_operation(self.surface, operation), given_of(arguments)
        asked = {"jsonrpc": "2.0", "id": next(self._numbers), "method": found.id, "params": params_of(found, given)}
        return self.post(found, asked, shown=given, headers=headers, why=why, parse=parsed_result)


def params_of(operation: Operation, given: Mapping[str, Any]) -> Any:
    """By name, or as a list in the declared order up to the last one that is given."""
    if not by_position(operation):
        return dict(given)
    names = [p.name for p in operation.parameters]
    last = max((names.index(name) for name in given if name in names), default=-1)
    return [given.get(name) for name in names[: last + 1]]


def parsed_result(status: int, raw: bytes, content_type: str) -> Parsed:
    """The result, or the error in its place."""
    answer = as_declared(status, raw, content_type)
    body = answer.body
    if answer.seen is not None or not isinstance(body, Mapping) or not ({"result", "error"} & set(body)):
        return answer
    error = body.get("error")
    if error:
        seen, says = _refusal(error)
        return Parsed({"error": error}, seen, says[:200])
    result = body.get("result")
    return Parsed(result if isinstance(result, Mapping | list) or result is None else {"result": result})


def _refusal(error: Any) -> tuple[Seen, str]:
    """What kind of no it is, and its words."""
    if isinstance(error, list) and error:  # Tryton: [exception, [message, …]]
        words = error[1] if len(error) > 1 else ""
        return _kind(str(error[0])), str(words[0] if isinstance(words, list) and words else words)
    if not isinstance(error, Mapping):
        return Seen.FAULT, str(error)
    data = error.get("data")
    name = str(data.get("name", "")) if isinstance(data, Mapping) else ""
    says = str((data.get("message") if isinstance(data, Mapping) else None) or error.get("message", ""))
    if error.get("code") == 100 or name.rpartition(".")[2] in _SESSION_ENDED:
        return Seen.LOGIN_PAGE, says
    if name:
        return _kind(name), says
    return Seen.FAULT if error.get("code") == _INTERNAL else Seen.REFUSED, says


def _kind(exception: str) -> Seen:
    last = exception.rpartition(".")[2]
    if last in _SESSION_ENDED:
        return Seen.LOGIN_PAGE
    return Seen.REFUSED if last in _OWN_NO else Seen.FAULT

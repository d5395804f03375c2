"""The proxy as an MCP server: covered writes as tools, each call decided, sent on and answered like any other.

One endpoint, `/mcp`, Streamable HTTP without sessions, spoken by the reference SDK
(https://modelcontextprotocol.io/specification/2025-11-25/basic/transports). Token and signed context stand in the headers as
everywhere; tools are those that the context's workflow may call. A call without a key of its own
(`_meta: {"cxready/idempotency-key": …}`) counts once a case: the same call again gets the first answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from runtime.guardrails import canonical, case_context
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.coverage import Coverage
from runtime.guardrails.proxy_answer import Answer, problem
from runtime.guardrails.proxy_app import BODY_S, ProxyApp, whole_body
from runtime.guardrails.proxy_request import Malformed, Target, check_head, idempotency_key
from runtime.systems.surface import Operation

PATH = "/mcp"
KEY = "cxready/idempotency-key"


class McpGateway:
    """An ASGI application in front of the proxy's own: MCP on one path, everything else as it was."""

    def __init__(self, app: ProxyApp, coverage: Coverage) -> None:
        self._app, self._coverage = app, coverage
        self._targets = {tool_name(t): t for t in _targets(app, coverage)}
        server: Server[Any] = Server("cxready", on_list_tools=self._tools, on_call_tool=self._call)
        self._inner = server.streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            json_response=True,
            max_request_body_size=canonical.MAX_BYTES,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # check_head does
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
        elif scope["type"] == "http" and scope.get("raw_path") == PATH.encode():
            await self._spoken(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _spoken(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Head and body as strictly as everywhere, before the SDK reads them."""
        request = Request(scope, receive)
        try:
            length = check_head(scope["method"], request.headers, self._app.own_hosts)
            raw = await asyncio.wait_for(whole_body(request, length), BODY_S)
            canonical.parse_any(raw)
            refused = self._app.refused_sender(request.headers)
        except (Malformed, canonical.NotCanonical, TimeoutError, ClientDisconnect) as error:
            refused = problem(getattr(error, "status", 400), "refuse", str(error), "request")
        if refused is not None:
            self._app.forwarder.note_denial(f"POST {PATH}", str(refused.body["reason"]), str(refused.body["rule"]))
            await self._app.respond(refused)(scope, receive, send)
            return
        await self._inner(scope, _replayed(raw), _closing(send))

    async def _tools(self, ctx: Any, params: Any) -> types.ListToolsResult:
        context = self._context(ctx.request.headers)
        mine = {n: t for n, t in self._targets.items() if self._may(context, t)}
        return types.ListToolsResult(tools=[_tool(name, found) for name, found in sorted(mine.items())])

    async def _call(self, ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        headers: Headers = ctx.request.headers
        context, found = self._context(headers), self._targets.get(params.name)
        if context is None or found is None:
            return _result(problem(404, "refuse", f"there is no tool {params.name[:80]!r}", "not_covered"))
        meta = dict(params.meta or {})
        key = str(meta.get(KEY, "")) or idempotency_key(headers)
        call = lambda: self._app.passed(found, dict(params.arguments or {}), context, key)  # noqa: E731
        return _result(await asyncio.get_running_loop().run_in_executor(self._app.pool, call))

    def _context(self, headers: Headers) -> CaseContext | None:
        return case_context.verified(self._app.secret, headers.get(case_context.HEADER, ""))

    def _may(self, context: CaseContext | None, found: Target) -> bool:
        return context is not None and context.workflow in self._coverage.workflows(_operation(found))


def tool_name(found: Target) -> str:
    """`billing__createCredit`: letters, digits, `_` and `-` only, which every model's interface takes; at most 64."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{found.system}__{found.operation.id}")[:64]


def _targets(app: ProxyApp, coverage: Coverage) -> list[Target]:
    every = [Target(name, one, {}) for name, surface in app.surfaces.items() for one in surface.operations.values()]
    return [found for found in every if coverage.is_write(_operation(found))]


def _operation(found: Target) -> str:
    return f"{found.system}.{found.operation.id}"


def _tool(name: str, found: Target) -> types.Tool:
    operation = found.operation
    says = operation.description or operation.summary or operation.id
    return types.Tool(name=name, description=says[:1_000], input_schema=_schema(operation))


def _schema(operation: Operation) -> dict[str, Any]:
    """Arguments flat, by name, as the description declares them."""
    body = operation.body_schema
    fields = {one.name: dict(one.schema) for one in operation.parameters if one.where in ("path", "query", "body")}
    fields |= {name: inner for name, inner in dict(body.get("properties") or {}).items() if isinstance(inner, Mapping)}
    required = {one.name for one in operation.parameters if one.required and one.name in fields}
    required |= {name for name in body.get("required") or [] if name in fields}
    return {"type": "object", "properties": fields, "required": sorted(required), "additionalProperties": False}


def _result(answer: Answer) -> types.CallToolResult:
    """What a model reads: the system's answer, or a denial in words with decision and rule."""
    denied = isinstance(answer.body, Mapping) and "rule" in answer.body and "decision" in answer.body
    body = answer.body if isinstance(answer.body, Mapping) else {"result": answer.body}
    text = f"{body['decision']}: {body['reason']}" if denied else json.dumps(body, ensure_ascii=False)
    return types.CallToolResult(
        content=[types.TextContent(text=text)], structured_content=dict(body), is_error=not 200 <= answer.status < 300
    )


def _replayed(raw: bytes) -> Receive:
    """The body that was already read, once more; then nothing until the caller goes."""
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            await asyncio.Event().wait()
        told = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


def _closing(send: Send) -> Send:
    """One call a connection here too."""

    async def closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
        await send(message)

    return closed

"""The proxy's side of HTTP: one strict request in, one answer out, then the connection is closed (nothing can hide behind a body).

Read by h11, which refuses what RFC 9112 refuses; what it lets through and two servers could still read differently is
refused by proxy_request.py. Bodies are read whole, in bounds of size and time, before anything looks at them.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from runtime.errors import CxreadyError
from runtime.guardrails import canonical, case_context
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.forwarding import Forwarder
from runtime.guardrails.proxy_answer import Answer, problem
from runtime.guardrails.proxy_request import Malformed, Target, arguments, check_head, idempotency_key, target
from runtime.systems.surface import Surface

log = logging.getLogger(__name__)
BODY_S = 10.0
NOT_SIGNED = "the call does not say, signed, whom it is for"
LONGEST_HEAD = 80_000
_LOOSE = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]|\x00")
_NOT_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
THREADS = 64


@dataclass
class ProxyApp:
    """An ASGI application. `token` is for agents; `secret` signs contexts (case_context.py); `own_hosts` are `host:port`."""

    surfaces: Mapping[str, Surface]
    forwarder: Forwarder
    token: str
    secret: str
    own_hosts: frozenset[str]
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="enforcing proxy")
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        method, path = scope["method"], _target_of(scope)
        try:
            length = check_head(method, request.headers, self.own_hosts)
            raw = await asyncio.wait_for(whole_body(request, length), BODY_S)
        except Malformed as error:
            refused = self._denial(error.status, error.what, "request", method, path)
        except TimeoutError:
            refused = self._denial(408, "the body did not come within 10 seconds", "request", method, path)
        except ClientDisconnect:
            refused = self._denial(400, "the body is shorter than its Content-Length", "request", method, path)
        else:
            refused = lambda: self.answer(method, path, request.headers, raw)  # noqa: E731
        answer = await asyncio.get_running_loop().run_in_executor(self.pool, refused)
        await self.respond(answer)(scope, receive, send)

    def answer(self, method: str, path: str, headers: Headers, raw: bytes) -> Answer:
        """One call to its answer."""
        refused = self.refused_sender(headers)
        if refused is not None:
            return self._noted(refused, method, path)

        def pass_on() -> Answer:
            found = target(path, method, self.surfaces)
            given, key = arguments(found, headers, raw), idempotency_key(headers)
            return self.forwarder.pass_on(found, given, self.signed(headers), key=key, if_match=headers.get("If-Match"))

        return self._guarded(pass_on, method, path)

    def passed(self, found: Target, given: dict[str, Any], context: CaseContext, key: str) -> Answer:
        """The same for a call whose sender, operation and arguments are known already."""

        def pass_on() -> Answer:
            return self.forwarder.pass_on(found, canonical.checked(given), context, key=key, if_match=None)

        return self._guarded(pass_on, "call", f"{found.system}.{found.operation.id}")

    def refused_sender(self, headers: Headers) -> Answer | None:
        """Why a sender is not heard at all: no token of this run, or nothing signed that says for whom it calls."""
        sent = headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self.token}".encode()):
            return problem(401, "refuse", "the call carries no valid token of this run", "token")
        if case_context.verified(self.secret, headers.get(case_context.HEADER, "")) is None:
            return problem(403, "refuse", NOT_SIGNED, "context")
        return None

    def signed(self, headers: Headers) -> CaseContext:
        """For whom the call is.

        Raises:
            Malformed: nothing signed says so.
        """
        found = case_context.verified(self.secret, headers.get(case_context.HEADER, ""))
        if found is None:
            raise Malformed(NOT_SIGNED, 403)
        return found

    def _guarded(self, work: Callable[[], Answer], method: str, path: str) -> Answer:
        """Whatever goes wrong before anything was sent on is a denial."""
        try:
            return work()
        except Malformed as error:
            return self._denied(error.status, error.what, "request", method, path)
        except canonical.NotCanonical as error:
            return self._denied(422, str(error), "canonical_form", method, path)
        except CxreadyError as error:
            return self._denied(403, error.what, "call", method, path)
        except Exception as error:
            log.exception("a call failed in the proxy and was refused")
            return self._denied(500, f"the proxy failed ({type(error).__name__})", "fault", method, path)

    def respond(self, answer: Answer) -> Response:
        """The HTTP response of an answer."""
        return _response(answer)

    def close(self) -> None:
        """Waits for the calls under way."""
        self.pool.shutdown(wait=True)

    def _denial(self, status: int, reason: str, rule: str, method: str, path: str) -> Callable[[], Answer]:
        return lambda: self._denied(status, reason, rule, method, path)

    def _denied(self, status: int, reason: str, rule: str, method: str, path: str) -> Answer:
        return self._noted(problem(status, "refuse", reason, rule), method, path)

    def _noted(self, refused: Answer, method: str, path: str) -> Answer:
        self.forwarder.note_denial(f"{method} {path[:120]}", refused.body["reason"], refused.body["rule"])
        return refused


class StrictHead(H11Protocol):
    """h11 forgives line ends without a carriage return and folded lines (RFC 9112 sections 2.2 and 5.2); here they end the connection."""

    _head = b""
    _whole = False

    def data_received(self, data: bytes) -> None:
        if not self._whole:
            self._head += data
            head, self._whole = self._head.partition(b"\r\n\r\n")[0], b"\r\n\r\n" in self._head
            if _LOOSE.search(head if self._whole else head.removesuffix(b"\r")):
                self.transport.write(_NOT_PLAIN)
                self.transport.close()
                return
            if self._whole or len(self._head) > LONGEST_HEAD:
                self._head, self._whole = b"", True
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]
        """A caller that has said everything may close its side and still gets the answer; half a call ends here."""
        return self.conn.their_state in (h11.DONE, h11.MUST_CLOSE)


def _target_of(scope: Scope) -> str:
    """Path and query as they were sent, undecoded."""
    raw = scope.get("raw_path") or b""
    query = scope.get("query_string") or b""
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


async def whole_body(request: Request, length: int) -> bytes:
    """Exactly the bytes that the head announced."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > length:
            raise Malformed("the body is longer than its Content-Length")
    if len(raw) != length:
        raise Malformed("the body is shorter than its Content-Length")
    return bytes(raw)


def _response(answer: Answer) -> Response:
    body = json.dumps(answer.body, ensure_ascii=False).encode() if answer.body is not None else b""
    kept: dict[str, Any] = {**answer.headers, "Connection": "close", "X-Cxready-Decision": answer.decision}
    kept = {name: value for name, value in kept.items() if name.lower() not in ("content-length", "transfer-encoding")}
    kept.setdefault("Cache-Control", "no-store")
    return Response(body, status_code=answer.status, headers=kept)

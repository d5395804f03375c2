"""A small REST service: routes, bearer tokens, problem details, limits, entity tags, repeat keys.

The five REST systems of the demo are built on it. Errors are RFC 9457 problem details, conditional requests follow
RFC 9110 (ETag, If-Match, 412), throttling answers 429 with Retry-After. Nothing here knows a business word.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from assess.demo.tokens import Tokens

Record = dict[str, Any]
LIMIT_PER_MINUTE = 3000


class Problem(Exception):
    """An answer that is an error (RFC 9457): `slug` ends the type URI, `detail` is written for the caller."""

    def __init__(self, status: int, slug: str, title: str, detail: str = "", **headers: str) -> None:
        super().__init__(detail or title)
        self.status, self.slug, self.title, self.detail = status, slug, title, detail or title
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True)
class Request:
    """What a handler sees; `client` is the id of the authenticated client, empty on open routes."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> Record:
        """The body as a JSON object; 400 for anything else, also for duplicate keys."""
        try:
            value = json.loads(self.body.decode("utf-8"), object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError) as error:
            raise Problem(400, "malformed-body", "The body is not valid JSON", str(error)) from None
        if not isinstance(value, dict):
            raise Problem(400, "malformed-body", "The body must be a JSON object")
        return value


@dataclass(frozen=True)
class Response:
    """Status, a JSON value (None: no body), and further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


@dataclass(frozen=True)
class Route:
    """One operation: method, path with {names}, the scope that it needs (empty: open to all), and its handler."""

    method: str
    path: str
    scope: str
    handler: Handler

    def match(self, path: str) -> dict[str, str] | None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path)
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


class RestService:
    """Base of the demo's REST systems; subclasses give `routes()`. All state is guarded by one lock per system."""

    name = ""

    def __init__(self, tokens: Tokens, *, limit_per_minute: int = LIMIT_PER_MINUTE) -> None:
        self.tokens = tokens
        self.lock = threading.RLock()
        self.requests = 0
        self.rate = RateLimit(limit_per_minute)
        self._repeats: dict[tuple[str, str, str], tuple[str, Response]] = {}
        self._numbers: dict[str, int] = {}

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def next_id(self, prefix: str, first: int = 1001) -> str:
        """Ids as the system would give them: one running number a kind of record."""
        with self.lock:
            self._numbers[prefix] = self._numbers.get(prefix, first - 1) + 1
            return f"{prefix}-{self._numbers[prefix]}"

    def answer(self, request: Request) -> Response:
        """The whole way of one request; every failure ends as a problem document."""
        with self.lock:
            self.requests += 1
        limits: dict[str, str] = {}
        try:
            route, parts = self._route(request)
            client = self._client(request, route)
            limits = self.rate.count(client or "anonymous")
            known = Request(request.method, request.path, request.query, request.headers, request.body, client, parts)
            response = route.handler(known)
            return Response(response.status, response.body, {**limits, **response.headers})
        except Problem as problem:
            document = {
                "type": f"https://errors.northwind.example/{problem.slug}",
                "title": problem.title,
                "status": problem.status,
                "detail": problem.detail,
                "instance": request.path,
            }
            headers = {"Content-Type": "application/problem+json", **limits, **problem.headers}
            return Response(problem.status, document, headers)

    def once(self, request: Request, make: Callable[[], Response]) -> Response:
        """Honour Idempotency-Key: the first answer again for the same key and body, 422 for another body."""
        key = request.headers.get("idempotency-key", "")
        with self.lock:
            if not key:
                return make()
            place = (request.client, request.path, key)
            digest = hashlib.sha256(request.body).hexdigest()
            if place in self._repeats:
                seen, response = self._repeats[place]
                if seen != digest:
                    raise Problem(422, "key-reused", "Idempotency-Key was used with another body")
                return Response(response.status, response.body, {**response.headers, "Idempotent-Replayed": "true"})
            response = make()
            self._repeats[place] = (digest, response)
            return response

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        method = "GET" if request.method == "HEAD" else request.method
        allowed = []
        for route in self.routes():
            parts = route.match(request.path)
            if parts is not None and route.method == method:
                return route, parts
            if parts is not None:
                allowed.append(route.method)
        if allowed:
            raise Problem(
                405, "method-not-allowed", "This path does not take that method", Allow=", ".join(sorted(allowed))
            )
        raise Problem(404, "unknown-path", "There is nothing at this path")

    def _client(self, request: Request, route: Route) -> str:
        if not route.scope:
            return ""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self.tokens.look_up(token.strip()) if scheme.lower() == "bearer" else None
        if grant is None:
            raise Problem(
                401,
                "no-valid-token",
                "A valid bearer token is needed",
                WWW_Authenticate='Bearer realm="northwind", error="invalid_token"',
            )
        if route.scope not in grant.scopes:
            raise Problem(
                403,
                "missing-scope",
                "This client may not do that",
                f"scope {route.scope} is needed",
                WWW_Authenticate=f'Bearer error="insufficient_scope", scope="{route.scope}"',
            )
        return grant.client_id


class RateLimit:
    """Requests a client may make in a clock minute, stated on every answer and enforced."""

    def __init__(self, per_minute: int = LIMIT_PER_MINUTE) -> None:
        self.per_minute = per_minute
        self._used: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def count(self, client: str) -> dict[str, str]:
        """Headers that state the limit; 429 with Retry-After (RFC 9110, 10.2.3) once it is used up."""
        now = time.time()
        minute = int(now // 60)
        with self._lock:
            window, used = self._used.get(client, (minute, 0))
            used = used + 1 if window == minute else 1
            self._used[client] = (minute, used)
        reset = str(60 - int(now % 60))
        stated = {
            "X-RateLimit-Limit": str(self.per_minute),
            "X-RateLimit-Reset": reset,
            "X-RateLimit-Remaining": str(max(0, self.per_minute - used)),
        }
        if used > self.per_minute:
            raise Problem(429, "too-many-requests", "The limit per minute is used up", Retry_After=reset, **stated)
        return stated


def entity_tag(record: Mapping[str, Any]) -> str:
    """A strong entity tag (RFC 9110, 8.8.3) of a record's content."""
    canonical = json.dumps(record, sort_keys=True, default=str).encode()
    return f'"{hashlib.sha256(canonical).hexdigest()[:20]}"'


def check_precondition(request: Request, record: Mapping[str, Any]) -> None:
    """412 when If-Match names another state than the record has."""
    wanted = request.headers.get("if-match", "")
    if wanted and wanted != "*" and entity_tag(record) not in [tag.strip() for tag in wanted.split(",")]:
        raise Problem(412, "precondition-failed", "The record has changed since it was read")


def _without_repeats(pairs: list[tuple[str, Any]]) -> Record:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("an object names one key twice")
    return document

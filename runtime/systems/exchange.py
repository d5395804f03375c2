"""One request and what came back, whatever the protocol; and the interface that every system offers.

An exchange is a value, also when it failed: a dead connection has no status and `seen` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from runtime.systems.surface import Surface


class Seen(StrEnum):
    """What a response was, classified on every response (RFC 9110 status codes, vendors' challenge markers)."""

    OK = "ok"
    REFUSED = "refused"  # a clear no of the system: 4xx with its own body, a SOAP fault that names the client
    THROTTLED = "throttled"  # 429, or 503 with Retry-After
    CHALLENGE = "challenge"  # a bot wall
    LOGIN_PAGE = "login_page"  # a person's login page where data was expected
    PATH = "path"  # something between us and the system: proxy, interception, DNS, refused connection
    FAULT = "fault"  # 5xx, time-out after connecting, broken body


@dataclass(frozen=True)
class Why:
    """Why a request is made; stands in plan, trace and evidence log."""

    purpose: str
    probe: str = ""
    run: str = ""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. Bodies here are whole; what is kept in traces and artifacts is redacted first.

    `body` is the parsed JSON, the SOAP answer as plain dicts, or text; `status` is None when no answer came.
    """

    n: int
    at: datetime
    system: str
    holder: str
    operation: str
    method: str
    url: str
    path_template: str
    why: Why
    status: int | None
    seen: Seen
    elapsed_ms: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    sent: Any = None
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    location: str = ""
    through: str = ""  # the proxy on the way, or the product that breaks TLS open; empty: a direct way
    sent_digest: str = ""  # `sha256:…` of the body as it stood on the wire, so that a system's own log can be matched
    body_digest: str = ""  # the same of the answer, decoded

    @property
    def ok(self) -> bool:
        return self.seen is Seen.OK

    def header(self, name: str) -> str | None:
        """Value of a response header, whatever its case."""
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), None)


class System(Protocol):
    """A system as one holder sees it. REST, SOAP and later protocols implement it."""

    name: str
    holder: str
    surface: Surface

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """Sends one request.

        Args:
            operation: id in the surface.
            arguments: flat, by name: path, query and header parameters go to their place, all others into the body;
                the key `body` alone replaces the whole body.
            headers: extra headers, like an idempotency key or If-Match.

        Raises:
            BadInput: an unknown operation or a missing path parameter.
            Refused: the request budget or a window forbids it.
        """
        ...

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        """Sends a request that is no operation of the surface (pagination links, unknown ids, malformed bodies)."""
        ...

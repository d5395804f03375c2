"""A request that is ready to be sent, the bounds of its exchange, and what of it may be shown afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from runtime.systems.exchange import Why
from runtime.systems.parsed import Parse

READING = ("GET", "HEAD", "OPTIONS")
HANDSHAKE = "/#initialize"  # stands for the opening of an MCP session in plan and log: it has no path of its own
HIDDEN = ("authorization", "proxy-authorization", "cookie")
_OWN = {
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "x-cxready-run",
    "cache-control",
    "transfer-encoding",
}


@dataclass(frozen=True)
class Bounds:
    """Seconds and bytes that one exchange may take."""

    connect_s: float = 5.0
    read_s: float = 30.0
    whole_s: float = 60.0
    body: int = 5_000_000
    wait_s: float = 5.0


@dataclass(frozen=True)
class Outgoing:
    """A request that is ready to be sent. `sent` is the body as a value for trace and evidence, `data` its bytes.
    `remake` makes the bytes anew where a system takes the same ones only once.
    """

    method: str
    url: str
    template: str
    operation: str
    why: Why
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    sent: Any = None
    wants_data: bool = True
    reads: bool | None = None
    parse: Parse | None = None
    remake: Callable[[], bytes] | None = None

    def again(self) -> Outgoing:
        """The same request once more."""
        return replace(self, data=self.remake()) if self.remake else self

    @property
    def reading(self) -> bool:
        return self.method in READING if self.reads is None else self.reads


class Gate:
    """What stands before every single request on the wire, redirects, retries and tokens included; this one is open."""

    def take(self, system: str, out: Outgoing) -> None:
        """Counts the request.

        Raises:
            Refused: it must not be sent.
        """

    def holds(self, system: str, out: Outgoing) -> bool:
        """Whether `take` would let it through: asked before a request goes on elsewhere or once more."""
        return True

    def writing(self, number: int) -> None:
        """A writing request with this number in the evidence log leaves now, from this thread.

        Raises:
            Refused: it must not be sent.
        """


def shown(headers: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Sent headers without any credential:
    what neither the call nor this module set came from the auth, and is hidden.
    """
    known = {name.lower() for name in given} | _OWN
    return {k: str(v) if k.lower() in known and k.lower() not in HIDDEN else "‹secret›" for k, v in headers.items()}


def digest_of(body: bytes | str | None) -> str:
    """`sha256:…` of a body's bytes; empty when there is none."""
    data = body.encode() if isinstance(body, str) else body
    return f"sha256:{hashlib.sha256(data).hexdigest()}" if data else ""


def path_of(url: str) -> str:
    """Path of an address, for templates of requests that are no operation."""
    return urlsplit(url).path or "/"

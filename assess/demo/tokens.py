"""Machine clients of the demo estate and the access tokens that they hold.

Every system knows three holders: `audit` reads everything and may take records back, `agent` reads only, `enforcer`
writes. The ticket desk has a fourth one for the people who decide. Secrets are fixed demo values.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

LIFETIME_S = 900
REST_SYSTEMS = ("crm", "billing", "ticketing", "mail", "identity")
HOLDERS = {"audit": ("read", "reverse"), "agent": ("read",), "enforcer": ("read", "write")}


@dataclass(frozen=True)
class Client:
    """An OAuth2 client of one system; scopes look like `billing.read`."""

    client_id: str
    secret: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Grant:
    """What a token stands for, until `expires` (seconds of the monotonic clock)."""

    client_id: str
    scopes: frozenset[str]
    expires: float


class Tokens:
    """The token table that identity fills and every other system looks into; safe between threads."""

    def __init__(self, lifetime_s: float = LIFETIME_S) -> None:
        self.lifetime_s = lifetime_s
        self._grants: dict[str, Grant] = {}
        self._lock = threading.Lock()

    def issue(self, client: Client, scopes: frozenset[str]) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._grants[token] = Grant(client.client_id, scopes, time.monotonic() + self.lifetime_s)
        return token

    def look_up(self, token: str) -> Grant | None:
        with self._lock:
            grant = self._grants.get(token)
        return grant if grant and grant.expires > time.monotonic() else None

    def revoke(self, token: str) -> None:
        with self._lock:
            self._grants.pop(token, None)


def demo_clients(systems: Iterable[str] = REST_SYSTEMS) -> dict[str, Client]:
    """Every client of an estate by its id, for example `billing-agent`."""
    clients = [
        Client(f"{system}-{holder}", demo_secret(system, holder), frozenset(f"{system}.{r}" for r in rights))
        for system in systems
        for holder, rights in HOLDERS.items()
    ]
    desk = frozenset({"ticketing.read", "ticketing.decide"})
    clients.append(Client("ticketing-desk", demo_secret("ticketing", "desk"), desk))
    return {client.client_id: client for client in clients}


def demo_secret(system: str, holder: str) -> str:
    """The fixed secret of a holder at a system; it opens nothing but the demo on this loopback interface."""
    return f"demo-{system}-{holder}-secret"


def demo_environment() -> dict[str, str]:
    """Environment variables that the engagement file refers to: *_CLIENT_SECRET, and *_PASSWORD for the SOAP system."""
    found = {
        f"{client.client_id.replace('-', '_').upper()}_CLIENT_SECRET": client.secret
        for client in demo_clients().values()
    }
    found.update({f"USAGE_{holder.upper()}_PASSWORD": demo_secret("usage", holder) for holder in HOLDERS})
    return found

"""Who may do what in the console: persons with a role, known by a token that is kept as its hash only, and sessions of a working day.

Every role may stop the pilot: whoever sees harm must not have to look for somebody who may. Deciding about a case also needs
that `pilot.yaml` names the person among the workflow's approvers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from runtime.errors import BadInput
from runtime.storage.database import Connection

Role = Literal["viewer", "approver", "owner", "intake"]
Right = Literal["see", "stop", "decide", "review", "hand_in"]
ROLES: tuple[Role, ...] = ("viewer", "approver", "owner", "intake")
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "viewer": frozenset({"see", "stop"}),
    "approver": frozenset({"see", "stop", "decide", "review"}),
    "owner": frozenset({"see", "stop", "decide", "review", "hand_in"}),
    "intake": frozenset({"stop", "hand_in"}),
}
DAY_S = 12 * 3600.0
PREFIX = "cxr_"


@dataclass(frozen=True)
class Visitor:
    """A known person, or a program of role `intake`."""

    person: str
    role: Role

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS console_tokens (hash TEXT PRIMARY KEY, person TEXT NOT NULL, role TEXT NOT NULL, until TEXT NOT NULL)"
    )


def grant(connection: Connection, person: str, role: Role, days: int) -> str:
    """A new token, shown this once. An earlier one of the person goes on working until it ends or is taken back.

    Raises:
        BadInput: no person, or no time.
    """
    if not person.strip() or days < 1:
        raise BadInput("a token is for somebody and for a time", "--for, --days", "--for person-12 --days 90")
    token = PREFIX + secrets.token_urlsafe(32)
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    connection.execute("INSERT INTO console_tokens VALUES (?, ?, ?, ?)", (_hash(token), person, role, until))
    return token


def revoke(connection: Connection, person: str) -> int:
    """Takes back every token of a person; gives how many. Sessions end with the next click."""
    return connection.execute("DELETE FROM console_tokens WHERE person = ?", (person,)).rowcount


def visitor_of(connection: Connection, token: str) -> Visitor | None:
    """Whose token it is; None for one that ended, was taken back, or never was."""
    row = connection.execute(
        "SELECT person, role, until FROM console_tokens WHERE hash = ?", (_hash(token),)
    ).fetchone()
    if row is None or datetime.fromisoformat(row[2]) <= datetime.now(UTC) or row[1] not in ROLES:
        return None
    return Visitor(row[0], row[1])


@dataclass
class Session:
    """`token` is the hash of the one that opened it; empty for the printed link. `csrf` stands in every form."""

    visitor: Visitor
    token: str
    until: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class Sessions:
    """Of one console; they end with it. Safe between threads."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: Visitor, token: str = "") -> str:
        """Gives the cookie."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            now = time.monotonic()
            self._open = {name: one for name, one in self._open.items() if one.until > now}
            self._open[_hash(cookie)] = Session(visitor, _hash(token) if token else "", now + DAY_S)
        return cookie

    def of(self, cookie: str, connection: Connection) -> Session | None:
        """The session of a cookie, while its token is not taken back."""
        found = self._open.get(_hash(cookie))
        if found is None or found.until <= time.monotonic():
            return None
        if (
            found.token
            and not connection.execute("SELECT 1 FROM console_tokens WHERE hash = ?", (found.token,)).fetchone()
        ):
            return None
        return found

    def end(self, cookie: str) -> None:
        with self._lock:
            self._open.pop(_hash(cookie), None)


def same(given: str, known: str) -> bool:
    """Equal, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), known.encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

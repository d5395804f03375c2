"""A system that only people can sign in to: asked with a session that a person obtained, and only for reading.

Such a session ends. That is no fault of the system and no failure of the run: cxready stops asking that system, says
what it needs, and goes on when somebody has signed in again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from runtime.errors import Refused
from runtime.systems.exchange import Exchange, Seen, System, Why

Ask = Callable[[str, str], str]
"""Asks a person for a fresh session: system and name of the secret → its value, empty when nobody answers."""


class SessionOver(Refused):
    """The session that a person obtained has ended; the run waits for another one."""


class People:
    """The sessions that people obtained for one run, by the reference they stand under; shared by all connections."""

    def __init__(self, secrets: dict[str, str], ask: Ask | None = None) -> None:
        self._secrets, self._ask = secrets, ask
        self._lock = threading.Lock()
        self._turn: dict[str, int] = {}
        self._over: set[str] = set()

    def turn(self, reference: str) -> int:
        """How often this session was renewed in this run."""
        return self._turn.get(reference, 0)

    def check(self, system: str, reference: str) -> None:
        """Passes until a session ended and nobody gave another.

        Raises:
            SessionOver: nothing more is sent with it.
        """
        if reference in self._over:
            raise _over(system, reference)

    def renewed(self, system: str, reference: str, turn: int) -> None:
        """Returns once there is a fresh session: somebody else's call got one meanwhile, or a person gives one.

        Raises:
            SessionOver: nobody does.
        """
        with self._lock:
            self.check(system, reference)
            if self.turn(reference) != turn:
                return
            name = re.fullmatch(r"\$\{(\w+)\}", reference)
            value = self._ask(system, name[1] if name else reference).strip() if self._ask else ""
            if not value:
                self._over.add(reference)
                raise _over(system, reference)
            if name:
                self._secrets[name[1]] = value
            self._turn[reference] = turn + 1


class OfAPerson:
    """Implements `exchange.System`; `opening` connects with the session as it is at that moment."""

    def __init__(self, opening: Callable[[], System], people: People, reference: str) -> None:
        self._opening, self._people, self._reference = opening, people, reference
        self._turn, self.inner = people.turn(reference), opening()
        self.name, self.holder, self.surface = self.inner.name, self.inner.holder, self.inner.surface

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`."""
        return self._asked(lambda: self.inner.call(operation, arguments, headers=headers, why=why))

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        """See `exchange.System.request`."""
        return self._asked(lambda: self.inner.request(method, path, body=body, headers=headers, why=why))

    def _asked(self, send: Callable[[], Exchange]) -> Exchange:
        """Sends it; where the session is over, once more with a fresh one.

        Raises:
            SessionOver: there is none.
        """
        self._people.check(self.name, self._reference)
        exchange = send()
        for _ in range(2):
            if not is_over(exchange):
                return exchange
            self._people.renewed(self.name, self._reference, self._turn)
            self._turn, self.inner = self._people.turn(self._reference), self._opening()
            exchange = send()
        return exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def is_over(exchange: Exchange) -> bool:
    """A login page, or 401: whoever holds the session is no longer signed in."""
    return exchange.seen is Seen.LOGIN_PAGE or (exchange.seen is Seen.REFUSED and exchange.status == 401)


def _over(system: str, reference: str) -> SessionOver:
    return SessionOver(
        f"the session that a person obtained for {system} is over",
        system,
        f"sign in to {system} again, set {reference} and run the same command: it goes on where it stopped",
    )

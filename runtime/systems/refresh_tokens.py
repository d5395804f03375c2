"""Refresh tokens of one run, shared by all its connections: a service that rotates them (RFC 9700, 4.14) gives a new one
with each use and takes a second use of the old one for theft.

A token that lies in the key store is read there before each use and the new one written back at once, so that the next
run has it. One from the environment is kept for the run only, and that is said.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from runtime.errors import BadInput

log = logging.getLogger(__name__)
KEYRING = "keyring:"


@dataclass
class RefreshTokens:
    """`rotated` counts new tokens by the reference that the engagement names."""

    rotated: dict[str, int] = field(default_factory=dict)
    _held: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def lock(self) -> threading.RLock:
        """Held from reading a token until its successor is kept."""
        return self._lock

    def current(self, reference: str, look_up: Callable[[], str]) -> str:
        """The token to use now."""
        if reference.startswith(KEYRING):
            return look_up()
        return self._held.get(reference) or look_up()

    def keep(self, reference: str, token: str) -> None:
        """The successor of the token behind a reference.

        Raises:
            BadInput: the key store does not take it: the old token is dead, and nobody else has the new one.
        """
        self._held[reference] = token
        self.rotated[reference] = self.rotated.get(reference, 0) + 1
        if reference.startswith(KEYRING):
            _store(reference.removeprefix(KEYRING), token, reference)
        elif self.rotated[reference] == 1:
            log.warning(
                "the token service gives a new refresh token with each use; %s keeps the old one, which the next run can "
                "not use: write it as keyring:service/user",
                reference,
            )


def _store(entry: str, token: str, reference: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = entry.partition("/")
    try:
        keyring.set_password(service, user, token)
    except KeyringError as error:
        raise BadInput(
            f"the new refresh token cannot be written to the key store ({type(error).__name__}); the old one is used up",
            reference,
            "unlock the key store, sign in once more and put the token there",
        ) from None

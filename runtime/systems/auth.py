"""How a holder proves who it is: bearer, API key, basic, a person's session, WS-Security; tokens of a service are in `oauth`.

Each is a `requests` AuthBase of its own, so that no `.netrc` and no environment can put another identity in its place.
Sources: RFC 6750, RFC 7617, OASIS WS-Security UsernameToken Profile 1.1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase

from runtime.systems.sign_ins import Account


class Auth(AuthBase):
    """Base: puts the credential on a request. `token_lifetime_s` is None where tokens do not expire or nothing says
    so; `account` is what every request signs in with, None where a token service did that before.
    """

    scheme = ""
    interactive = False
    account: Account | None = None
    token_lifetime_s: float | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        for name, value in self.headers().items():
            request.headers[name] = value
        return request

    def headers(self) -> Mapping[str, str]:
        raise NotImplementedError

    def renew(self) -> None:
        """Forgets what is cached, so that the next request proves itself afresh."""


class Fixed(Auth):
    """A credential that is the same on every request; `interactive` when a person had to obtain it."""

    def __init__(
        self, scheme: str, values: Mapping[str, str], *, interactive: bool = False, account: Account | None = None
    ) -> None:
        self.scheme, self.values, self.interactive, self.account = scheme, values, interactive, account

    def headers(self) -> Mapping[str, str]:
        return self.values


class MessageToken(Auth):
    """A WS-Security UsernameToken: stands inside each message, not in a header, and is another one in each.

    `digest`: the password goes as a digest with nonce and time, else as text; `timestamp` adds a wsu:Timestamp, which some
    policies ask for (`sp:IncludeTimestamp`).
    """

    scheme = "ws_security"
    LIVES_S = 300

    def __init__(self, account: Account, *, digest: bool, timestamp: bool) -> None:
        self.account, self.digest, self.timestamp = account, digest, timestamp

    def headers(self) -> Mapping[str, str]:
        return {}

    def token(self) -> Any:
        """For one message, as zeep applies it."""
        from datetime import UTC, datetime, timedelta

        from zeep.wsse.username import UsernameToken
        from zeep.wsse.utils import WSU

        assert self.account is not None
        now, stamp = datetime.now(UTC), None
        if self.timestamp:
            times = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now, now + timedelta(seconds=self.LIVES_S))]
            stamp = WSU.Timestamp(WSU.Created(times[0]), WSU.Expires(times[1]))
        return UsernameToken(  # type: ignore[no-untyped-call]
            self.account.user,
            self.account.secret,
            use_digest=self.digest,
            zulu_timestamp=True,
            timestamp_token=stamp,
        )

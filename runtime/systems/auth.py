"""How a holder proves who it is: bearer, API key, basic, a person's session, OAuth2 client credentials.

Each is a `requests` AuthBase of its own, so that no `.netrc` and no environment can put another identity in its place.
Sources: RFC 6750, RFC 7617, RFC 6749 section 4.4.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode, urljoin

from requests import PreparedRequest
from requests.auth import AuthBase

from runtime import redaction
from runtime.errors import BadInput, OnTheWay, Unreachable
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.outgoing import Outgoing
from runtime.systems.references import resolve
from runtime.systems.settings import Credential
from runtime.systems.sign_ins import Account, SignInFailed
from runtime.systems.transport import Transport

RENEW_BEFORE_S = 30.0


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


class ClientCredentials(Auth):
    """OAuth2 client credentials; the token is kept until shortly before it expires, and fetched through the same
    transport.

    `lifetimes` lists what each answer said in `expires_in` (seconds), `fetched` counts tokens.
    """

    scheme = "oauth2"

    def __init__(
        self, transport: Transport, url: str, client: Account, scope: str | None, learn: Callable[[str], None]
    ) -> None:
        self._transport, self._url, self._client, self._scope, self._learn = transport, url, client, scope, learn
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0
        self.fetched = 0
        self.lifetimes: list[float] = []
        self.last: Exchange | None = None

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._fetch()
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> None:
        with self._lock:
            self._token = ""

    def _fetch(self) -> None:
        sign_ins = self._transport.passage.sign_ins
        sign_ins.check(self._client, self._transport.system)
        exchange = self.last = self._transport.send(self._request(), None)
        answer = exchange.body if isinstance(exchange.body, dict) else {}
        token = answer.get("access_token")
        if exchange.seen is not Seen.OK or not isinstance(token, str) or not token:
            raise self._no_token(exchange, answer)
        sign_ins.passed(self._client)
        self._learn(token)
        redaction.learn(token)
        self._keep(token, answer.get("expires_in"))

    def _keep(self, token: str, expires_in: object) -> None:
        self._token, self.fetched = token, self.fetched + 1
        try:
            lifetime = float(str(expires_in))
        except ValueError:
            self.token_lifetime_s, self._until = None, time.monotonic() + 300.0
            return
        self.token_lifetime_s = lifetime
        self.lifetimes.append(lifetime)
        self._until = time.monotonic() + max(lifetime - RENEW_BEFORE_S, lifetime / 2)

    def _request(self) -> Outgoing:
        form = {"grant_type": "client_credentials", **({"scope": self._scope} if self._scope else {})}
        user, secret = (quote(part, safe="") for part in (self._client.user, self._client.secret))
        basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {basic}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        why = Why("sign in as a machine")
        return Outgoing("POST", self._url, "token", "token", why, headers, urlencode(form).encode(), form, reads=True)

    def _no_token(self, exchange: Exchange, answer: Mapping[str, object]) -> Exception:
        where = self._transport.system
        if exchange.seen is Seen.PATH:
            return OnTheWay(f"no token: {exchange.error}", where, "check the token address and the way to it")
        if exchange.seen in (Seen.FAULT, Seen.THROTTLED):
            return Unreachable(
                f"no token: {exchange.error or exchange.status}", where, "check the token address and the way to it"
            )
        if exchange.status in (400, 401, 403):
            self._transport.passage.sign_ins.failed(self._client)
        said = str(answer.get("error", exchange.status))[:80]
        return SignInFailed(
            f"the token service refused the client ({said})", where, "check client_id, client_secret and scope"
        )


def make_auth(
    credential: Credential, transport: Callable[[str], Transport], secrets: Mapping[str, str], base: str, where: str
) -> tuple[Auth, list[str]]:
    """The credential ready for use, and the secret values in it (for the redactor).

    Args:
        transport: gives the wire to an address; a token service may be another host than the system.

    Raises:
        BadInput: a reference that is not set.
    """

    def value(name: str) -> str:
        return _sendable(resolve(str(getattr(credential, name)), secrets, f"{where}.{name}"), f"{where}.{name}")

    def account(place: str, user: str, name: str) -> Account:
        return Account(place, user, value(name), f"{where}.{name} ({getattr(credential, name)})")

    if credential.scheme == "bearer":
        owner = account(base, "the bearer token's owner", "token")
        return Fixed("bearer", {"Authorization": f"Bearer {owner.secret}"}, account=owner), [owner.secret]
    if credential.scheme == "api_key":
        owner = account(base, "the key's owner", "key")
        return Fixed("api_key", {credential.header: owner.secret}, account=owner), [owner.secret]
    if credential.scheme == "basic":
        owner = account(base, value("user"), "password")
        pair = f"{owner.user}:{owner.secret}"
        encoded = base64.b64encode(pair.encode()).decode()
        return Fixed("basic", {"Authorization": f"Basic {encoded}"}, account=owner), [owner.secret, pair]
    if credential.scheme == "session":
        header = credential.header if credential.header != "X-API-Key" else "Cookie"
        return Fixed("session", {header: value("token")}, interactive=True), [value("token")]
    url = urljoin(base.rstrip("/") + "/", value("token_url"))
    wire = transport(url)
    client = account(url, value("client_id"), "client_secret")
    return ClientCredentials(wire, url, client, credential.scope, wire.trace.redactor.learn), [client.secret]


def _sendable(value: str, where: str) -> str:
    """A value that fits into one line of a header (RFC 9110, 5.5); what was pasted with its line end does not."""
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in value):
        end = " at its end" if value.strip("\r\n") == "".join(c for c in value if ord(c) >= 0x20) else ""
        raise BadInput(f"the value holds a line break or control character{end}", where, "set it again on one line")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise BadInput("the value holds characters that no header carries", where, "set it again, exactly") from None
    return value

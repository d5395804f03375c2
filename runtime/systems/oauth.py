"""Bearer tokens from a token service: client credentials, a refresh token, or a signed assertion as the grant.

Sources: RFC 6749 sections 4.4 and 6, RFC 7523 sections 2.1 and 2.2. Token requests go through the system's own wire, so
that they are planned, counted and written down like any other; tokens are never shown.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import urlencode

from runtime import redaction
from runtime.errors import OnTheWay, Unreachable
from runtime.systems.auth import Auth
from runtime.systems.client_proof import Proof, SignedAssertion
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.outgoing import Outgoing
from runtime.systems.sign_ins import Account, SignInFailed
from runtime.systems.transport import Transport

RENEW_BEFORE_S = 30.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # RFC 6749, appendix A.12; what else it may be fits into no header
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Grant:
    """What is asked for. `refresh`: reference to the refresh token; `subject`: in whose name an assertion speaks."""

    kind: str = "client_credentials"
    scope: str | None = None
    refresh: str = ""
    look_up: Callable[[], str] = field(default=str)
    subject: str = ""


class OAuth(Auth):
    """The token is kept until shortly before it expires, and fetched through the same transport.

    `lifetimes` lists what each answer said in `expires_in` (seconds), `fetched` counts tokens, `died_after_s` is the age
    at which the system refused one that should have lived on.
    """

    scheme = "oauth2"

    def __init__(self, transport: Transport, url: str, client: Account, proof: Proof, grant: Grant) -> None:
        self._transport, self._url, self._client, self._proof, self._grant = transport, url, client, proof, grant
        self._lock = threading.Lock()
        self._token, self._since, self._until = "", 0.0, 0.0
        self.fetched = 0
        self.lifetimes: list[float] = []
        self.died_after_s: float | None = None
        self.last: Exchange | None = None

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._fetch()
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> None:
        with self._lock:
            self._token = ""

    def token(self) -> str:
        """The token as it is sent now; fetched where there is none."""
        return self.headers()["Authorization"].removeprefix("Bearer ")

    def age_s(self) -> float:
        """Seconds since the token was given."""
        return time.monotonic() - self._since

    @contextmanager
    def holding(self, token: str) -> Iterator[None]:
        """Sends this token first, as if it still held, and takes what becomes of it for no measurement of its life."""
        known = self.token_lifetime_s, self.died_after_s
        with self._lock:
            self._token, self._until = token, time.monotonic() + 60.0
        try:
            yield
        finally:
            with self._lock:
                self.token_lifetime_s, self.died_after_s = known
                self._token = "" if self._token == token else self._token

    def refused(self) -> None:
        """The system refuses a token that it took before: what is measured wins over what was promised."""
        with self._lock:
            self.died_after_s = time.monotonic() - self._since
            self.token_lifetime_s = min(self.token_lifetime_s or self.died_after_s, self.died_after_s)
            self._token = ""

    def _fetch(self) -> None:
        sign_ins = self._transport.passage.sign_ins
        sign_ins.check(self._client, self._transport.system)
        with self._alone():
            exchange = self.last = self._transport.send(self._request(), None)
            answer = exchange.body if isinstance(exchange.body, dict) else {}
            token = answer.get("access_token")
            if exchange.seen is not Seen.OK or not isinstance(token, str) or not _TOKEN.fullmatch(token):
                raise self._no_token(exchange, answer)
            sign_ins.passed(self._client)
            self._learn(token)
            self._keep_refresh(answer.get("refresh_token"))
        self._keep(token, answer.get("expires_in"))

    def _alone(self) -> AbstractContextManager[object]:
        """A refresh token is used by one connection of the run at a time."""
        return self._transport.passage.refresh_tokens.lock if self._grant.refresh else nullcontext()

    def _keep_refresh(self, token: object) -> None:
        if not self._grant.refresh or not isinstance(token, str) or not token:
            return
        self._learn(token)
        tokens = self._transport.passage.refresh_tokens
        if token != tokens.current(self._grant.refresh, self._grant.look_up):
            tokens.keep(self._grant.refresh, token)

    def _keep(self, token: str, expires_in: object) -> None:
        self._token, self._since, self.fetched = token, time.monotonic(), self.fetched + 1
        try:
            lifetime = float(str(expires_in))
        except ValueError:
            self._until = time.monotonic() + 300.0
            return
        self.token_lifetime_s = lifetime if self.died_after_s is None else min(lifetime, self.died_after_s)
        self.lifetimes.append(lifetime)
        self._until = time.monotonic() + max(lifetime - RENEW_BEFORE_S, lifetime / 2)

    def _learn(self, token: str) -> None:
        self._transport.trace.redactor.learn(token)
        redaction.learn(token)

    def _request(self) -> Outgoing:
        asked = {**self._asked(), **({"scope": self._grant.scope} if self._grant.scope else {})}
        form = {**asked, **self._proof.fields()}
        shown = {name: value for name, value in form.items() if name in ("grant_type", "scope", "client_id")}
        headers = {
            **self._proof.headers(),
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        why = Why("sign in as a machine")
        return Outgoing("POST", self._url, "token", "token", why, headers, urlencode(form).encode(), shown, reads=True)

    def _asked(self) -> dict[str, str]:
        if self._grant.kind == "refresh_token":
            token = self._transport.passage.refresh_tokens.current(self._grant.refresh, self._grant.look_up)
            self._learn(token)
            return {"grant_type": "refresh_token", "refresh_token": token}
        if self._grant.kind == "jwt_bearer" and isinstance(self._proof, SignedAssertion):
            return {"grant_type": JWT_BEARER, "assertion": self._proof.signed(self._grant.subject)}
        return {"grant_type": "client_credentials"}

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
        if exchange.seen is Seen.OK:
            return Unreachable(
                "the token service answered without a token that a header carries",
                where,
                "look at its answer: `cxready evidence log`",
            )
        said = str(answer.get("error", exchange.status))[:80]
        return SignInFailed(f"the token service refused the client ({said})", where, self._remedy(said))

    def _remedy(self, said: str) -> str:
        if self._grant.refresh and said == "invalid_grant":
            return "the refresh token is used up or revoked: sign in once more and put the new one where the reference points"
        if isinstance(self._proof, SignedAssertion):
            return "check client_id, key_id, audience and the clock; the service must know the public key"
        return "check client_id, client_secret and scope"


def send_renewing(transport: Transport, out: Outgoing, auth: Auth | None) -> Exchange:
    """Sends; a token that died early is renewed once: 401 says that nothing was done (RFC 9110, 15.5.2)."""
    before = auth.fetched if isinstance(auth, OAuth) else 0
    exchange = transport.send(out, auth)
    if exchange.status == 401 and isinstance(auth, OAuth) and before and auth.fetched == before:
        auth.refused()
        exchange = transport.send(out, auth)
    return exchange

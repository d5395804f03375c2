"""A token service on a loopback port that checks what it is sent: signatures, audiences, ids used twice, rotated tokens."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.errors import JoseError

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class TokenService:
    """Answers `POST /token` of a Loopback. `keys`: public key of each client by its id; `family` is dead once a refresh
    token came twice.
    """

    def __init__(
        self, server: Any, keys: dict[str, Any] | None = None, refresh: str = "", rotates: bool = True
    ) -> None:
        self.server, self.keys, self.rotates = server, keys or {}, rotates
        self.valid_refresh, self.used, self.family_dead = refresh, set[str](), False
        self.ids: set[str] = set()
        self.headers: list[dict[str, Any]] = []
        self.numbers = itertools.count(1)
        self.lifetime: Any = 900
        server.answers["POST /token"] = self.answer

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        form = {name: values[0] for name, values in parse_qs(request["body"].decode()).items()}
        if form["grant_type"] == "refresh_token":
            return self._refresh(form)
        proof = form.get("assertion") if form["grant_type"] == BEARER else form.get("client_assertion")
        if proof is None or not self._is_genuine(proof, form):
            return 401, {}, {"error": "invalid_client"}
        return self._token()

    def _is_genuine(self, proof: str, form: dict[str, str]) -> bool:
        client = form.get("client_id", "agent")
        try:
            token = jwt.decode(proof, self.keys[client], algorithms=["RS256", "PS256", "ES256", "ES384", "EdDSA"])
        except (JoseError, KeyError):
            return False
        claims, now = token.claims, time.time()
        fresh = claims["jti"] not in self.ids and claims["iat"] <= now + 5 and now < claims["exp"] <= now + 300
        self.ids.add(claims["jti"])
        self.headers.append({**token.header, **claims})
        return bool(fresh and claims["aud"] == f"{self.server.url}/token" and claims["iss"] == client)

    def _refresh(self, form: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        given = form["refresh_token"]
        if given in self.used:
            self.family_dead = True
        if given != self.valid_refresh or self.family_dead:
            return 400, {}, {"error": "invalid_grant"}
        if not self.rotates:
            return self._token()
        self.used.add(given)
        self.valid_refresh = f"refresh-{next(self.numbers)}-canary"
        return self._token(refresh_token=self.valid_refresh)

    def _token(self, **more: str) -> tuple[int, dict[str, str], Any]:
        lives = {} if self.lifetime is None else {"expires_in": self.lifetime}
        return 200, {}, {"access_token": f"tok-{next(self.numbers)}", "token_type": "Bearer", **lives, **more}

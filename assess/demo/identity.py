"""identity: the token service. OAuth2 client credentials (RFC 6749, 4.4), revocation (RFC 7009), and who a token is."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from assess.demo.rest_service import Request, Response, RestService, Route
from assess.demo.tokens import Client, Tokens, demo_clients

NO_STORE = {"Cache-Control": "no-store"}


class Identity(RestService):
    """Tokens last 900 seconds and are renewed by asking again; no person takes part."""

    name = "identity"

    def __init__(self, tokens: Tokens, clients: Mapping[str, Client] | None = None) -> None:
        super().__init__(tokens)
        self.clients = clients or demo_clients()

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/token", "", self.issue),
            Route("POST", "/revoke", "", self.revoke),
            Route("GET", "/whoami", "identity.read", self.who),
        ]

    def issue(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        client = self._authenticated(request, form)
        if client is None:
            return _oauth_error(401, "invalid_client")
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type")
        wanted = frozenset(form.get("scope", "").split()) or client.scopes
        if not wanted <= client.scopes:
            return _oauth_error(400, "invalid_scope")
        token = self.tokens.issue(client, wanted)
        return Response(
            200,
            {
                "access_token": token,
                "token_type": "Bearer",
                "scope": " ".join(sorted(wanted)),
                "expires_in": int(self.tokens.lifetime_s),
            },
            NO_STORE,
        )

    def revoke(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        if self._authenticated(request, form) is None:
            return _oauth_error(401, "invalid_client")
        self.tokens.revoke(form.get("token", ""))
        return Response(200, {"revoked": True}, NO_STORE)

    def who(self, request: Request) -> Response:
        return Response(200, {"client_id": request.client, "scopes": sorted(self.clients[request.client].scopes)})

    def _authenticated(self, request: Request, form: dict[str, str]) -> Client | None:
        """By HTTP Basic (preferred, RFC 6749, 2.3.1) or by fields of the form."""
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, secret = basic_credentials(encoded)
        client = self.clients.get(name)
        return client if client and hmac.compare_digest(client.secret.encode(), secret.encode()) else None


def basic_credentials(encoded: str) -> tuple[str, str]:
    """User and password of an HTTP Basic header (RFC 7617); empty texts when it cannot be read."""
    try:
        user, _, password = base64.b64decode(encoded.encode(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote(user), unquote(password)


def _oauth_error(status: int, code: str) -> Response:
    headers = {**NO_STORE, **({"WWW-Authenticate": 'Basic realm="northwind"'} if status == 401 else {})}
    return Response(status, {"error": code}, headers)

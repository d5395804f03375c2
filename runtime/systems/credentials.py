"""A credential as the engagement writes it, made ready for use: references resolved, secrets handed to the redactor."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

from runtime.errors import BadInput
from runtime.systems.auth import Auth, Fixed, MessageToken
from runtime.systems.client_proof import Proof, Public, Secret, SignedAssertion, key_text, signed_assertion
from runtime.systems.oauth import Grant, OAuth
from runtime.systems.references import resolve
from runtime.systems.settings import Credential
from runtime.systems.sign_ins import Account
from runtime.systems.transport import Transport


@dataclass(frozen=True)
class Ready:
    """How a holder signs in, and the secret values in it."""

    auth: Auth
    secrets: tuple[str, ...]


def make_auth(
    credential: Credential,
    transport: Callable[[str], Transport],
    secrets: Mapping[str, str],
    base: str,
    where: str,
    folder: Path,
) -> Ready:
    """The credential ready for use; nothing is sent and no token fetched.

    Args:
        transport: gives the wire to an address; a token service may be another host than the system.
        folder: the engagement's, where the name of a key file starts.

    Raises:
        BadInput: a reference that is not set, a value that no header carries, a key that cannot be read.
    """
    values = _Values(credential, secrets, where)
    if credential.scheme == "bearer":
        owner = values.account(base, "the bearer token's owner", "token")
        return Ready(Fixed("bearer", {"Authorization": f"Bearer {owner.secret}"}, account=owner), (owner.secret,))
    if credential.scheme == "api_key":
        owner = values.account(base, "the key's owner", "key")
        return Ready(Fixed("api_key", {credential.header: owner.secret}, account=owner), (owner.secret,))
    if credential.scheme == "basic":
        return _basic(values.account(base, values.value("user"), "password"))
    if credential.scheme == "ws_security":
        owner = values.account(base, values.value("user"), "password")
        as_text = credential.password_type == "text"  # noqa: S105 – a kind, no password
        return Ready(MessageToken(owner, digest=not as_text, timestamp=credential.timestamp), (owner.secret,))
    if credential.scheme == "session":
        header = credential.header if credential.header != "X-API-Key" else "Cookie"
        return Ready(Fixed("session", {header: values.value("token")}, interactive=True), (values.value("token"),))
    return _oauth(credential, values, transport, base, folder)


def _basic(owner: Account) -> Ready:
    pair = f"{owner.user}:{owner.secret}"
    encoded = base64.b64encode(pair.encode()).decode()
    return Ready(Fixed("basic", {"Authorization": f"Basic {encoded}"}, account=owner), (owner.secret, pair))


def _oauth(
    credential: Credential, values: _Values, transport: Callable[[str], Transport], base: str, folder: Path
) -> Ready:
    url = urljoin(base.rstrip("/") + "/", values.value("token_url"))
    proof, known = _proof(credential, values, url, folder)
    grant = Grant(
        credential.grant, credential.scope, credential.refresh_token or "", values.refresh_token, credential.subject or ""
    )  # fmt: skip
    if credential.refresh_token:
        known = (*known, values.refresh_token())
    shown = next(n for n in ("client_secret", "private_key", "refresh_token", "client_id") if getattr(credential, n))
    tried = sha256("\n".join(known).encode()).hexdigest() if known else ""
    client = Account(url, values.value("client_id"), tried, f"{values.where}.{shown} ({getattr(credential, shown)})")
    return Ready(OAuth(transport(url), url, client, proof, grant), known)


def _proof(credential: Credential, values: _Values, url: str, folder: Path) -> tuple[Proof, tuple[str, ...]]:
    client = values.value("client_id")
    if credential.private_key is not None:
        proof = _assertion(credential, values, url, folder)
        return proof, (proof.key.as_pem(private=True).decode(),)
    if credential.client_secret is None:
        return Public(client), ()
    secret = values.value("client_secret")
    return Secret(client, secret, post=credential.client_auth == "secret_post"), (secret,)


def _assertion(credential: Credential, values: _Values, url: str, folder: Path) -> SignedAssertion:
    where, written = f"{values.where}.private_key", str(credential.private_key)
    text = key_text(written, resolve(written, values.secrets, where), folder, where)
    audience = values.value("audience") if credential.audience else url
    return signed_assertion(values.value("client_id"), text, credential.algorithm, audience, credential.key_id, where)


@dataclass(frozen=True)
class _Values:
    """The fields of one credential with their references resolved."""

    credential: Credential
    secrets: Mapping[str, str]
    where: str

    def value(self, name: str) -> str:
        place = f"{self.where}.{name}"
        return _sendable(resolve(str(getattr(self.credential, name)), self.secrets, place), place)

    def refresh_token(self) -> str:
        return self.value("refresh_token")

    def account(self, place: str, user: str, name: str) -> Account:
        return Account(place, user, self.value(name), f"{self.where}.{name} ({getattr(self.credential, name)})")


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

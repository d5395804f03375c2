"""How an OAuth 2.0 client proves itself to a token service: with a secret, or with a signed assertion and no secret at all.

Sources: RFC 6749 section 2.3.1 (secret), RFC 7521 and RFC 7523 (JWT assertion), RFC 7518 (algorithms), OpenID Connect
Core 1.0 section 9 (the names). Nothing that is sent twice is the same: each assertion has an id and ends in two minutes.
"""

from __future__ import annotations

import base64
import secrets
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from runtime.errors import BadInput

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIVES_S = 120
_USUAL = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
_CURVES = {"P-384": "ES384", "P-521": "ES512"}
_FITS = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}


@dataclass(frozen=True)
class Secret:
    """`post`: in the form instead of the header; some services only know that."""

    client: str
    secret: str
    post: bool = False

    def headers(self) -> dict[str, str]:
        if self.post:
            return {}
        pair = ":".join(quote(part, safe="") for part in (self.client, self.secret))
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def fields(self) -> dict[str, str]:
        return {"client_id": self.client, "client_secret": self.secret} if self.post else {}


@dataclass(frozen=True)
class Public:
    """A client without any secret, as public clients with a refresh token are (RFC 6749 section 2.1)."""

    client: str

    def headers(self) -> dict[str, str]:
        return {}

    def fields(self) -> dict[str, str]:
        return {"client_id": self.client}


@dataclass(frozen=True)
class SignedAssertion:
    """private_key_jwt. `key` is joserfc's; `audience` what the service calls itself, its token address by default."""

    client: str
    key: Any
    algorithm: str
    audience: str
    key_id: str = ""

    def __repr__(self) -> str:
        return f"SignedAssertion({self.client!r}, {self.algorithm})"

    def headers(self) -> dict[str, str]:
        return {}

    def fields(self) -> dict[str, str]:
        proof = self.signed(self.client)
        return {"client_id": self.client, "client_assertion_type": ASSERTION, "client_assertion": proof}

    def signed(self, subject: str) -> str:
        """A fresh assertion in the name of `subject` (RFC 7523 section 3)."""
        from joserfc import jwt

        now = int(time.time())
        claims = {
            "iss": self.client,
            "sub": subject,
            "aud": self.audience,
            "iat": now,
            "exp": now + LIVES_S,
            "jti": secrets.token_urlsafe(18),
        }
        header = {"alg": self.algorithm, "typ": "JWT", **({"kid": self.key_id} if self.key_id else {})}
        with warnings.catch_warnings():  # token services still know EdDSA by its old name (RFC 9864)
            warnings.simplefilter("ignore")
            return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


Proof = Secret | Public | SignedAssertion


def signed_assertion(
    client: str, text: str, algorithm: str | None, audience: str, key_id: str | None, where: str
) -> SignedAssertion:
    """Args: `text`: a private key as PEM (PKCS#1, PKCS#8, SEC 1) or JWK.

    Raises:
        BadInput: no private key, or one that does not fit the algorithm.
    """
    key = _key(text, where)
    chosen = algorithm or _CURVES.get(str(key.as_dict().get("crv"))) or _USUAL[key.key_type]
    if not chosen.startswith(_FITS[key.key_type]):
        fitting = " or ".join(f"{start}…" for start in _FITS[key.key_type])
        raise BadInput(
            f"a key of type {key.key_type} does not sign with {chosen}", where, f"write algorithm: {fitting}"
        )
    kid = key_id or str(key.as_dict().get("kid") or "")
    return SignedAssertion(client, key, chosen, audience, kid)


def _key(text: str, where: str) -> Any:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    given: str | Mapping[str, Any] = text.strip()
    if text.lstrip().startswith("{"):
        import json

        try:
            given = dict(json.loads(text))
        except ValueError:
            raise BadInput("the private key is neither PEM nor JWK", where, "name the file of a private key") from None
    kinds = [str(given["kty"])] if isinstance(given, dict) and given.get("kty") in _USUAL else list(_USUAL)
    for kind in kinds:
        try:
            key = import_key(given, kind)  # type: ignore[call-overload]
        except (JoseError, ValueError, TypeError):
            continue
        if not key.is_private:
            raise BadInput("this is a public key", where, "name the private key that belongs to it")
        return key
    raise BadInput(
        "the private key cannot be read: it is no PEM or JWK of type RSA, EC or OKP, or it has a pass phrase",
        where,
        "export it without a pass phrase into a file that only this user reads, or into the key store",
    )


def key_text(reference: str, value: str, folder: Path, where: str) -> str:
    """The text of a private key: the value itself where the reference held it, else the file that it names.

    Args:
        reference: as written in the engagement; `value`: the same with `${NAME}` and `keyring:` resolved.
    """
    if value.lstrip().startswith(("-----BEGIN", "{")):
        return value
    path = Path(value).expanduser()
    path = path if path.is_absolute() else folder / path
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        says = error.strerror if isinstance(error, OSError) else "it is no text"
        shown = path.name if reference == value else reference
        raise BadInput(f"the private key {shown} cannot be read ({says})", where, "name a PEM or JWK file") from None

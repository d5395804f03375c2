"""How a holder signs in, drafted from the security schemes that a description declares: a person sets the variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from runtime.systems.surface import Surface

SignIn = Callable[[str], str]
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")


def drafted_sign_in(surface: Surface, prefix: str) -> SignIn:
    """YAML of a credential for a holder; a bearer token where nothing, or nothing that we speak, is declared.

    Args:
        prefix: begins the names of the variables, like `BILLING`.
    """
    drafted = (_drafted(scheme, prefix) for scheme in surface.security_schemes.values())
    return next((one for one in drafted if one), _bearer(prefix))


def _drafted(scheme: Mapping[str, Any], prefix: str) -> SignIn | None:
    """OpenAPI 3.1, Security Scheme Object."""
    kind, name = scheme.get("type"), str(scheme.get("name", ""))
    if kind == "apiKey" and scheme.get("in") == "header" and _HEADER.fullmatch(name):
        return lambda holder: f'{{scheme: api_key, header: {name}, key: "${{{prefix}_{holder.upper()}_KEY}}"}}'
    if kind == "http" and str(scheme.get("scheme", "")).lower() == "basic":
        return lambda holder: (
            f'{{scheme: basic, user: cx-{holder}, password: "${{{prefix}_{holder.upper()}_PASSWORD}}"}}'
        )
    if kind == "http" and str(scheme.get("scheme", "")).lower() == "bearer":
        return _bearer(prefix)
    address = ((scheme.get("flows") or {}).get("clientCredentials") or {}).get("tokenUrl") if kind == "oauth2" else None
    if isinstance(address, str) and re.fullmatch(r"[\w:/.~-]+", address):
        return lambda holder: (
            f'{{scheme: oauth2, token_url: "{address}", client_id: cx-{holder}, '
            f'client_secret: "${{{prefix}_{holder.upper()}_SECRET}}"}}'
        )
    return None


def _bearer(prefix: str) -> SignIn:
    return lambda holder: f'{{scheme: bearer, token: "${{{prefix}_{holder.upper()}_TOKEN}}"}}'

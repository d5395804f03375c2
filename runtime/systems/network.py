"""The way out: which proxy, whom to trust, which hosts. TLS checking cannot be switched off.

The environment is read for a proxy only, and only when the engagement names none; `.netrc`, REQUESTS_CA_BUNDLE and
the like never count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.utils import should_bypass_proxies

from runtime.errors import Refused
from runtime.systems.origins import origin
from runtime.systems.references import resolve
from runtime.systems.settings import Network
from runtime.systems.trust import Trust, tls_context

if TYPE_CHECKING:
    from runtime.systems.addresses import Addresses

__all__ = [
    "check_same_origin",
    "merged",
    "open_session",
    "proxies_for",
    "tls_context",
    "user_agent",
]

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|::1)")
_OPTIONAL = re.compile(r"\$\{(HTTPS?_PROXY|ALL_PROXY)\}")


def open_session(
    network: Network, *, folder: Path, secrets: Mapping[str, str], addresses: Addresses | None = None
) -> requests.Session:
    """A session that trusts only what the engagement says. `addresses`: where names pointed earlier in this run.

    Raises:
        BadInput: a CA file or client certificate is missing, outside the folder or not a certificate.
    """
    session = _Session()
    session.trust_env = False
    trust = Trust(network, folder, secrets, addresses)
    session.mount("https://", trust)
    session.mount("http://", trust)
    if network.ca != "system" or network.client_certificate:
        trust.context()  # a wrong file is named before anything is sent
    return session


def merged(network: Network, own: Network | None) -> Network:
    """The engagement's way out with what one system says for itself in its place."""
    return network.model_copy(update={name: getattr(own, name) for name in own.model_fields_set}) if own else network


def proxies_for(url: str, network: Network, secrets: Mapping[str, str]) -> dict[str, str]:
    """The proxy for one address, as requests wants it; empty when it is reached directly."""
    host = urlsplit(url).hostname or ""
    if network.proxy == "direct":
        return {}
    if network.proxy:
        optional = _OPTIONAL.fullmatch(network.proxy)
        proxy = _environment(optional[1], secrets) if optional else resolve(network.proxy, secrets, "network.proxy")
        bypass = ",".join(network.no_proxy)
    else:
        proxy = _environment("HTTPS_PROXY" if url.startswith("https") else "HTTP_PROXY", secrets)
        bypass = ",".join([*network.no_proxy, _environment("NO_PROXY", secrets)])
        if _LOOPBACK.fullmatch(host):  # a proxy of the environment never stands before our own machine
            return {}
    if not proxy or should_bypass_proxies(url, bypass or "."):
        return {}
    return {"http": proxy, "https": proxy}


def check_same_origin(url: str, base: str, system: str) -> None:
    """A link that a document or an answer brought in stays on the system's own scheme, host and port.

    Raises:
        Refused: it leads elsewhere (also file:, ftp: …).
    """
    if origin(url) != origin(base):
        raise Refused(
            f"{_shown(url)} is not on this system's address; credentials stay where they belong",
            system,
            "name the other host as a system of its own if it belongs to the scope",
        )


@cache
def user_agent(contact: str = "") -> str:
    """`cxready/VERSION (+contact)`; the contact stands in the engagement."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("cxready")
    except PackageNotFoundError:
        number = "0"
    clean = re.sub(r"[^\x20-\x7e]|[()]", "", contact).strip()
    return f"cxready/{number} (+{clean})" if clean else f"cxready/{number}"


class _Session(requests.Session):
    """Never prepares a redirect: requests would read its body without bounds; the transport decides where to go on."""

    def get_redirect_target(self, resp: Any) -> None:
        return None


def _environment(name: str, secrets: Mapping[str, str]) -> str:
    """Both spellings that tools use; what was handed in wins."""
    places: tuple[Mapping[str, str], ...] = (secrets, os.environ)
    return next((p[n] for p in places for n in (name, name.lower()) if p.get(n)), "")


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:200]

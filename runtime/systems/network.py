"""The way out: which proxy, whom to trust, which hosts. TLS checking cannot be switched off.

The environment is read for a proxy only, and only when the engagement names none; `.netrc`, REQUESTS_CA_BUNDLE and
the like never count.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import should_bypass_proxies

from runtime.errors import BadInput, Refused
from runtime.systems.references import resolve
from runtime.systems.settings import Network

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|::1)")
_OPTIONAL = re.compile(r"\$\{(HTTPS?_PROXY|ALL_PROXY)\}")


def open_session(network: Network, *, folder: Path, secrets: Mapping[str, str]) -> requests.Session:
    """A session that trusts only what the engagement says.

    Raises:
        BadInput: a CA file or client certificate is missing, outside the folder or not a certificate.
    """
    session = _Session()
    session.trust_env = False
    trust = _Trust(network, folder, secrets)
    session.mount("https://", trust)
    session.mount("http://", trust)
    if network.ca != "system" or network.client_certificate:
        trust.context()  # a wrong file is named before anything is sent
    return session


def proxies_for(url: str, network: Network, secrets: Mapping[str, str]) -> dict[str, str]:
    """The proxy for one address, as requests wants it; empty when it is reached directly."""
    host = urlsplit(url).hostname or ""
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


def origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower())
    except ValueError:
        port = None
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


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


class _Trust(HTTPAdapter):
    """Carries our own TLS context; made at the first https address, for plain http needs none."""

    def __init__(self, network: Network, folder: Path, secrets: Mapping[str, str]) -> None:
        self._network, self._folder, self._secrets = network, folder, secrets
        self._context: ssl.SSLContext | None = None
        super().__init__(max_retries=0, pool_maxsize=8)

    def context(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _context(self._network, self._folder)
        return self._context

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[Any, Any]:
        host, pool = super().build_connection_pool_key_attributes(request, True, None)
        if host.get("scheme") == "https":
            return host, {"ssl_context": self.context()}
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Always checked, by our context alone: requests would add its own bundle."""
        if url.lower().startswith("https"):
            conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_REQUIRED", None, None

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.lower().startswith("https"):
            kwargs["proxy_ssl_context"] = self.context()
        return super().proxy_manager_for(proxy, **kwargs)


def _context(network: Network, folder: Path) -> ssl.SSLContext:
    if network.ca == "system":
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        file = inside(folder, network.ca, "network.ca")
        try:
            context = ssl.create_default_context(cafile=str(file))
        except (ssl.SSLError, OSError):
            raise BadInput(
                "the file holds no CA certificate", f"network.ca {network.ca}", "export the CA as PEM, without its key"
            ) from None
    if network.client_certificate:
        file = inside(folder, network.client_certificate, "network.client_certificate")
        try:
            context.load_cert_chain(str(file))
        except (ssl.SSLError, OSError):
            where = f"network.client_certificate {network.client_certificate}"
            raise BadInput("the file holds no certificate with its key", where, "put both into one PEM file") from None
    return context


def inside(folder: Path, name: str, where: str) -> Path:
    """A file of the engagement's folder.

    Raises:
        BadInput: outside the folder (also by a link), or missing.
    """
    root = folder.resolve()
    file = (root / name).resolve()
    if not file.is_relative_to(root):
        raise BadInput(f"{name} lies outside the folder", where, "copy it into the folder and name it from there")
    if not file.is_file():
        raise BadInput(f"{name} is missing", where, f"put it into {root.name}/ or correct the name")
    return file


def _environment(name: str, secrets: Mapping[str, str]) -> str:
    """Both spellings that tools use; what was handed in wins."""
    places: tuple[Mapping[str, str], ...] = (secrets, os.environ)
    return next((p[n] for p in places for n in (name, name.lower()) if p.get(n)), "")


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:200]

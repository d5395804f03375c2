"""Whom we trust: the system's certificate store or the engagement's CA file, and the certificate that proves us.

One TLS context a connection, made before anything is sent; checking cannot be switched off, and no bundle of the
environment or of requests is added to it.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from requests.adapters import HTTPAdapter

from runtime.errors import BadInput
from runtime.systems.addresses import Addresses, pools
from runtime.systems.references import resolve
from runtime.systems.settings import Network


class Trust(HTTPAdapter):
    """Carries our own TLS context, made at the first https address, and connects to checked addresses only."""

    def __init__(
        self, network: Network, folder: Path, secrets: Mapping[str, str], addresses: Addresses | None = None
    ) -> None:
        self._network, self._folder, self._secrets = network, folder, secrets
        self._context: ssl.SSLContext | None = None
        self._pools = pools(addresses or Addresses(hold=False))
        super().__init__(max_retries=0, pool_maxsize=8)

    def context(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = tls_context(self._network, self._folder, self._secrets)
        return self._context

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

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
        made = super().proxy_manager_for(proxy, **kwargs)
        made.pool_classes_by_scheme = self._pools
        return made


def tls_context(network: Network, folder: Path, secrets: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """Whom the engagement trusts, with the certificate that proves us where one is named.

    Raises:
        BadInput: a file is missing, outside the folder, or not what it should be.
    """
    context = _system_store() if network.ca == "system" else _own_authority(network.ca, folder)
    if network.client_certificate:
        _prove(context, network, folder, secrets or {})
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


def _system_store() -> ssl.SSLContext:
    import truststore

    made: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return made


def _own_authority(name: str, folder: Path) -> ssl.SSLContext:
    file, where = inside(folder, name, "network.ca"), f"network.ca {name}"
    if b"PRIVATE KEY-----" in file.read_bytes():
        raise BadInput("the file holds a private key", where, "export the CA's certificate as PEM, without its key")
    try:
        return ssl.create_default_context(cafile=str(file))
    except (ssl.SSLError, OSError):
        raise BadInput("the file holds no CA certificate", where, "export the CA as PEM, without its key") from None


def _prove(context: ssl.SSLContext, network: Network, folder: Path, secrets: Mapping[str, str]) -> None:
    where = f"network.client_certificate {network.client_certificate}"
    file = inside(folder, str(network.client_certificate), "network.client_certificate")
    named = network.client_certificate_password
    password = resolve(named, secrets, "network.client_certificate_password") if named else ""
    asked: list[bool] = []

    def say() -> str:
        asked.append(True)  # without this OpenSSL would ask on the terminal and wait
        return password

    try:
        context.load_cert_chain(str(file), password=say)
    except (ssl.SSLError, OSError, ValueError):
        if asked:
            step = "correct" if named else "name it with"
            raise BadInput(
                f"the key needs {'another' if named else 'a'} password",
                where,
                f"{step} client_certificate_password: ${{NAME}}",
            ) from None
        raise BadInput("the file holds no certificate with its key", where, "put both into one PEM file") from None
